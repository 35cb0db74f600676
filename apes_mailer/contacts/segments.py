"""The contacts of a list that a segment means, counted or set apart by the database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from apes_mailer.contacts import file_list, lists
from apes_mailer.contacts.file_format import ContactsFile
from apes_mailer.contacts.lists import StoredContact
from apes_mailer.contacts.rejects import Reject
from apes_mailer.contacts.slips import Domains
from apes_mailer.errors import ContactsError
from apes_mailer.model.field import EMAIL
from apes_mailer.model.segment import Condition, Every, Has, Not, Some, holds, leaves
from apes_mailer.model.spelling import alike
from apes_mailer.model.variant import values_in
from apes_mailer.workspace.names import did_you_mean

_MOST_CELLS = 1 << 16  # remembered for each comparison
_MOST_VALUES = 1000  # of a column, looked through for the one that may be meant

_inside = sa.Table(
    "inside",
    sa.MetaData(),
    sa.Column("contact_id", sa.Integer, primary_key=True),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many contacts a list has, and how many of them a segment means.

    ``unmet`` says, where it means nobody, which of its comparisons holds for nobody, and what may be meant.
    """

    contacts: int
    inside: int
    unmet: tuple[str, ...] = ()


def count(connection: sa.Connection, rows: sa.Subquery, condition: Condition | None) -> Count:
    """Count the contacts of a list, ``rows`` with ``address`` and ``fields``, and those that a segment means.

    Raises ``ContactsError`` for a column that nobody on the list has.
    """
    meant = sa.true() if condition is None else _clause(connection, rows, condition)
    found = connection.execute(sa.select(sa.func.count(), sa.func.count().filter(meant)).select_from(rows)).one()
    if condition is None or found[1]:
        return Count(contacts=found[0], inside=found[1])
    values = {has.field: _values(connection, rows, has.field) for has in leaves(condition)}
    return Count(contacts=found[0], inside=0, unmet=_unmet(condition, values))


def count_file(file: ContactsFile, condition: Condition | None) -> Count:
    """Count the contacts of a list kept as a file, as :func:`count` does. Raises ``ContactsError`` as the file does."""
    _require_columns(file, condition)
    contacts = inside = 0
    values: dict[str, set[str]] = {has.field: set() for has in (leaves(condition) if condition else ())}
    for each in file_list.contacts(file, lambda _reject: None):
        contacts += 1
        fields = {**each.fields, EMAIL: each.address}
        inside += condition is None or holds(condition, fields)
        for field, known in values.items():
            if len(known) < _MOST_VALUES:
                known.add(fields.get(field, ""))
    unmet = _unmet(condition, values) if condition and not inside else ()
    return Count(contacts=contacts, inside=inside, unmet=unmet)


def of_list(connection: sa.Connection, list_id: int, condition: Condition | None) -> sa.Subquery:
    """Return the contacts of a stored list that a segment means, as :func:`lists.members` does. Raises as it counts."""
    rows = lists.members(list_id)
    return rows if condition is None else sa.select(rows).where(_clause(connection, rows, condition)).subquery()


def of_file(
    file: ContactsFile,
    condition: Condition | None,
    on_reject: Callable[[Reject], None],
    domains: Domains | None = None,
) -> Iterator[StoredContact]:
    """Yield the contacts of a file that a segment means, as :func:`file_list.contacts` does. Raises as it counts."""
    _require_columns(file, condition)
    return (each for each in file_list.contacts(file, on_reject, domains) if _means(condition, each))


def _require_columns(file: ContactsFile, condition: Condition | None) -> None:
    for has in leaves(condition) if condition else ():
        if has.field not in {EMAIL, *file.fields}:
            raise _no_column(has, [EMAIL, *sorted(file.fields)])


def _means(condition: Condition | None, contact: StoredContact) -> bool:
    return condition is None or holds(condition, {**contact.fields, EMAIL: contact.address})


def part(
    connection: sa.Connection, accepted: sa.Subquery, rejected: sa.Subquery | None, condition: Condition
) -> tuple[sa.Subquery, sa.Subquery]:
    """Reject the contacts of a list whom a segment does not mean; the others are as they were.

    Decided once, into a temporary table. For ``accepted`` and ``rejected`` see :func:`staging.stage`; the reason is
    ``not_in_segment``. Raises as :func:`count` does.
    """
    meant = _clause(connection, accepted, condition)
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS temp.{_inside.name}")
    _inside.create(connection, checkfirst=False)
    chosen = sa.select(accepted.c.contact_id).where(meant)
    connection.execute(sa.insert(_inside).from_select(["contact_id"], chosen))
    is_inside = sa.select(_inside.c.contact_id).where(_inside.c.contact_id == accepted.c.contact_id).exists()
    reason, detail = sa.literal("not_in_segment").label("reason"), sa.literal("").label("detail")
    outside = sa.select(accepted.c.contact_id, sa.null().label("line"), reason, detail).where(~is_inside)
    every = outside if rejected is None else sa.union_all(sa.select(rejected), outside)
    return sa.select(accepted).where(is_inside).subquery(), every.subquery()


def _clause(connection: sa.Connection, rows: sa.Subquery, condition: Condition) -> sa.ColumnElement[bool]:
    """Return the condition as SQL; what a person wrote is in none of it, only in functions that look at a cell."""
    comparisons = list(leaves(condition))
    for has in comparisons:
        _require_column(connection, rows, has)
    names = {has: f"segment_{number}" for number, has in enumerate(comparisons)}
    driver: Any = connection.connection.driver_connection
    for has, name in names.items():
        driver.create_function(name, 1, lru_cache(_MOST_CELLS)(has.holds), deterministic=True)

    def clause(each: Condition) -> sa.ColumnElement[bool]:
        match each:
            case Has():
                return getattr(sa.func, names[each])(_cell(rows, each.field)) == sa.literal(1)
            case Not(part):
                return sa.not_(clause(part))
            case Every(parts):
                return sa.and_(*map(clause, parts))
            case Some(parts):
                return sa.or_(*map(clause, parts))

    return clause(condition)


def _values(connection: sa.Connection, rows: sa.Subquery, field: str) -> set[str]:
    cells = sa.select(_cell(rows, field)).distinct().limit(_MOST_VALUES)
    return set(connection.execute(cells).scalars())


def _unmet(condition: Condition, cells: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Say which comparisons hold for none of the cells, and which value is near what they ask for."""
    said: list[str] = []
    for has in leaves(condition):
        if len(cells[has.field]) < _MOST_VALUES and not any(map(has.holds, cells[has.field])):
            known = {alike(value): value for cell in sorted(cells[has.field]) for value in values_in(cell).values()}
            near = [close for value in sorted(has.values) for close in get_close_matches(value, known, n=1)]
            meant = f" Did you mean {known[near[0]]}?" if near else ""
            said.append(f"Nobody has {has}.{meant}")
    return tuple(said)


def _cell(rows: sa.Subquery, field: str) -> sa.ColumnElement[str]:
    if field == EMAIL:
        return rows.c.address
    return sa.func.coalesce(sa.func.json_extract(rows.c.fields, f"$.{field}"), "")


def _require_column(connection: sa.Connection, rows: sa.Subquery, has: Has) -> None:
    if has.field == EMAIL:
        return
    filled = sa.select(rows.c.contact_id).where(_cell(rows, has.field) != "").limit(1)
    if connection.execute(filled).first() is None:
        raise _no_column(has, [EMAIL, *lists.names_of_fields(connection, rows)])


def _no_column(has: Has, known: list[str]) -> ContactsError:
    return ContactsError(
        f"Nobody on the list has anything in the column {has.field}, which the segment asks for.",
        hint=f"{did_you_mean(has.field, known)}Columns of the list: {', '.join(known)}.",
    )

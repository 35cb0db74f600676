"""Sorting candidates by the letter that they get and by what may be counted of them: each has one of the templates."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from apes_mailer.ledger import tracking
from apes_mailer.model.field import EMAIL
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.tracking import NOTHING, Tracking
from apes_mailer.store import schema

_sorted = sa.Table(
    "sorted_values",
    sa.MetaData(),
    sa.Column("contact_values", sa.Text, primary_key=True),
    sa.Column("template_id", sa.Integer, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter as a campaign keeps it; ``variant`` is empty when everybody gets the same."""

    variant: str = ""
    template: MessageTemplate

    @property
    def fields(self) -> Sequence[str]:
        """The fields that its merge tags need from the list."""
        return [name for name in self.template.fields() if name != EMAIL]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Which letter a contact gets: decided by what it has in some fields, and by nothing else.

    ``letter_of`` gets the values of ``fields`` in their order, each combination that occurs once. With no field it is
    asked once, and everybody gets that letter. ``tracking`` is what may be counted of whoever agreed to it: those
    of one letter who agreed to different things have a template each, of the same words.
    """

    fields: Sequence[str] = ()
    letter_of: Callable[[Sequence[str]], Letter]
    tracking: Tracking = NOTHING


@dataclass(frozen=True, slots=True)
class Sorted:
    """The letters of a campaign by the number of their template.

    For a candidate, as SQL: the number of its letter, and the JSON of the fields that this letter uses, of no other.
    """

    letters: Mapping[int, Letter]
    template_id: sa.ColumnElement[int]
    merge_values: sa.ColumnElement[Any]


def sort(
    connection: sa.Connection,
    campaign_id: int,
    letters: Letters,
    accepted: sa.Subquery,
    among: sa.ColumnElement[bool],
    *,
    list_id: int,
) -> Sorted:
    """Keep the letter of each combination of values that occurs in the rows of ``accepted`` for which ``among`` holds.

    What ``letter_of`` raises leaves this function.
    """
    if not letters.fields and not letters.tracking:
        letter = letters.letter_of(())
        number = _keep(connection, campaign_id, letter, "")
        return Sorted({number: letter}, sa.literal(number), _merge_values(accepted, letter.fields))
    if letters.tracking:
        tracking.collect(connection, list_id, letters.tracking)
    values = _values_of(accepted, letters)
    occurring = sa.select(values).select_from(accepted).where(among).distinct().order_by(values)
    kept: dict[tuple[str, str], tuple[int, Letter]] = {}
    rows: list[dict[str, Any]] = []
    for each in connection.execute(occurring).scalars().all():
        *own, agreed = json.loads(each)
        letter = letters.letter_of(own)
        if (letter.variant, agreed) not in kept:
            kept[letter.variant, agreed] = (_keep(connection, campaign_id, letter, agreed), letter)
        rows.append({"contact_values": each, "template_id": kept[letter.variant, agreed][0]})
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS temp.{_sorted.name}")
    _sorted.create(connection, checkfirst=False)
    if rows:
        connection.execute(sa.insert(_sorted), rows)
    # Asked for each row by key: the planner may not turn the two around, and read the list once for each combination.
    found = sa.select(_sorted.c.template_id).where(_sorted.c.contact_values == values)
    number, by_number = found.scalar_subquery(), dict(kept.values())
    return Sorted(by_number, number, _merge_values_of(accepted, number, by_number))


def _merge_values_of(
    accepted: sa.Subquery, template_id: sa.ColumnElement[int], letters: Mapping[int, Letter]
) -> sa.ColumnElement[Any]:
    by_fields: dict[Sequence[str], list[int]] = {}
    for number, letter in letters.items():
        by_fields.setdefault(tuple(letter.fields), []).append(number)
    if len(by_fields) < 2:
        return _merge_values(accepted, next(iter(by_fields), ()))
    ways = [(template_id.in_(numbers), _merge_values(accepted, fields)) for fields, numbers in by_fields.items()]
    return sa.case(*ways)


def _merge_values(accepted: sa.Subquery, fields: Sequence[str]) -> sa.ColumnElement[Any]:
    if not fields:
        return sa.null()
    pairs = [part for name in fields for part in (sa.literal(name), _field_value(accepted, name))]
    return sa.func.json_object(*pairs)


def _values_of(accepted: sa.Subquery, letters: Letters) -> sa.ColumnElement[str]:
    """What decides, as a JSON list: the values of the fields, then what the contact agreed to."""
    agreed = tracking.agreed(accepted.c.contact_id) if letters.tracking else sa.literal("")
    return sa.func.json_array(*(_field_value(accepted, name) for name in letters.fields), agreed)


def _field_value(accepted: sa.Subquery, name: str) -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.func.json_extract(accepted.c.fields, f"$.{name}"), "")


def _keep(connection: sa.Connection, campaign_id: int, letter: Letter, agreed: str) -> int:
    template = letter.template
    insert = sa.insert(schema.template).returning(schema.template.c.id)
    row = {
        "campaign_id": campaign_id,
        "variant": letter.variant,
        "digest": template.digest,
        "body": template.to_json(),
        "tracking": agreed,
    }
    return int(connection.execute(insert, row).scalar_one())

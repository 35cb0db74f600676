"""A list in numbers: who may be mailed, and by what right."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.ledger import permission
from apes_mailer.model.consent import Policy, Purpose, State
from apes_mailer.store import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """A list in numbers of contacts.

    ``suppressed`` are not mailed. Of the others, ``agreed`` have a consent to the letters on record and
    ``with_basis`` a word on the right that mailing them rests on; ``mailable`` may be mailed by the policy of the list.
    ``opens`` and ``clicks`` count those who agreed to be counted.
    """

    contacts: int
    mailable: int
    suppressed: int
    agreed: int
    with_basis: int
    opens: int
    clicks: int


def take(connection: sa.Connection, keys: sa.FromClause, list_id: int, policy: Policy, at: dt.datetime) -> Census:
    """Count a list, ``keys`` with a column ``key``, as it is now."""
    each = _facts(keys, list_id, at)
    free = sa.not_(each.c.suppressed)

    def number(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count().filter(*conditions)

    counts = connection.execute(
        sa.select(
            sa.func.count().label("contacts"),
            (number(free) if policy is Policy.OPPOSITION else number(free, each.c.agreed)).label("mailable"),
            number(each.c.suppressed).label("suppressed"),
            number(free, each.c.agreed).label("agreed"),
            number(free, each.c.based).label("with_basis"),
            number(free, each.c.opens).label("opens"),
            number(free, each.c.clicks).label("clicks"),
        ).select_from(each)
    )
    return Census(**counts.mappings().one())


def _facts(keys: sa.FromClause, list_id: int, at: dt.datetime) -> sa.Subquery:
    """Return a row of truths for each contact."""
    key: sa.ColumnElement[bytes] = keys.c.key

    def agreed(purpose: Purpose) -> sa.ColumnElement[bool]:
        return permission.consent(key, list_id, purpose).is_not_distinct_from(State.GIVEN)

    each = sa.select(
        permission.suppressed(key, list_id, at).exists().label("suppressed"),
        agreed(Purpose.LETTER).label("agreed"),
        _has_basis(key, list_id).label("based"),
        agreed(Purpose.OPENS).label("opens"),
        agreed(Purpose.CLICKS).label("clicks"),
    ).select_from(keys)
    return each.subquery()


def _has_basis(key: sa.ColumnElement[bytes], list_id: int) -> sa.ColumnElement[bool]:
    table = schema.consent
    of_letters = sa.and_(
        table.c.key == key,
        table.c.list_id.in_([schema.ALL_LISTS, list_id]),
        table.c.purpose == Purpose.LETTER,
        table.c.basis != "",
        sa.text(schema.PROVES),
    )
    return sa.select(table.c.id).where(of_letters).exists()

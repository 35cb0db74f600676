"""Who may be mailed, as SQL that runs inside the transactions that freeze and claim."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from apes_mailer.model.consent import Purpose
from apes_mailer.store import schema
from apes_mailer.store.times import stamp


def suppressed(key: sa.ColumnElement[bytes], list_id: int, at: dt.datetime) -> sa.Select[str]:
    """Return the query for the causes of the suppressions that hold for a contact key on a list now."""
    table = schema.suppression
    return sa.select(table.c.cause).where(
        table.c.key == key,
        table.c.list_id.in_([schema.ALL_LISTS, list_id]),
        sa.or_(table.c.until.is_(None), table.c.until > stamp(at)),
    )


def consent(key: sa.ColumnElement[bytes], list_id: int, purpose: Purpose) -> sa.ScalarSelect[str]:
    """Return what a contact key said last for a list: a word of ``State``, null when nothing is known."""
    table = schema.consent
    said = sa.select(table.c.state).where(
        table.c.key == key, table.c.list_id.in_([schema.ALL_LISTS, list_id]), table.c.purpose == purpose
    )
    return said.order_by(table.c.id.desc()).limit(1).scalar_subquery()

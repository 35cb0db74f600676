"""The append-only history: every transition leaves one line."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from apes_mailer.store import schema
from apes_mailer.store.times import stamp

_INSERT = sa.insert(schema.history)


def append(
    connection: sa.Connection,
    *,
    campaign_id: int,
    at: dt.datetime,
    event: str,
    actor: str,
    batch_no: int | None = None,
    attempt_id: int | None = None,
    note: str = "",
) -> None:
    """Write one line of history, in the transaction of the change it tells of."""
    line = {
        "campaign_id": campaign_id,
        "batch_no": batch_no,
        "attempt_id": attempt_id,
        "at": stamp(at),
        "event": event,
        "actor": actor,
        "note": note,
    }
    connection.execute(_INSERT, line)


def last_notes(
    connection: sa.Connection, campaign_id: int, event: str
) -> dict[tuple[int | None, int | None], tuple[str, str]]:
    """Return the last note, and its time, of each batch and attempt of a campaign with an event of this kind."""
    table = schema.history
    rows = connection.execute(
        sa.select(table.c.batch_no, table.c.attempt_id, table.c.note, table.c.at)
        .where(table.c.campaign_id == campaign_id, table.c.event == event)
        .order_by(table.c.id)
    )
    return {(no, attempt_id): (note, at) for no, attempt_id, note, at in rows}

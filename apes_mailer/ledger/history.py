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

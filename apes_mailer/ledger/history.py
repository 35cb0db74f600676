"""The append-only history: every transition leaves one line."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from apes_mailer.store import schema


def timestamp(at: dt.datetime) -> str:
    """Return a UTC time as the ledger keeps it: ``2026-11-23T20:31:00.123456Z``."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
    connection.execute(
        sa.insert(schema.history).values(
            campaign_id=campaign_id,
            batch_no=batch_no,
            attempt_id=attempt_id,
            at=timestamp(at),
            event=event,
            actor=actor,
            note=note,
        )
    )

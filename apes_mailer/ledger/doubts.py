"""Attempts that nobody knows the end of, and whom to look up with the provider to learn it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from apes_mailer.ledger import history
from apes_mailer.ledger.states import AttemptState, BatchState
from apes_mailer.store import schema

ASKED = "asked"
"""The word of the history for a look into the provider's log that proved nothing."""

_Row = sa.Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An attempt that may have been accepted; ``addresses`` are a few people of its request."""

    batch_no: int
    attempt_id: int
    mark: str
    started_at: dt.datetime
    addresses: Sequence[str]


def open_doubts(connection: sa.Connection, campaign_id: int) -> list[Doubt]:
    """Return the attempts whose acceptance would settle a batch: of batches in doubt, and of those let go again.

    Batch by batch, the newest attempt first. A batch that only a copied ledger put in doubt has none.
    """
    attempt, batch = schema.attempt, schema.batch
    rows = connection.execute(
        sa.select(
            attempt.c.id,
            attempt.c.mark,
            attempt.c.batch_no,
            attempt.c.started_at,
            batch.c.template_id,
            batch.c.first_contact,
            batch.c.last_contact,
        )
        .join(batch, sa.and_(batch.c.campaign_id == attempt.c.campaign_id, batch.c.no == attempt.c.batch_no))
        .where(
            attempt.c.campaign_id == campaign_id,
            attempt.c.state.in_([AttemptState.UNKNOWN, AttemptState.SET_ASIDE]),
            batch.c.state.in_([BatchState.UNKNOWN, BatchState.PENDING]),
        )
        .order_by(attempt.c.batch_no, attempt.c.id.desc())
    ).all()
    return [
        Doubt(
            batch_no=row.batch_no,
            attempt_id=row.id,
            mark=row.mark,
            started_at=dt.datetime.fromisoformat(row.started_at),
            addresses=_few_people(connection, campaign_id, row),
        )
        for row in rows
    ]


def _few_people(connection: sa.Connection, campaign_id: int, row: _Row) -> list[str]:
    """Return the first, the last and one in the middle of those who are still in a batch."""
    recipient, contact = schema.recipient, schema.contact
    ids = connection.execute(
        sa.select(recipient.c.contact_id)
        .where(
            recipient.c.campaign_id == campaign_id,
            recipient.c.template_id == row.template_id,
            recipient.c.contact_id.between(row.first_contact, row.last_contact),
            recipient.c.outcome.is_(None),
        )
        .order_by(recipient.c.contact_id)
    ).scalars()
    known = list(ids)
    chosen = dict.fromkeys([known[0], known[-1], known[len(known) // 2]]) if known else ()
    found = connection.execute(sa.select(contact.c.address).where(contact.c.id.in_(chosen)).order_by(contact.c.id))
    return [address for address in found.scalars() if address]


def record_asked(
    connection: sa.Connection, campaign_id: int, doubt: Doubt, *, note: str, actor: str, at: dt.datetime
) -> None:
    """Keep what the provider's log had to say about a doubt that it did not settle."""
    history.append(
        connection,
        campaign_id=campaign_id,
        batch_no=doubt.batch_no,
        attempt_id=doubt.attempt_id,
        at=at,
        event=ASKED,
        actor=actor,
        note=note,
    )

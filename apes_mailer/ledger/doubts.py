"""Attempts that nobody knows the end of, and whom to look up with the provider to learn it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.ledger import history, requests
from apes_mailer.ledger.states import AttemptState, BatchState
from apes_mailer.store import schema

ASKED = "asked"
"""The word of the history for a look into the provider's log that proved nothing."""


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
    attempt = schema.attempt
    rows = connection.execute(
        sa.select(
            attempt.c.id,
            attempt.c.mark,
            attempt.c.batch_no,
            attempt.c.started_at,
        )
        .where(attempt.c.campaign_id == campaign_id, _would_settle())
        .order_by(attempt.c.batch_no, attempt.c.id.desc())
    ).all()
    return [
        Doubt(
            batch_no=row.batch_no,
            attempt_id=row.id,
            mark=row.mark,
            started_at=dt.datetime.fromisoformat(row.started_at),
            addresses=_few_people(connection, row.id),
        )
        for row in rows
    ]


def is_open(connection: sa.Connection, doubt: Doubt) -> bool:
    """Whether the acceptance of an attempt would still settle a batch."""
    found = sa.select(schema.attempt.c.id).where(schema.attempt.c.id == doubt.attempt_id, _would_settle())
    return connection.execute(found).first() is not None


def _would_settle() -> sa.ColumnElement[bool]:
    """Whether the attempt of the enclosing query is in doubt, and a batch waits to know."""
    attempt, batch, link = schema.attempt, schema.batch, schema.batch_attempt
    waiting = sa.exists().where(
        link.c.attempt_id == attempt.c.id,
        batch.c.campaign_id == link.c.campaign_id,
        batch.c.no == link.c.batch_no,
        batch.c.state.in_([BatchState.UNKNOWN, BatchState.PENDING]),
    )
    return sa.and_(attempt.c.state.in_([AttemptState.UNKNOWN, AttemptState.SET_ASIDE]), waiting)


def _few_people(connection: sa.Connection, attempt_id: int) -> list[str]:
    """Return the first, the last and one in the middle of those in a request who have not left their batch since."""
    batch, recipient, contact = schema.batch, schema.recipient, schema.contact
    together = sa.join(requests.attempts(), batch, requests.of_batch()).join(recipient, requests.in_batch())
    ids = connection.execute(
        sa.select(recipient.c.contact_id)
        .select_from(together)
        .where(schema.attempt.c.id == attempt_id, recipient.c.outcome.is_(None), requests.was_in())
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

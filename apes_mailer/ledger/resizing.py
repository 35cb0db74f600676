"""Cutting batches that are too large for a provider into smaller ones."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from apes_mailer.ledger import history
from apes_mailer.ledger.states import AttemptState, BatchState
from apes_mailer.store import schema


def cut_pending(connection: sa.Connection, campaign_id: int, size: int, *, actor: str, at: dt.datetime) -> int:
    """Cut the pending batches of a campaign that have more than ``size`` recipients left; return how many were cut.

    A batch that a person ordered to go again stays whole: an earlier attempt of it may still prove to have been
    accepted, and that settles the batch as one.
    """
    large = connection.execute(_larger(campaign_id, size).where(~_may_be_proved())).all()
    return sum(_cut(connection, row, size, actor=actor, at=at) for row in large)


def still_larger(connection: sa.Connection, campaign_id: int, size: int) -> list[int]:
    """Return the numbers of the pending batches that have more than ``size`` recipients left and must stay whole."""
    rows = connection.execute(_larger(campaign_id, size).where(_may_be_proved()).order_by(schema.batch.c.no)).all()
    return [int(row.no) for row in rows if len(_left(connection, row)) > size]


def _larger(campaign_id: int, size: int) -> sa.Select[*tuple[Any, ...]]:
    batch = schema.batch
    return sa.select(batch).where(
        batch.c.campaign_id == campaign_id, batch.c.state == BatchState.PENDING, batch.c.size > size
    )


def _may_be_proved() -> sa.ColumnElement[bool]:
    """Whether an attempt of the batch of the enclosing query may still prove to have been accepted."""
    batch, attempt = schema.batch, schema.attempt
    return (
        sa.select(attempt.c.id)
        .where(
            attempt.c.campaign_id == batch.c.campaign_id,
            attempt.c.batch_no == batch.c.no,
            attempt.c.state.not_in([AttemptState.NOT_ACCEPTED, AttemptState.REFUSED]),
        )
        .exists()
    )


def _left(connection: sa.Connection, row: sa.Row[*tuple[Any, ...]]) -> list[int]:
    """Return the contacts who still go with a batch, in order."""
    recipient = schema.recipient
    left = (
        sa.select(recipient.c.contact_id)
        .where(
            recipient.c.campaign_id == row.campaign_id,
            recipient.c.contact_id.between(row.first_contact, row.last_contact),
            recipient.c.template_id == row.template_id,
            recipient.c.outcome.is_(None),
        )
        .order_by(recipient.c.contact_id)
    )
    return [int(contact) for contact in connection.execute(left).scalars()]


def _cut(connection: sa.Connection, row: sa.Row[*tuple[Any, ...]], size: int, *, actor: str, at: dt.datetime) -> bool:
    batch = schema.batch
    contacts = _left(connection, row)
    first, *others = [contacts[start : start + size] for start in range(0, len(contacts), size)] or [[]]
    if not others:
        return False
    newest = connection.execute(sa.select(sa.func.max(batch.c.no)).where(batch.c.campaign_id == row.campaign_id))
    no = int(newest.scalar_one())
    connection.execute(
        sa.update(batch)
        .where(batch.c.campaign_id == row.campaign_id, batch.c.no == row.no)
        # Whoever left the batch before stays counted in it.
        .values(last_contact=first[-1], size=row.size - sum(map(len, others)))
    )
    connection.execute(
        sa.insert(batch),
        [
            {
                "campaign_id": row.campaign_id,
                "no": number,
                "template_id": row.template_id,
                "first_contact": part[0],
                "last_contact": part[-1],
                "size": len(part),
                "state": BatchState.PENDING,
            }
            for number, part in enumerate(others, start=no + 1)
        ],
    )
    history.append(
        connection,
        campaign_id=row.campaign_id,
        batch_no=row.no,
        at=at,
        event="cut",
        actor=actor,
        note=f"{len(others)} more from {no + 1} on",
    )
    return True

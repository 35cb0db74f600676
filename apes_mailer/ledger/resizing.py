"""Cutting batches that are too large for a provider into smaller ones."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from apes_mailer.ledger import history
from apes_mailer.ledger.states import BatchState
from apes_mailer.store import schema

_Row = sa.Row[*tuple[Any, ...]]


def cut_pending(connection: sa.Connection, campaign_id: int, size: int, *, actor: str, at: dt.datetime) -> int:
    """Cut the pending batches of a campaign that have more than ``size`` recipients left; return how many were cut.

    What is cut off keeps the attempts that its people were in, so that evidence about any of them still settles it.
    """
    batch = schema.batch
    large = connection.execute(
        sa.select(batch).where(
            batch.c.campaign_id == campaign_id, batch.c.state == BatchState.PENDING, batch.c.size > size
        )
    ).all()
    return sum(_cut(connection, row, size, actor=actor, at=at) for row in large)


def _left(connection: sa.Connection, row: _Row) -> list[int]:
    """Return the contacts who still go with a batch, in order."""
    recipient = schema.recipient
    left = (
        sa.select(recipient.c.contact_id)
        .where(_in_stretch(row, row.first_contact, row.last_contact), recipient.c.outcome.is_(None))
        .order_by(recipient.c.contact_id)
    )
    return [int(contact) for contact in connection.execute(left).scalars()]


def _in_stretch(row: _Row, first: int, last: int) -> sa.ColumnElement[bool]:
    recipient = schema.recipient
    return sa.and_(
        recipient.c.campaign_id == row.campaign_id,
        recipient.c.template_id == row.template_id,
        recipient.c.contact_id.between(first, last),
    )


def _cut(connection: sa.Connection, row: _Row, size: int, *, actor: str, at: dt.datetime) -> bool:
    batch = schema.batch
    others = _left(connection, row)[size::size]  # the first of each stretch that is cut off
    if not others:
        return False
    newest = connection.execute(sa.select(sa.func.max(batch.c.no)).where(batch.c.campaign_id == row.campaign_id))
    no = int(newest.scalar_one()) + 1
    # Together they are the stretch of the batch, with nothing between them: whoever left it comes back to one of them.
    for number, (first, following) in enumerate(pairwise([*others, row.last_contact + 1]), start=no):
        _cut_off(connection, row, number, first, following - 1)
    rest = _in_stretch(row, row.first_contact, others[0] - 1)
    connection.execute(
        sa.update(batch)
        .where(batch.c.campaign_id == row.campaign_id, batch.c.no == row.no)
        .values(last_contact=others[0] - 1, size=sa.select(sa.func.count()).where(rest).scalar_subquery())
    )
    history.append(
        connection,
        campaign_id=row.campaign_id,
        batch_no=row.no,
        at=at,
        event="cut",
        actor=actor,
        note=f"{len(others)} more from {no} on",
    )
    return True


def _cut_off(connection: sa.Connection, row: _Row, no: int, first: int, last: int) -> None:
    """Make a batch of its own of a stretch, with the attempts so far and those who have left."""
    batch, link, recipient = schema.batch, schema.batch_attempt, schema.recipient
    stretch = _in_stretch(row, first, last)
    connection.execute(
        sa.insert(batch).values(
            campaign_id=row.campaign_id,
            no=no,
            template_id=row.template_id,
            first_contact=first,
            last_contact=last,
            size=sa.select(sa.func.count()).where(stretch).scalar_subquery(),
            state=BatchState.PENDING,
            attempts=row.attempts,
        )
    )
    so_far = sa.select(link.c.campaign_id, sa.literal(no), link.c.attempt_id)
    so_far = so_far.where(link.c.campaign_id == row.campaign_id, link.c.batch_no == row.no)
    connection.execute(sa.insert(link).from_select(["campaign_id", "batch_no", "attempt_id"], so_far))
    connection.execute(sa.update(recipient).where(stretch, recipient.c.batch_no.is_not(None)).values(batch_no=no))

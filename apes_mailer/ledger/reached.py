"""Whom a campaign has reached, whom perhaps, and whom not, as SQL."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from apes_mailer.ledger.states import AttemptState, BatchState
from apes_mailer.store import schema

_DOUBTFUL = (AttemptState.SUBMITTING, AttemptState.UNKNOWN, AttemptState.SET_ASIDE)


class Standing(StrEnum):
    """Whether a recipient has the letter, as far as the ledger knows."""

    REACHED = "reached"
    IN_DOUBT = "in_doubt"
    NOT_REACHED = "not_reached"


def standings(campaign_id: int) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Select ``contact_id``, ``standing`` and ``detail`` of every recipient of a campaign, each once.

    ``detail`` says what the ledger calls those who were not reached: pending, refused, excluded.
    """
    return sa.union_all(_with_their_batch(campaign_id), _out_of_their_batch(campaign_id))


def not_submitted(campaign_id: int) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Select the recipients of a campaign who are not counted as submitted."""
    recipient = schema.recipient
    outside = sa.select(recipient.c.contact_id).where(have_left(campaign_id))
    waiting = _in_batches(campaign_id, recipient.c.contact_id).where(schema.batch.c.state != BatchState.SUBMITTED)
    return sa.union_all(outside, waiting)


def _in_batches(campaign_id: int, *columns: sa.ColumnElement[Any]) -> sa.Select[*tuple[Any, ...]]:
    """Select from the recipients that are in their batches; a batch is a stretch of the recipients of one letter."""
    batch, recipient = schema.batch, schema.recipient
    stretch = sa.and_(
        recipient.c.campaign_id == batch.c.campaign_id,
        recipient.c.contact_id.between(batch.c.first_contact, batch.c.last_contact),
        recipient.c.template_id == batch.c.template_id,
    )
    return (
        sa.select(*columns)
        .select_from(batch.join(recipient, stretch))
        .where(batch.c.campaign_id == campaign_id, recipient.c.outcome.is_(None))
    )


def have_left(campaign_id: int) -> sa.ColumnElement[bool]:
    """The recipients who are out of their batch; the last condition lets the database use the index of these few."""
    recipient = schema.recipient
    return sa.and_(recipient.c.campaign_id == campaign_id, recipient.c.outcome.is_not(None), recipient.c.batch_no > 0)


def _with_their_batch(campaign_id: int) -> sa.Select[*tuple[Any, ...]]:
    batch, attempt = schema.batch, schema.attempt
    maybe = sa.exists().where(
        attempt.c.campaign_id == batch.c.campaign_id,
        attempt.c.batch_no == batch.c.no,
        attempt.c.state.in_(_DOUBTFUL),
    )
    standing = sa.case(
        (batch.c.state == BatchState.SUBMITTED, Standing.REACHED.value),
        (batch.c.state.in_([BatchState.UNKNOWN, BatchState.SUBMITTING]), Standing.IN_DOUBT.value),
        (maybe, Standing.IN_DOUBT.value),
        else_=Standing.NOT_REACHED.value,
    )
    columns = (schema.recipient.c.contact_id, standing.label("standing"), batch.c.state.label("detail"))
    return _in_batches(campaign_id, *columns)


def _out_of_their_batch(campaign_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Those who left a batch were in the requests made before, and one of these may have been taken after all."""
    recipient, attempt = schema.recipient, schema.attempt

    def was_in(*states: AttemptState) -> sa.Exists:
        return sa.exists().where(
            attempt.c.campaign_id == campaign_id,
            attempt.c.batch_no == recipient.c.batch_no,
            attempt.c.seq < recipient.c.attempt_seq,
            attempt.c.state.in_(states),
        )

    standing = sa.case(
        (was_in(AttemptState.SUBMITTED, AttemptState.LATE), Standing.REACHED.value),
        (was_in(*_DOUBTFUL), Standing.IN_DOUBT.value),
        else_=Standing.NOT_REACHED.value,
    )
    return sa.select(recipient.c.contact_id, standing.label("standing"), recipient.c.outcome.label("detail")).where(
        have_left(campaign_id)
    )

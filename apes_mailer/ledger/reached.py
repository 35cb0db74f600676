"""Whom a campaign has reached, whom perhaps, and whom not, as SQL."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from apes_mailer.ledger import requests
from apes_mailer.ledger.states import ACCEPTED, AttemptState, BatchState
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
    return (
        sa.select(*columns)
        .select_from(batch.join(recipient, requests.in_batch()))
        .where(batch.c.campaign_id == campaign_id, recipient.c.outcome.is_(None))
    )


def have_left(campaign_id: int) -> sa.ColumnElement[bool]:
    """The recipients who are out of their batch; the last condition lets the database use the index of these few."""
    recipient = schema.recipient
    return sa.and_(recipient.c.campaign_id == campaign_id, recipient.c.outcome.is_not(None), recipient.c.batch_no > 0)


def _with_their_batch(campaign_id: int) -> sa.Select[*tuple[Any, ...]]:
    batch = schema.batch
    standing = sa.case(
        (batch.c.state == BatchState.SUBMITTED, Standing.REACHED.value),
        (_was_in_one(batch.c.no, *ACCEPTED), Standing.REACHED.value),
        (batch.c.state.in_([BatchState.UNKNOWN, BatchState.SUBMITTING]), Standing.IN_DOUBT.value),
        (_was_in_one(batch.c.no, *_DOUBTFUL), Standing.IN_DOUBT.value),
        else_=Standing.NOT_REACHED.value,
    )
    columns = (schema.recipient.c.contact_id, standing.label("standing"), batch.c.state.label("detail"))
    return _in_batches(campaign_id, *columns)


def _out_of_their_batch(campaign_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Those who left a batch were in the requests made before, and one of these may have been taken after all."""
    recipient = schema.recipient
    standing = sa.case(
        (_was_in_one(recipient.c.batch_no, *ACCEPTED), Standing.REACHED.value),
        (_was_in_one(recipient.c.batch_no, *_DOUBTFUL), Standing.IN_DOUBT.value),
        else_=Standing.NOT_REACHED.value,
    )
    return sa.select(recipient.c.contact_id, standing.label("standing"), recipient.c.outcome.label("detail")).where(
        have_left(campaign_id)
    )


def _was_in_one(batch_no: sa.ColumnElement[Any], *states: AttemptState) -> sa.Exists:
    """Whether the recipient of the enclosing query was in a request of its batch that is in one of these states."""
    link, recipient = schema.batch_attempt, schema.recipient
    one = sa.select(link.c.attempt_id).select_from(requests.attempts())
    one = one.where(link.c.campaign_id == recipient.c.campaign_id, link.c.batch_no == batch_no, requests.was_in())
    return one.where(schema.attempt.c.state.in_(states)).correlate(schema.batch, recipient).exists()

"""Evidence that a provider accepted an attempt, whenever and from wherever it comes.

Evidence names the attempt: it settles a doubt about this attempt and says nothing about another one.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from apes_mailer.ledger import history, requests
from apes_mailer.ledger.states import ACCEPTED, AttemptState, BatchState
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

_Row = sa.Row[*tuple[Any, ...]]
_LIVE = (AttemptState.SUBMITTING, AttemptState.SUBMITTED, AttemptState.UNKNOWN)

_SET_BATCH = (
    sa.update(schema.batch)
    .where(schema.batch.c.campaign_id == sa.bindparam("campaign"), schema.batch.c.no == sa.bindparam("number"))
    .values(state=sa.bindparam("now"))
)


def set_batch(connection: sa.Connection, campaign_id: int, no: int, state: BatchState) -> None:
    """Write the state of a batch."""
    connection.execute(_SET_BATCH, {"campaign": campaign_id, "number": no, "now": state})


def prove_accepted(
    connection: sa.Connection, mark: str, *, actor: str, at: dt.datetime, provider_id: str = "", evidence: str = ""
) -> AttemptState | None:
    """Record that one attempt was accepted; return its state now, None when no attempt has this mark.

    It settles exactly those who were in its request, in whatever batches they go since. Where a later attempt of some
    of them is on its way, in doubt or accepted, it proves a duplicate, or the danger of one: it is recorded as
    ``late``, and their batch keeps the state of the later attempt. ``evidence`` says what showed it, and where that
    can be seen again, without naming a person; it is kept in the history and with the attempt.
    """
    attempt = schema.attempt
    row = connection.execute(sa.select(attempt).where(attempt.c.mark == mark)).first()
    if row is None:
        return None
    before = AttemptState(row.state)
    if before in ACCEPTED:
        return before
    after = AttemptState.LATE if _another_is_live(connection, row.id) else AttemptState.SUBMITTED
    connection.execute(
        sa.update(attempt)
        .where(attempt.c.id == row.id)
        .values(state=after, ended_at=stamp(at), provider_id=provider_id or row.provider_id, note=evidence or row.note)
    )
    _settle(connection, row)
    history.append(
        connection,
        campaign_id=row.campaign_id,
        batch_no=row.batch_no,
        attempt_id=row.id,
        at=at,
        event="proved" if after is AttemptState.SUBMITTED else "duplicate",
        actor=actor,
        note=evidence or "evidence that the provider accepted this attempt",
    )
    return after


def is_proved(connection: sa.Connection, attempt_id: int) -> bool:
    """Whether an attempt is known to have been accepted."""
    state = connection.execute(sa.select(schema.attempt.c.state).where(schema.attempt.c.id == attempt_id)).scalar()
    return state in ACCEPTED


def _another_is_live(connection: sa.Connection, attempt_id: int) -> bool:
    """Whether another attempt of any of the same people is on its way, in doubt or accepted."""
    attempt, own, other = schema.attempt, schema.batch_attempt, schema.batch_attempt.alias()
    shared = sa.and_(other.c.campaign_id == own.c.campaign_id, other.c.batch_no == own.c.batch_no)
    live = (
        sa.select(attempt.c.id)
        .select_from(own.join(other, shared).join(attempt, attempt.c.id == other.c.attempt_id))
        .where(own.c.attempt_id == attempt_id, attempt.c.id != attempt_id, attempt.c.state.in_(_LIVE))
    )
    return connection.execute(live.limit(1)).first() is not None


def _is_served_beside(attempt_id: int) -> sa.Exists:
    """Whether the batch of the enclosing query has a live attempt beside this one."""
    attempt = schema.attempt
    others = sa.select(attempt.c.id).select_from(requests.attempts())
    others = others.where(requests.of_batch(), attempt.c.id != attempt_id, attempt.c.state.in_(_LIVE))
    return others.correlate(schema.batch).exists()


def _settle(connection: sa.Connection, row: _Row) -> None:
    """Let an accepted attempt speak for its people: those who left their batch later were in it, and come back.

    A batch of theirs that is on its way again, in doubt or accepted keeps its state.
    """
    batch, link, recipient = schema.batch, schema.batch_attempt, schema.recipient
    own = sa.select(link.c.batch_no).where(link.c.attempt_id == row.id)
    connection.execute(
        sa.update(batch)
        .where(batch.c.campaign_id == row.campaign_id, batch.c.no.in_(own), ~_is_served_beside(row.id))
        .values(state=BatchState.SUBMITTED)
    )
    connection.execute(
        sa.update(recipient)
        .where(
            recipient.c.campaign_id == row.campaign_id,
            recipient.c.batch_no.in_(own),
            recipient.c.outcome.is_not(None),
            recipient.c.attempt_seq >= row.seq,
        )
        .values(outcome=None, reason=None, batch_no=None)
    )


def stand_in(connection: sa.Connection, campaign_id: int, batch_no: int, *, actor: str, at: dt.datetime) -> bool:
    """Settle a batch whose latest attempt reached nobody by an earlier one that was proved accepted meanwhile.

    Return whether there is one; then the batch is submitted, and to its people that attempt is no duplicate.
    """
    attempt, link = schema.attempt, schema.batch_attempt
    row = connection.execute(
        sa.select(attempt)
        .select_from(requests.attempts())
        .where(link.c.campaign_id == campaign_id, link.c.batch_no == batch_no, attempt.c.state.in_(ACCEPTED))
        .order_by(attempt.c.id)
        .limit(1)
    ).first()
    if row is None:
        return False
    if not _another_is_live(connection, row.id):
        connection.execute(sa.update(attempt).where(attempt.c.id == row.id).values(state=AttemptState.SUBMITTED))
    _settle(connection, row)
    history.append(
        connection,
        campaign_id=campaign_id,
        batch_no=batch_no,
        attempt_id=row.id,
        at=at,
        event="proved",
        actor=actor,
        note="the later attempt was not accepted, so this one is no duplicate",
    )
    return True


def duplicates(connection: sa.Connection, campaign_id: int) -> int:
    """Return how many people were in more than one accepted attempt: what was let go again had been accepted before.

    Who was in one that was accepted and in another that is in doubt still counts as in doubt, not as mailed twice.
    """
    attempt, batch, recipient, link = schema.attempt, schema.batch, schema.recipient, schema.batch_attempt
    late = sa.select(link.c.batch_no).select_from(requests.attempts())
    late = late.where(attempt.c.campaign_id == campaign_id, attempt.c.state == AttemptState.LATE)
    batches = connection.execute(late).scalars().all()
    if not batches:
        return 0
    twice = (
        sa.select(recipient.c.contact_id)
        .select_from(batch.join(recipient, requests.in_batch()).join(requests.attempts(), requests.of_batch()))
        .where(batch.c.campaign_id == campaign_id, batch.c.no.in_(batches))
        .where(attempt.c.state.in_(ACCEPTED), requests.was_in())
        .group_by(recipient.c.contact_id)
        .having(sa.func.count() > 1)
    )
    return connection.execute(sa.select(sa.func.count()).select_from(twice.subquery())).scalar_one()

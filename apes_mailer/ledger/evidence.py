"""Evidence that a provider accepted an attempt, whenever and from wherever it comes.

Evidence names the attempt: it settles a doubt about this attempt and says nothing about another one.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from apes_mailer.ledger import history
from apes_mailer.ledger.states import AttemptState, BatchState
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

_Row = sa.Row[*tuple[Any, ...]]
_LIVE = (AttemptState.SUBMITTING, AttemptState.SUBMITTED, AttemptState.UNKNOWN)
_PROVED = (AttemptState.SUBMITTED, AttemptState.LATE)

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

    It settles the batch, unless a later attempt is on its way, in doubt or accepted: then it proves a duplicate, or
    the danger of one, and is recorded as ``late``. ``evidence`` says what showed it, and where that can be seen again,
    without naming a person; it is kept in the history and with the attempt.
    """
    attempt = schema.attempt
    row = connection.execute(sa.select(attempt).where(attempt.c.mark == mark)).first()
    if row is None:
        return None
    before = AttemptState(row.state)
    if before in _PROVED:
        return before
    after = AttemptState.LATE if _another_is_live(connection, row) else AttemptState.SUBMITTED
    connection.execute(
        sa.update(attempt)
        .where(attempt.c.id == row.id)
        .values(state=after, ended_at=stamp(at), provider_id=provider_id or row.provider_id, note=evidence or row.note)
    )
    if after is AttemptState.SUBMITTED:
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
    return state in _PROVED


def _another_is_live(connection: sa.Connection, row: _Row) -> bool:
    attempt = schema.attempt
    others = sa.select(attempt.c.id).where(
        attempt.c.campaign_id == row.campaign_id,
        attempt.c.batch_no == row.batch_no,
        attempt.c.id != row.id,
        attempt.c.state.in_(_LIVE),
    )
    return connection.execute(others.limit(1)).first() is not None


def _settle(connection: sa.Connection, row: _Row) -> None:
    """Let this attempt speak for its batch: whoever left the batch at a later attempt was in this one."""
    set_batch(connection, row.campaign_id, row.batch_no, BatchState.SUBMITTED)
    recipient = schema.recipient
    connection.execute(
        sa.update(recipient)
        .where(
            recipient.c.campaign_id == row.campaign_id,
            recipient.c.batch_no == row.batch_no,
            recipient.c.outcome.is_not(None),
            recipient.c.attempt_seq > row.seq,
        )
        .values(outcome=None, reason=None, batch_no=None, attempt_seq=None)
    )


def stand_in(connection: sa.Connection, campaign_id: int, batch_no: int, *, actor: str, at: dt.datetime) -> bool:
    """Settle a batch whose latest attempt reached nobody by an earlier one that was proved accepted meanwhile.

    Return whether there is one; then the batch is submitted, and that attempt is no duplicate.
    """
    attempt = schema.attempt
    row = connection.execute(
        sa.select(attempt)
        .where(
            attempt.c.campaign_id == campaign_id,
            attempt.c.batch_no == batch_no,
            attempt.c.state == AttemptState.LATE,
        )
        .order_by(attempt.c.seq)
        .limit(1)
    ).first()
    if row is None:
        return False
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
    """Return how many recipients were in attempts that were let go again and then proved accepted."""
    attempt = schema.attempt
    return int(
        connection.execute(
            sa.select(sa.func.coalesce(sa.func.sum(attempt.c.size), 0)).where(
                attempt.c.campaign_id == campaign_id, attempt.c.state == AttemptState.LATE
            )
        ).scalar_one()
    )

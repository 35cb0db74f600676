"""What people (and the program, on their behalf) decide about a campaign: pause, resume, resolve a doubt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from apes_mailer.errors import CancelledError, LedgerError, UsageError
from apes_mailer.ledger import campaigns, evidence, history, requests
from apes_mailer.ledger.states import AttemptState, BatchState, Kind
from apes_mailer.store import schema
from apes_mailer.store.times import stamp


def pause(
    connection: sa.Connection,
    campaign_id: int,
    *,
    by: Literal["person", "program"],
    at: dt.datetime,
    actor: str,
    cause: str = "",
    cure: str = "",
) -> None:
    """Stop claims from now on; batches already claimed are still submitted.

    What stops a campaign that is stopped already takes the place of the cause, and is no second pause.
    """
    campaign = schema.campaign
    before = connection.execute(sa.select(campaign.c.paused_by).where(campaign.c.id == campaign_id)).scalar_one()
    connection.execute(
        sa.update(campaign).where(campaign.c.id == campaign_id).values(paused_by=by, pause_cause=cause, pause_cure=cure)
    )
    if not before:
        history.append(connection, campaign_id=campaign_id, at=at, event="paused", actor=actor, note=cause)


def unpause(connection: sa.Connection, campaign_id: int, *, at: dt.datetime, actor: str) -> None:
    """Allow claims again."""
    campaign = schema.campaign
    changed = connection.execute(
        sa.update(campaign)
        .where(campaign.c.id == campaign_id, campaign.c.paused_by != "")
        .values(paused_by="", pause_cause="", pause_cure="")
    ).rowcount
    if changed:
        history.append(connection, campaign_id=campaign_id, at=at, event="resumed", actor=actor)


def resolve(
    connection: sa.Connection,
    campaign_id: int,
    batch_no: int,
    *,
    to: Literal["submitted", "pending"],
    actor: str,
    at: dt.datetime,
) -> None:
    """Settle a batch in doubt as a person says.

    ``pending`` lets it go again, unless an earlier attempt was proved accepted meanwhile: then that one stands.
    Raises ``UsageError`` when there is no such batch or it is not in doubt.
    """
    _require_doubt(connection, campaign_id, batch_no)
    batch, attempt = schema.batch, schema.attempt
    after = AttemptState.SUBMITTED if to == "submitted" else AttemptState.SET_ASIDE
    attempt_id = connection.execute(
        sa.update(attempt)
        .where(
            attempt.c.campaign_id == campaign_id,
            attempt.c.batch_no == batch_no,
            attempt.c.state == AttemptState.UNKNOWN,
        )
        .values(state=after, ended_at=stamp(at), note=f"resolved as {to} by {actor}")
        .returning(attempt.c.id)
    ).scalar()
    connection.execute(
        sa.update(batch)
        .where(batch.c.campaign_id == campaign_id, batch.c.no == batch_no, batch.c.state == BatchState.UNKNOWN)
        .values(state=BatchState.SUBMITTED if to == "submitted" else BatchState.PENDING)
    )
    history.append(
        connection,
        campaign_id=campaign_id,
        batch_no=batch_no,
        attempt_id=attempt_id,
        at=at,
        event="resolved",
        actor=actor,
        note=f"as {to}",
    )
    if to == "pending":
        evidence.stand_in(connection, campaign_id, batch_no, actor=actor, at=at)


def _require_doubt(connection: sa.Connection, campaign_id: int, batch_no: int) -> None:
    batch = schema.batch
    state = connection.execute(
        sa.select(batch.c.state).where(batch.c.campaign_id == campaign_id, batch.c.no == batch_no)
    ).scalar()
    if state != BatchState.UNKNOWN:
        what = "does not exist" if state is None else f"is {state}, not in doubt"
        raise UsageError(f"Batch {batch_no} {what}.", hint="See which batches are in doubt with: apes-mailer status")


def require_count(connection: sa.Connection, campaign_id: int, batch_no: int, expected: int | None) -> None:
    """Raise ``CancelledError`` unless ``expected`` is the number of recipients left in a batch in doubt.

    Raises ``UsageError`` when there is no such batch or it is not in doubt.
    """
    _require_doubt(connection, campaign_id, batch_no)
    recipient, batch = schema.recipient, schema.batch
    count = connection.execute(
        sa.select(sa.func.count())
        .select_from(recipient)
        .join(batch, requests.in_batch())
        .where(batch.c.campaign_id == campaign_id, batch.c.no == batch_no, recipient.c.outcome.is_(None))
    ).scalar_one()
    if expected != count:
        raise CancelledError(
            f"Nothing was changed: sending batch {batch_no} again would mail {count} people who may have the letter.",
            hint=f"If you know that the provider never took it, confirm the number: {count}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Distrusted:
    """Names of the campaigns that a doubtful ledger can say nothing certain about.

    ``in_doubt`` had started, and what was pending of them is in doubt now; ``doubted_before`` had batches in doubt when
    the copy was made; ``dropped`` were only prepared, and have to be confirmed and prepared again.
    """

    in_doubt: Sequence[str]
    doubted_before: Sequence[str]
    dropped: Sequence[str]


def distrust(
    connection: sa.Connection, *, touched_since: Collection[str], actor: str, at: dt.datetime, why: str
) -> Distrusted:
    """Put every batch that a started campaign calls pending in doubt, and drop what was only prepared.

    For a ledger that was copied or restored: what it calls pending may have been submitted since, and what it calls in
    doubt may have been settled, and sent again. ``touched_since`` names campaigns known to have started, though this
    copy of the ledger may not know it.
    """
    batch, campaign = schema.batch, schema.campaign
    started = sa.select(campaign.c.id).where(
        campaign.c.kind == Kind.SEND, sa.or_(campaign.c.name.in_(touched_since), campaigns.begun())
    )
    before = _open_batches(connection, started, BatchState.UNKNOWN)
    pending = _open_batches(connection, started, BatchState.PENDING)
    connection.execute(
        sa.update(batch)
        .where(batch.c.state == BatchState.PENDING, batch.c.campaign_id.in_(started))
        .values(state=BatchState.UNKNOWN)
    )
    for row in (*before, *pending):
        history.append(
            connection,
            campaign_id=row.campaign_id,
            batch_no=row.no,
            attempt_id=row.attempt_id,
            at=at,
            event="distrusted",
            actor=actor,
            note=why,
        )
    in_doubt, doubted_before = ({row.name for row in rows} for rows in (pending, before))
    prepared = sa.select(campaign.c.name).where(campaign.c.kind == Kind.SEND, campaign.c.id.not_in(started))
    dropped = [str(name) for name in connection.execute(prepared.order_by(campaign.c.name)).scalars()]
    for name in dropped:
        campaigns.forget_untouched(connection, name)
    return Distrusted(in_doubt=sorted(in_doubt), doubted_before=sorted(doubted_before), dropped=dropped)


def _open_batches(
    connection: sa.Connection, campaigns_of: sa.Select[int], state: BatchState
) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Return campaign_id, name, no and the number of the last attempt of the batches in a state."""
    batch, campaign = schema.batch, schema.campaign
    attempt = requests.latest(batch.c.campaign_id.in_(campaigns_of))
    latest = sa.and_(attempt.c.campaign_id == batch.c.campaign_id, attempt.c.no == batch.c.no)
    return connection.execute(
        sa.select(batch.c.campaign_id, campaign.c.name, batch.c.no, attempt.c.id.label("attempt_id"))
        .join(campaign, campaign.c.id == batch.c.campaign_id)
        .join(attempt, latest, isouter=True)
        .where(batch.c.state == state, batch.c.campaign_id.in_(campaigns_of))
        .order_by(batch.c.campaign_id, batch.c.no)
    ).all()


def campaign_id_of(connection: sa.Connection, name: str) -> int:
    """Return the id of the campaign of this name that a real provider serves. Raises ``LedgerError`` when none."""
    found = campaigns.find(connection, name)
    if found is None:
        raise LedgerError(
            f'"{name}" has not been prepared for sending; nothing of it is under way.',
            hint=f"Rehearsals are simply run again. To send: apes-mailer send {name} --to LIST",
        )
    return found

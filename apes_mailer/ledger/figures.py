"""What a report tells of a campaign besides where it stands: when it went, what was decided, who left since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from apes_mailer.ledger import campaigns, feedback, reached
from apes_mailer.ledger.states import AttemptState, BatchState, Outcome
from apes_mailer.model.report import Decision, Past, Pause, Sending, Slice
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema

_MOST_REASONS = 12
_MOST_DECISIONS = 100
_DECISIONS = ("resolved", "proved", "duplicate", "distrusted")
_MOST_SLICES = 30
_STRETCHES = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600)  # seconds


def sending(connection: sa.Connection, campaign_id: int) -> Sending:
    """Return when a campaign went out, by when its requests left."""
    attempt = schema.attempt
    rows = connection.execute(
        sa.select(attempt.c.started_at, attempt.c.size, attempt.c.state == AttemptState.SUBMITTED)
        .where(attempt.c.campaign_id == campaign_id)
        .order_by(attempt.c.id)
    ).all()
    pauses = _pauses(connection, campaign_id)
    if not rows:
        return Sending(pauses=pauses)
    taken = [(dt.datetime.fromisoformat(at), size) for at, size, was_taken in rows if was_taken]
    first, last = min(row[0] for row in rows), max(row[0] for row in rows)
    return Sending(first=first, last=last, requests=len(rows), slices=_slices(taken), pauses=pauses)


def _slices(taken: Sequence[tuple[dt.datetime, int]]) -> list[Slice]:
    """Cut the time from the first to the last request that was taken into stretches of a round length."""
    if not taken:
        return []
    first, last = min(at for at, _ in taken), max(at for at, _ in taken)
    seconds = int((last - first).total_seconds())
    fitting = (each for each in _STRETCHES if seconds < each * (_MOST_SLICES - 2))
    stretch = next(fitting, seconds // (_MOST_SLICES - 2) + 1)
    start = int(first.timestamp()) // stretch * stretch
    counts = [0] * (int(last.timestamp() - start) // stretch + 1)
    for at, size in taken:
        counts[int(at.timestamp() - start) // stretch] += size
    return [Slice(at=_stamp(start + place * stretch), submitted=count) for place, count in enumerate(counts)]


def _stamp(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pauses(connection: sa.Connection, campaign_id: int) -> list[Pause]:
    history = schema.history
    rows = connection.execute(
        sa.select(history.c.event, history.c.at, history.c.actor, history.c.note)
        .where(history.c.campaign_id == campaign_id, history.c.event.in_(["paused", "resumed"]))
        .order_by(history.c.id)
    ).all()
    pauses: list[Pause] = []
    for row in rows:
        stopped = bool(pauses) and not pauses[-1].until
        if row.event == "resumed" and stopped:
            pauses[-1] = replace(pauses[-1], until=row.at)
        elif row.event == "paused" and not stopped:
            pauses.append(Pause(at=row.at, by=row.actor, cause=row.note))
    return pauses


def decisions(connection: sa.Connection, campaign_id: int) -> list[Decision]:
    """Return the first hundred of what was decided about batches in doubt, in the order it happened."""
    history = schema.history
    rows = connection.execute(
        sa.select(history.c.at, history.c.event, history.c.actor, history.c.batch_no, history.c.note)
        .where(history.c.campaign_id == campaign_id, history.c.event.in_(_DECISIONS))
        .order_by(history.c.id)
        .limit(_MOST_DECISIONS)
    )
    return [Decision(at=row.at, what=row.event, by=row.actor, batch=row.batch_no or 0, note=row.note) for row in rows]


def refusals(connection: sa.Connection, campaign_id: int) -> list[tuple[str, int]]:
    """Return the most frequent words with which the provider refused recipients, and how many."""
    recipient = schema.recipient
    rows = connection.execute(
        sa.select(recipient.c.reason, sa.func.count())
        .where(reached.have_left(campaign_id), recipient.c.outcome == Outcome.REFUSED)
        .group_by(recipient.c.reason)
        .order_by(sa.func.count().desc(), recipient.c.reason)
        .limit(_MOST_REASONS)
    )
    return [(reason or "", count) for reason, count in rows]


def left(connection: sa.Connection, campaign_id: int) -> dict[str, int]:
    """Return how many of those who got the letter are suppressed since, by cause.

    Whoever unsubscribed at the provider has unsubscribed, and is counted under both words, as one person. Only until
    the next campaign to the list: what comes later is more likely that one's doing.
    """
    campaign, suppression, contact, recipient = schema.campaign, schema.suppression, schema.contact, schema.recipient
    own = connection.execute(sa.select(campaign).where(campaign.c.id == campaign_id)).one()
    following = connection.execute(
        sa.select(sa.func.min(campaign.c.suppression_id)).where(
            campaign.c.list_id == own.list_id, campaign.c.id > campaign_id, campaigns.was_sent()
        )
    ).scalar()
    there = suppression.c.cause == Cause.AT_PROVIDER
    cause = sa.case((there, Cause.UNSUBSCRIBED.value), else_=suppression.c.cause).label("cause")
    people = sa.func.count(contact.c.id.distinct())
    # Asked for each suppression: there are few beside the recipients.
    served = sa.exists().where(recipient.c.campaign_id == campaign_id, recipient.c.contact_id == contact.c.id)
    query = (
        sa.select(cause, people, sa.func.count(sa.case((there, contact.c.id)).distinct()))
        .join(contact, contact.c.key == suppression.c.key)
        .where(
            suppression.c.id > own.suppression_id,
            suppression.c.list_id.in_([schema.ALL_LISTS, own.list_id]),
            served,
            contact.c.id.not_in(reached.not_submitted(campaign_id)),
        )
        .group_by(cause)
        .order_by(people.desc(), cause)
    )
    if following is not None:
        query = query.where(suppression.c.id <= following)
    found: dict[str, int] = {}
    for what, count, at_provider in connection.execute(query):
        found[what] = int(count)
        if at_provider:
            found[Cause.AT_PROVIDER] = int(at_provider)
    return found


def past(connection: sa.Connection, campaign_id: int, *, since: str) -> list[Past]:
    """Return the campaigns to the list of this one that were prepared from ``since`` on, it among them and last."""
    campaign = schema.campaign
    list_id = sa.select(campaign.c.list_id).where(campaign.c.id == campaign_id).scalar_subquery()
    rows = connection.execute(
        sa.select(campaign.c.id, campaign.c.name, campaign.c.prepared_at)
        .where(
            campaign.c.list_id == list_id,
            campaign.c.id <= campaign_id,
            campaign.c.prepared_at >= since,
            campaigns.was_sent(),
        )
        .order_by(campaign.c.id)
    ).all()
    return [_past(connection, *row) for row in rows]


def _past(connection: sa.Connection, campaign_id: int, name: str, prepared_at: str) -> Past:
    batch, exclusion = schema.batch, schema.exclusion
    sizes = {
        state: int(size)
        for state, size in connection.execute(
            sa.select(batch.c.state, sa.func.sum(batch.c.size))
            .where(batch.c.campaign_id == campaign_id)
            .group_by(batch.c.state)
        )
    }
    gone = _outcomes(connection, campaign_id)
    excluded = connection.execute(sa.select(sa.func.count()).where(exclusion.c.campaign_id == campaign_id)).scalar_one()
    frozen = sum(sizes.values())
    return Past(
        campaign=name,
        prepared_at=prepared_at,
        candidates=frozen + int(excluded),
        recipients=frozen - _sum(gone, outcome=Outcome.EXCLUDED),
        submitted=sizes.get(BatchState.SUBMITTED, 0) - _sum(gone, state=BatchState.SUBMITTED),
        bounced=feedback.bounced(connection, campaign_id),
        heard=feedback.heard(connection, campaign_id),
        left=left(connection, campaign_id),
    )


def _outcomes(connection: sa.Connection, campaign_id: int) -> Mapping[tuple[str, str], int]:
    """Count who left a batch, by outcome and by the state of that batch."""
    recipient, batch = schema.recipient, schema.batch
    rows = connection.execute(
        sa.select(recipient.c.outcome, batch.c.state, sa.func.count())
        .join(
            batch,
            sa.and_(batch.c.campaign_id == recipient.c.campaign_id, batch.c.no == recipient.c.batch_no),
        )
        .where(reached.have_left(campaign_id))
        .group_by(recipient.c.outcome, batch.c.state)
    )
    return {(outcome, state): int(count) for outcome, state, count in rows}


def _sum(gone: Mapping[tuple[str, str], int], *, outcome: str = "", state: str = "") -> int:
    counted: Iterable[int] = (count for (was, at), count in gone.items() if outcome in {"", was} and state in {"", at})
    return sum(counted)

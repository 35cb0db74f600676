"""What the provider told of a campaign's recipients, counted: each of them once, by what counts most."""

from __future__ import annotations

import sqlalchemy as sa

from apes_mailer.ledger import reached
from apes_mailer.model.event import EventKind
from apes_mailer.model.report import Bounces, Feedback
from apes_mailer.store import schema

_MOST_REASONS = 12


_BY_WEIGHT = (EventKind.BOUNCED, EventKind.DELIVERED, EventKind.BLOCKED, EventKind.REJECTED, EventKind.DEFERRED)
"""The kinds that say what became of a letter, what counts most first."""


def of_campaign(connection: sa.Connection, campaign_id: int, *, submitted: int) -> Feedback | None:
    """Return what the provider told of those whose letter it took, ``submitted`` of them; None when it told nothing.

    A letter may be deferred, delivered, and come back in the end: it has bounced then. One that came back softly and
    was delivered later is delivered.
    """
    heard_at = _heard_at(connection, campaign_id)
    if not heard_at:
        return None
    people = {kind: _people(connection, campaign_id, kind) for kind in _BY_WEIGHT}
    return Feedback(
        submitted=submitted,
        delivered=people[EventKind.DELIVERED],
        bounced=people[EventKind.BOUNCED],
        soft_bounced=people[EventKind.BLOCKED],
        rejected=people[EventKind.REJECTED],
        deferred=people[EventKind.DEFERRED],
        silent=submitted - sum(people.values()),
        bounces=_bounces(connection, campaign_id),
        heard_at=heard_at,
    )


def bounced(connection: sa.Connection, campaign_id: int) -> int | None:
    """Return how many recipients have an address that will never take a letter; None when nothing was told at all."""
    event = schema.event
    told = sa.select(event.c.kind).where(event.c.campaign_id == campaign_id, event.c.kind.in_(_BY_WEIGHT))
    heard = connection.execute(told.limit(1)).first() is not None
    return _people(connection, campaign_id, EventKind.BOUNCED) if heard else None


def heard(connection: sa.Connection, campaign_id: int) -> bool:
    """Return whether the provider has told anything since the last request: by an event, or by a list that was read."""
    event, mark, attempt, campaign = schema.event, schema.block_list_mark, schema.attempt, schema.campaign
    told = sa.exists().where(event.c.campaign_id == campaign_id)
    left = sa.select(sa.func.max(attempt.c.started_at)).where(attempt.c.campaign_id == campaign_id).scalar_subquery()
    was_read = sa.exists().where(
        mark.c.provider == campaign.c.provider, campaign.c.id == campaign_id, mark.c.read_to > left
    )
    return bool(connection.execute(sa.select(sa.or_(told, was_read))).scalar_one())


def opens(connection: sa.Connection, campaign_id: int) -> int:
    """Return how often a letter of the campaign was opened; by whom nobody knows."""
    event = schema.event
    query = sa.select(sa.func.count()).where(event.c.campaign_id == campaign_id, event.c.kind == EventKind.OPENED)
    return int(connection.execute(query).scalar_one())


def _heard_at(connection: sa.Connection, campaign_id: int) -> str:
    """Return when the newest event happened; the newest is the last to be written, which the index knows."""
    event = schema.event
    newest = sa.select(sa.func.max(event.c.id)).where(event.c.campaign_id == campaign_id, event.c.kind.in_(_BY_WEIGHT))
    return connection.execute(sa.select(event.c.at).where(event.c.id == newest.scalar_subquery())).scalar() or ""


def _people(connection: sa.Connection, campaign_id: int, kind: EventKind) -> int:
    """Count the recipients with an event of this kind and none that counts more, among those whose letter was taken."""
    event = schema.event
    more = _BY_WEIGHT[: _BY_WEIGHT.index(kind)]
    people = (
        sa.select(event.c.contact_id)
        .where(
            event.c.campaign_id == campaign_id,
            event.c.kind == kind,
            event.c.contact_id.is_not(None),
            event.c.contact_id.not_in(reached.not_submitted(campaign_id)),
            *(~_also(campaign_id, other) for other in more),
        )
        .distinct()
    )
    return int(connection.execute(sa.select(sa.func.count()).select_from(people.subquery())).scalar_one())


def _also(campaign_id: int, kind: EventKind) -> sa.Exists:
    """Whether the recipient of the enclosing query has an event of this kind too."""
    event, other = schema.event, schema.event.alias()
    return (
        sa.select(other.c.id)
        .where(other.c.campaign_id == campaign_id, other.c.kind == kind, other.c.contact_id == event.c.contact_id)
        .correlate(event)
        .exists()
    )


def _bounces(connection: sa.Connection, campaign_id: int) -> list[Bounces]:
    """Count by the class that the provider gives; the words of mail servers are as many as there are servers."""
    event = schema.event
    people = sa.func.count(event.c.contact_id.distinct())
    reason = sa.func.coalesce(sa.func.nullif(event.c.detail, ""), event.c.reason)
    rows = connection.execute(
        sa.select(event.c.kind, reason, people)
        .where(event.c.campaign_id == campaign_id, event.c.kind.in_([EventKind.BOUNCED, EventKind.BLOCKED]))
        .group_by(event.c.kind, reason)
        .order_by(people.desc(), reason)
        .limit(_MOST_REASONS)
    )
    return [Bounces(hard=kind == EventKind.BOUNCED, reason=why, count=count) for kind, why, count in rows]


def clicks(connection: sa.Connection, campaign_id: int) -> list[tuple[str, int]]:
    """Return how often each link was followed, the most followed first; whose clicks these are nobody knows."""
    event = schema.event
    followed = sa.func.count()
    rows = connection.execute(
        sa.select(event.c.url, followed)
        .where(event.c.campaign_id == campaign_id, event.c.kind == EventKind.CLICKED)
        .group_by(event.c.url)
        .order_by(followed.desc(), event.c.url)
    )
    return [(str(url), int(count)) for url, count in rows]

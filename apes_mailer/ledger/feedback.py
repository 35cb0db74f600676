"""What the provider told of a campaign's recipients, counted: each of them once, by what counts most."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa

from apes_mailer.ledger import reached
from apes_mailer.model.report import Bounces, Feedback
from apes_mailer.store import schema

_MOST_REASONS = 12


class Told(StrEnum):
    """The kinds of events that say what became of a letter, what counts most first."""

    BOUNCED = "bounced"
    DELIVERED = "delivered"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    DEFERRED = "deferred"


def of_campaign(connection: sa.Connection, campaign_id: int, *, submitted: int) -> Feedback | None:
    """Return what the provider told of those whose letter it took, ``submitted`` of them; None when it told nothing.

    A letter may be deferred, delivered, and come back in the end: it has bounced then. One that came back softly and
    was delivered later is delivered.
    """
    heard_at = _heard_at(connection, campaign_id)
    if not heard_at:
        return None
    people = {kind: _people(connection, campaign_id, kind) for kind in Told}
    return Feedback(
        submitted=submitted,
        delivered=people[Told.DELIVERED],
        bounced=people[Told.BOUNCED],
        soft_bounced=people[Told.BLOCKED],
        rejected=people[Told.REJECTED],
        deferred=people[Told.DEFERRED],
        silent=submitted - sum(people.values()),
        bounces=_bounces(connection, campaign_id),
        heard_at=heard_at,
    )


def bounced(connection: sa.Connection, campaign_id: int) -> int | None:
    """Return how many recipients have an address that will never take a letter; None when nothing was told at all."""
    event = schema.event
    told = sa.select(event.c.kind).where(event.c.campaign_id == campaign_id, event.c.kind.in_(list(Told)))
    heard = connection.execute(told.limit(1)).first() is not None
    return _people(connection, campaign_id, Told.BOUNCED) if heard else None


def _heard_at(connection: sa.Connection, campaign_id: int) -> str:
    """Return when the newest event happened; the newest is the last to be written, which the index knows."""
    event = schema.event
    newest = sa.select(sa.func.max(event.c.id)).where(event.c.campaign_id == campaign_id, event.c.kind.in_(list(Told)))
    return connection.execute(sa.select(event.c.at).where(event.c.id == newest.scalar_subquery())).scalar() or ""


def _people(connection: sa.Connection, campaign_id: int, kind: Told) -> int:
    """Count the recipients with an event of this kind and none that counts more, among those whose letter was taken."""
    event = schema.event
    more = list(Told)[: list(Told).index(kind)]
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


def _also(campaign_id: int, kind: Told) -> sa.Exists:
    """Whether the recipient of the enclosing query has an event of this kind too."""
    event, other = schema.event, schema.event.alias()
    return (
        sa.select(other.c.id)
        .where(other.c.campaign_id == campaign_id, other.c.kind == kind, other.c.contact_id == event.c.contact_id)
        .correlate(event)
        .exists()
    )


def _bounces(connection: sa.Connection, campaign_id: int) -> list[Bounces]:
    event = schema.event
    people = sa.func.count(event.c.contact_id.distinct())
    rows = connection.execute(
        sa.select(event.c.kind, event.c.reason, people)
        .where(event.c.campaign_id == campaign_id, event.c.kind.in_([Told.BOUNCED, Told.BLOCKED]))
        .group_by(event.c.kind, event.c.reason)
        .order_by(people.desc(), event.c.reason)
        .limit(_MOST_REASONS)
    )
    return [Bounces(hard=kind == Told.BOUNCED, reason=reason, count=count) for kind, reason, count in rows]


def clicks(connection: sa.Connection, campaign_id: int) -> list[tuple[str, int]]:
    """Return how often each link was followed, the most followed first; whose clicks these are nobody knows."""
    event = schema.event
    followed = sa.func.count()
    rows = connection.execute(
        sa.select(event.c.url, followed)
        .where(event.c.campaign_id == campaign_id, event.c.kind == "clicked")
        .group_by(event.c.url)
        .order_by(followed.desc(), event.c.url)
    )
    return [(str(url), int(count)) for url, count in rows]

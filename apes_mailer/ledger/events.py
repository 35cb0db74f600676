"""Events: what providers report of messages, each kept once, without an address.

The provider reports an event many times, in any order and under numbers that change. What makes two reports the same
is the attempt, the recipient, what happened, the provider's time for it, and what was said or clicked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from apes_mailer.ledger.states import AttemptState
from apes_mailer.model.event import NOBODYS, Event, EventKind
from apes_mailer.store import schema
from apes_mailer.store.times import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAttempt:
    """An attempt that an event is about."""

    id: int
    campaign_id: int
    list_id: int
    state: AttemptState


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom and what an event is about, as far as it is known here."""

    attempt: KnownAttempt | None
    contact_id: int | None
    contact_key: bytes
    marked: bool = False
    """Whether the provider gave our mark of the contact back, so that the letter was one of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """An event of one contact in one campaign."""

    kind: EventKind
    at: str
    reason: str
    detail: str


def attempts_of(connection: sa.Connection, marks: Collection[str]) -> dict[str, KnownAttempt]:
    """Return the attempts that have these marks, by mark."""
    attempt, campaign = schema.attempt, schema.campaign
    rows = connection.execute(
        sa.select(attempt.c.mark, attempt.c.id, attempt.c.campaign_id, campaign.c.list_id, attempt.c.state)
        .join(campaign, campaign.c.id == attempt.c.campaign_id)
        .where(attempt.c.mark.in_(marks))
    )
    return {
        mark: KnownAttempt(id=number, campaign_id=campaign_id, list_id=list_id, state=AttemptState(state))
        for mark, number, campaign_id, list_id, state in rows
    }


def identity(provider: str, event: Event, contact_key: bytes) -> bytes:
    """Return what is the same for every report of one event, and for no other event."""
    parts = (provider, event.attempt, contact_key.hex(), event.kind, event.moment, event.url or event.reason)
    named = "\0".join((*parts, event.detail))
    return hashlib.blake2b(named.encode(errors="replace"), digest_size=16).digest()


def unknown_among(connection: sa.Connection, identities: Iterable[bytes]) -> set[bytes]:
    """Return those of some identities that no event here has."""
    wanted = set(identities)
    column = schema.event.c.identity
    return wanted - set(connection.execute(sa.select(column).where(column.in_(wanted))).scalars())


def row(provider: str, event: Event, about: About, known_by: bytes, received_at: dt.datetime) -> dict[str, Any]:
    """Return an event as it is kept; a click or an opening is nobody's, and its time is that of the hour."""
    at = event.at or received_at
    nobodys = event.kind in NOBODYS
    return {
        "identity": known_by,
        "provider": provider,
        "kind": event.kind,
        "at": stamp(at.replace(minute=0, second=0, microsecond=0) if nobodys else at),
        "campaign_id": about.attempt.campaign_id if about.attempt else None,
        "contact_id": None if nobodys else about.contact_id,
        "attempt_id": about.attempt.id if about.attempt and not nobodys else None,
        "reason": event.reason,
        "detail": event.detail,
        "url": event.url,
    }


def keep(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write events that are not here yet."""
    if rows:
        connection.execute(_INSERT, rows)


_INSERT = sa.insert(schema.event)


def left_lists(connection: sa.Connection, contact_id: int) -> dict[int | None, str]:
    """Return the lists whose letters a contact left with the provider and did not come back to, with the last time.

    None is no known list.
    The provider keeps several groups, and the last word said in each of them holds; two at one moment are taken for
    leaving. A message that it dropped because the contact had left tells no group: coming back anywhere later ends it.
    """
    event, campaign = schema.event, schema.campaign
    said = (
        sa.select(event.c.kind, event.c.detail, event.c.at, event.c.campaign_id)
        .where(event.c.contact_id == contact_id, sa.text(schema.SAID_TO_PROVIDER))
        .subquery()
    )
    words = connection.execute(
        sa.select(said.c.kind, said.c.detail, said.c.at, campaign.c.list_id).join(
            campaign, campaign.c.id == said.c.campaign_id, isouter=True
        )
    ).all()
    came_back: dict[str, str] = {}
    for kind, group, at, _ in words:
        if kind == EventKind.RESUBSCRIBED:
            came_back[group] = max(at, came_back.get(group, ""))
    anywhere = max(came_back.values(), default="")
    left = {
        (at, list_id)
        for kind, group, at, list_id in words
        if (kind == EventKind.UNSUBSCRIBED and at >= came_back.get(group, ""))
        or (kind == EventKind.REJECTED and at >= anywhere)
    }
    return {list_id: at for at, list_id in sorted(left, key=lambda said: said[0])}


def forget_nobodys(connection: sa.Connection, *, before: dt.datetime) -> None:
    """Forget of old clicks what tells a further report of them: with our secret, it could be traced to a person."""
    event = schema.event
    connection.execute(
        sa.update(event)
        .where(sa.text("contact_id IS NULL AND identity IS NOT NULL"), event.c.at < stamp(before))
        .where(event.c.kind.in_(NOBODYS))
        .values(identity=None)
    )


def of_contact(connection: sa.Connection, campaign_id: int, contact_id: int) -> list[Reported]:
    """Return what was reported of a contact in a campaign, oldest first."""
    event = schema.event
    rows = connection.execute(
        sa.select(event.c.kind, event.c.at, event.c.reason, event.c.detail)
        .where(event.c.campaign_id == campaign_id, event.c.kind.in_(list(EventKind)), event.c.contact_id == contact_id)
        .order_by(event.c.at, event.c.id)
    )
    return [Reported(kind=EventKind(kind), at=at, reason=reason, detail=detail) for kind, at, reason, detail in rows]


def counts(connection: sa.Connection, campaign_id: int) -> dict[EventKind, int]:
    """Return of how many recipients each kind was reported; of clicks and openings, how often."""
    event = schema.event
    rows = connection.execute(
        sa.select(event.c.kind, sa.func.count(event.c.contact_id.distinct()), sa.func.count())
        .where(event.c.campaign_id == campaign_id)
        .group_by(event.c.kind)
    )
    found = {EventKind(kind): (people, times) for kind, people, times in rows}
    return {kind: found[kind][kind in NOBODYS] for kind in EventKind if kind in found}

"""Notices as they came: the bodies that a provider's webhook posted, kept until they are applied and for a while after.

They hold addresses, which nothing that is made from them does.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from apes_mailer.store import schema
from apes_mailer.store.times import stamp

_FAST = 1  # a level of compression: a tenth of the size for a tenth of the time


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One request of a provider, not yet applied."""

    id: int
    provider: str
    received_at: dt.datetime
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was in notices: their events, and how many of these were kept, foreign or unreadable."""

    events: int = 0
    kept: int = 0
    foreign: int = 0
    unreadable: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Return the counts of both."""
        return Counts(
            events=self.events + other.events,
            kept=self.kept + other.kept,
            foreign=self.foreign + other.foreign,
            unreadable=self.unreadable + other.unreadable,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The notices that are still here; ``newest_at`` is empty when none ever came."""

    notices: int
    waiting: int
    newest_at: str
    counts: Counts


def store(connection: sa.Connection, provider: str, body: bytes, *, at: dt.datetime) -> bool:
    """Keep a notice; return False when the same one is here already."""
    table = schema.notice
    digest = _digest(provider, body)
    if connection.execute(sa.select(table.c.id).where(table.c.digest == digest)).first():
        return False
    row = {"provider": provider, "digest": digest, "received_at": stamp(at), "body": zlib.compress(body, _FAST)}
    connection.execute(sa.insert(table), row)
    return True


def waits(connection: sa.Connection, provider: str, body: bytes) -> bool:
    """Whether a notice that was kept is still to be applied."""
    table = schema.notice
    found = sa.select(table.c.id).where(table.c.digest == _digest(provider, body), table.c.applied_at.is_(None))
    return connection.execute(found).first() is not None


def _digest(provider: str, body: bytes) -> bytes:
    return hashlib.sha256(provider.encode() + b"\0" + body).digest()


def next_waiting(connection: sa.Connection, *, after: int = 0) -> Notice | None:
    """Return the oldest notice that is not applied yet, of those after a number."""
    table = schema.notice
    row = connection.execute(
        sa.select(table.c.id, table.c.provider, table.c.received_at, table.c.body)
        .where(table.c.applied_at.is_(None), table.c.id > after)
        .order_by(table.c.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    received = dt.datetime.fromisoformat(row.received_at)
    return Notice(id=row.id, provider=row.provider, received_at=received, body=zlib.decompress(row.body))


def is_waiting(connection: sa.Connection, number: int) -> bool:
    """Whether a notice is still to be applied."""
    table = schema.notice
    waiting = sa.select(table.c.id).where(table.c.id == number, table.c.applied_at.is_(None))
    return connection.execute(waiting).first() is not None


def take_out(connection: sa.Connection, words: re.Pattern[str], *, number: int | None = None) -> int:
    """Take out of a notice, or of all that wait, whatever a pattern finds; return out of how many.

    The rest of a notice is applied as it would have been: also what is left of an event proves that its request was
    accepted. The notice is still known when the provider posts it again.
    """
    table = schema.notice
    which = table.c.applied_at.is_(None) if number is None else table.c.id == number
    changed = 0
    for each in connection.execute(sa.select(table.c.id).where(which)).scalars().all():
        body = zlib.decompress(connection.execute(sa.select(table.c.body).where(table.c.id == each)).scalar_one())
        if (kept := _without(body, words)) != body:
            smaller = zlib.compress(kept, _FAST)
            connection.execute(sa.update(table).where(table.c.id == each).values(body=smaller))
            changed += 1
    return changed


def _without(body: bytes, words: re.Pattern[str]) -> bytes:
    """Return a body without what a pattern finds in the strings of its JSON, however they are written."""
    found = False

    def clean(value: object) -> object:
        nonlocal found
        match value:
            case str():
                kept = words.sub("", value)
                found = found or kept != value
                return kept
            case list():
                return [clean(each) for each in cast("list[Any]", value)]
            case dict():
                return {name: clean(each) for name, each in cast("dict[str, Any]", value).items()}
            case _:
                return value

    cleaned = clean(json.loads(body))
    return json.dumps(cleaned).encode() if found else body


def close(connection: sa.Connection, number: int, counts: Counts, *, at: dt.datetime) -> None:
    """Say that a notice is applied, in the transaction that does it."""
    table = schema.notice
    connection.execute(
        sa.update(table)
        .where(table.c.id == number)
        .values(
            applied_at=stamp(at),
            events=counts.events,
            kept=counts.kept,
            foreign_events=counts.foreign,
            unreadable=counts.unreadable,
        )
    )


def forget_applied(connection: sa.Connection, *, before: dt.datetime | None = None) -> int:
    """Delete the notices that were applied, all or those before a moment; return how many."""
    table = schema.notice
    applied = table.c.applied_at.is_not(None) if before is None else table.c.applied_at < stamp(before)
    return connection.execute(sa.delete(table).where(applied)).rowcount


def overview(connection: sa.Connection) -> Overview:
    """Return what came, as far as it is still here."""
    table = schema.notice
    row = connection.execute(
        sa.select(
            sa.func.count(table.c.id).label("notices"),
            sa.func.count(table.c.id).filter(table.c.applied_at.is_(None)).label("waiting"),
            sa.func.coalesce(sa.func.max(table.c.received_at), "").label("newest_at"),
            _total(table.c.events),
            _total(table.c.kept),
            _total(table.c.foreign_events),
            _total(table.c.unreadable),
        )
    ).one()
    return Overview(
        notices=row.notices,
        waiting=row.waiting,
        newest_at=row.newest_at,
        counts=Counts(events=row.events, kept=row.kept, foreign=row.foreign_events, unreadable=row.unreadable),
    )


def _total(column: sa.Column[int]) -> sa.Label[int]:
    return sa.func.coalesce(sa.func.sum(column), 0).label(column.name)

"""Wishes in the store: made once, confirmed by a letter that goes out at most once, forgotten when they expire."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from apes_mailer.model.language import Language
from apes_mailer.model.wish import Wish, WishKind, WishState
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

_AGAIN_AFTER = dt.timedelta(minutes=15)
_HOURS_COUNTED = 24
_FIRST_RETRY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for, before anything is known of them."""

    kind: WishKind
    key: bytes
    list_id: int
    address: str
    language: Language
    origin: str


def make(
    connection: sa.Connection, asked: Asked, *, at: dt.datetime, lifetime: dt.timedelta, withhold: bool = False
) -> None:
    """Record a wish; ``withhold``: no letter goes out for it.

    The same wish again asks for another letter, but not within a quarter of an hour of one that is not confirmed.
    """
    values = {
        "kind": asked.kind,
        "key": asked.key,
        "list_id": asked.list_id,
        "address": "" if withhold else asked.address,
        "language": asked.language,
        "origin": asked.origin,
        "at": stamp(at),
        "expires_at": stamp(at + lifetime),
        "state": WishState.WITHHELD if withhold else WishState.WAITING,
        "attempts": 0,
        "next_try": stamp(at),
    }
    table = schema.wish
    may_leave_again = sa.or_(table.c.at <= stamp(at - _AGAIN_AFTER), table.c.state == WishState.CONFIRMED)
    connection.execute(
        insert(table)
        .values(values)
        .on_conflict_do_update(index_elements=["kind", "key", "list_id"], set_=values, where=may_leave_again)
    )


def forget(connection: sa.Connection, key: bytes) -> None:
    """Delete what a person has asked for, and how often."""
    connection.execute(sa.delete(schema.wish).where(schema.wish.c.key == key))
    counted = [counter(kind, key) for kind in WishKind]
    connection.execute(sa.delete(schema.wish_count).where(schema.wish_count.c.key.in_(counted)))


def counter(kind: WishKind, key: bytes) -> bytes:
    """Return what the letters of one kind to one person are counted by: a stranger's do not use up one's own."""
    return f"{kind} ".encode() + key


def forget_expired(connection: sa.Connection, at: dt.datetime) -> None:
    """Delete the wishes that can no longer be confirmed, with their addresses, and counts that nobody asks for."""
    connection.execute(sa.delete(schema.wish).where(schema.wish.c.expires_at <= stamp(at)))
    connection.execute(sa.delete(schema.wish_count).where(schema.wish_count.c.hour <= _hour(at) - _HOURS_COUNTED))


def _hour(at: dt.datetime) -> int:
    return int(at.timestamp()) // 3600


def claim(connection: sa.Connection, at: dt.datetime) -> Wish | None:
    """Return a wish whose letter is to leave now, and from now on no other program gets it; None when none is due."""
    table = schema.wish
    due = sa.and_(table.c.state == WishState.WAITING, table.c.next_try <= stamp(at), table.c.expires_at > stamp(at))
    number = connection.execute(sa.select(table.c.id).where(due).order_by(table.c.next_try).limit(1)).scalar()
    if number is None:
        return None
    connection.execute(
        sa.update(table).where(table.c.id == number).values(state=WishState.SUBMITTING, attempts=table.c.attempts + 1)
    )
    return find(connection, number, at)


def settle(connection: sa.Connection, wish: Wish, state: WishState) -> None:
    """Record what became of a letter that :func:`claim` gave out. One that was confirmed meanwhile stays so."""
    _leave_submitting(connection, wish, state=state)


def put_back(connection: sa.Connection, wish: Wish, *, at: dt.datetime) -> None:
    """Let a letter that the provider has certainly not taken leave later: after a minute, then two, four and so on."""
    wait = _FIRST_RETRY * 2 ** (wish.attempts - 1)
    _leave_submitting(connection, wish, state=WishState.WAITING, next_try=stamp(at + wait))


def _leave_submitting(connection: sa.Connection, wish: Wish, **values: str) -> None:
    table = schema.wish
    mine = sa.and_(table.c.id == wish.id, table.c.state == WishState.SUBMITTING)
    connection.execute(sa.update(table).where(mine).values(values))


def find(connection: sa.Connection, number: int, at: dt.datetime) -> Wish | None:
    """Return a wish by its number, None when it has expired."""
    table, lists = schema.wish, schema.contact_list
    query = (
        sa.select(table, sa.func.coalesce(lists.c.name, "").label("list_name"))
        .join(lists, lists.c.id == table.c.list_id, isouter=True)
        .where(table.c.id == number, table.c.expires_at > stamp(at))
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else _wish(row)


def confirm(connection: sa.Connection, wish: Wish) -> None:
    """Mark a wish as confirmed; its address is no longer kept here."""
    table = schema.wish
    connection.execute(sa.update(table).where(table.c.id == wish.id).values(state=WishState.CONFIRMED, address=""))


def admit(connection: sa.Connection, key: bytes, *, most: int, hours: int, at: dt.datetime) -> bool:
    """Count one more of what ``key`` stands for; return False when there were ``most`` in the last hours already."""
    table, hour = schema.wish_count, _hour(at)
    count = sa.func.coalesce(sa.func.sum(table.c.count), 0)
    before = connection.execute(sa.select(count).where(table.c.key == key, table.c.hour > hour - hours)).scalar_one()
    connection.execute(
        insert(table)
        .values(key=key, hour=hour, count=1)
        .on_conflict_do_update(index_elements=["key", "hour"], set_={"count": table.c.count + 1})
    )
    return before < most


def _wish(found: sa.RowMapping) -> Wish:
    return Wish(
        id=found["id"],
        kind=WishKind(found["kind"]),
        key=found["key"],
        list_id=found["list_id"],
        list_name=found["list_name"],
        address=found["address"],
        language=found["language"],
        origin=found["origin"],
        expires_at=dt.datetime.fromisoformat(found["expires_at"]),
        state=WishState(found["state"]),
        attempts=found["attempts"],
    )

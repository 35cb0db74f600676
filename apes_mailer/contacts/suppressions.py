"""Suppressions: addresses never to mail, on one list or on all.

A suppression belongs to a contact key, not to a row of a list, so no import and no deletion can lose it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.store import schema
from apes_mailer.store.times import stamp

ALL_LISTS = schema.ALL_LISTS
"""The ``list_id`` of a suppression that holds for every list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One suppression; ``address`` is empty when only the key is known, ``list_name`` when it holds for every list."""

    address: str
    list_name: str
    cause: str
    at: str
    until: str


def add(
    connection: sa.Connection,
    key: bytes,
    *,
    list_id: int,
    cause: str,
    at: dt.datetime,
    until: dt.datetime | None = None,
) -> bool:
    """Suppress a contact key; return False when it already was, for the same list and without end."""
    table = schema.suppression
    same = _same(key, list_id)
    if connection.execute(sa.select(table.c.id).where(same, table.c.until.is_(None))).first():
        return False
    connection.execute(sa.delete(table).where(same))
    connection.execute(
        sa.insert(table).values(
            key=key, list_id=list_id, cause=cause, at=stamp(at), until=stamp(until) if until else None
        )
    )
    return True


def remove(connection: sa.Connection, key: bytes, *, list_id: int, cause: str | None = None) -> bool:
    """End a suppression, or only one with this cause; return False when there was none for this list."""
    return bool(connection.execute(sa.delete(schema.suppression).where(_same(key, list_id, cause))).rowcount)


def caused(connection: sa.Connection, key: bytes, *, list_id: int, cause: str) -> bool:
    """Whether there is a suppression with this cause for exactly this list."""
    return connection.execute(sa.select(schema.suppression.c.id).where(_same(key, list_id, cause))).first() is not None


def every(connection: sa.Connection) -> Iterator[Suppression]:
    """Yield all suppressions, oldest first."""
    table, contact, lists = schema.suppression, schema.contact, schema.contact_list
    rows = connection.execution_options(yield_per=1000).execute(
        sa.select(table.c.cause, table.c.at, table.c.until, contact.c.address, lists.c.name)
        .join(contact, contact.c.key == table.c.key, isouter=True)
        .join(lists, lists.c.id == table.c.list_id, isouter=True)
        .order_by(table.c.id)
    )
    for cause, at, until, address, name in rows:
        yield Suppression(address=address or "", list_name=name or "", cause=cause, at=at, until=until or "")


def holding(connection: sa.Connection, key: bytes, *, at: dt.datetime, list_id: int | None = None) -> list[Suppression]:
    """Return the suppressions that hold for a contact key now, on any list or on this one."""
    table, lists = schema.suppression, schema.contact_list
    query = (
        sa.select(table.c.cause, table.c.at, table.c.until, lists.c.name)
        .join(lists, lists.c.id == table.c.list_id, isouter=True)
        .where(table.c.key == key, sa.or_(table.c.until.is_(None), table.c.until > stamp(at)))
    )
    if list_id is not None:
        query = query.where(table.c.list_id.in_([ALL_LISTS, list_id]))
    rows = connection.execute(query)
    return [
        Suppression(address="", list_name=name or "", cause=cause, at=at, until=until or "")
        for cause, at, until, name in rows
    ]


def _same(key: bytes, list_id: int, cause: str | None = None) -> sa.ColumnElement[bool]:
    table = schema.suppression
    same = sa.and_(table.c.key == key, table.c.list_id == list_id)
    return same if cause is None else sa.and_(same, table.c.cause == cause)

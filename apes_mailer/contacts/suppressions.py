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
    same = sa.and_(table.c.key == key, table.c.list_id == list_id)
    if connection.execute(sa.select(table.c.id).where(same, table.c.until.is_(None))).first():
        return False
    connection.execute(sa.delete(table).where(same))
    connection.execute(
        sa.insert(table).values(
            key=key, list_id=list_id, cause=cause, at=stamp(at), until=stamp(until) if until else None
        )
    )
    return True


def remove(connection: sa.Connection, key: bytes, *, list_id: int) -> bool:
    """End a suppression; return False when there was none for this list."""
    table = schema.suppression
    return bool(connection.execute(sa.delete(table).where(table.c.key == key, table.c.list_id == list_id)).rowcount)


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


def holding(connection: sa.Connection, key: bytes, *, at: dt.datetime) -> list[Suppression]:
    """Return the suppressions that hold for a contact key now."""
    return [found for found in _of_key(connection, key) if not found.until or found.until > stamp(at)]


def _of_key(connection: sa.Connection, key: bytes) -> list[Suppression]:
    table, lists = schema.suppression, schema.contact_list
    rows = connection.execute(
        sa.select(table.c.cause, table.c.at, table.c.until, lists.c.name)
        .join(lists, lists.c.id == table.c.list_id, isouter=True)
        .where(table.c.key == key)
    )
    return [
        Suppression(address="", list_name=name or "", cause=cause, at=at, until=until or "")
        for cause, at, until, name in rows
    ]

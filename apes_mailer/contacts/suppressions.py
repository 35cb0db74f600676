"""Suppressions: addresses never to mail, on one list or on all.

A suppression belongs to a contact key, not to a row of a list, so no import and no deletion can lose it. It has a
scope, one list or all, and a cause; for one key and scope each cause stands by itself, so that taking one back leaves
the others. A pause is a suppression with an end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

ALL_LISTS = schema.ALL_LISTS
"""The ``list_id`` of a suppression that holds for every list."""

BY_HAND = "by hand"
"""The source of what whoever keeps the lists typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One suppression; ``address`` is empty when only the key is known, ``list_name`` when it holds for every list.

    ``at`` and ``until`` are UTC stamps; without an end, ``until`` is empty. ``source`` says where it came from,
    ``evidence`` what was said or seen there, in words or as the number of an event.
    """

    address: str
    list_name: str
    cause: Cause
    at: str
    until: str
    source: str = ""
    evidence: str = ""


class Found(NamedTuple):
    """A key that a file says is not to be mailed: why, since when if the file tells, and in which words."""

    key: bytes
    cause: Cause
    at: dt.datetime | None
    evidence: str


_ADD_FOUND = f"""
INSERT INTO suppression (key, list_id, cause, at, source, evidence)
SELECT :key, :list_id, :cause, :at, :source, :evidence WHERE NOT EXISTS (
  SELECT 1 FROM consent WHERE key = :key AND purpose = :purpose AND list_id IN (:all_lists, :list_id)
  AND state = :given AND at > :at AND {schema.PROVES})
ON CONFLICT (key, list_id, cause) DO NOTHING
"""  # noqa: S608 - of constants


def add(
    connection: sa.Connection,
    key: bytes,
    *,
    list_id: int,
    cause: Cause,
    at: dt.datetime,
    until: dt.datetime | None = None,
    source: str = "",
    evidence: str = "",
) -> bool:
    """Suppress a contact key; return False when it already was: for the same list and cause, and without end."""
    table = schema.suppression
    same = _same(key, list_id, cause)
    if connection.execute(sa.select(table.c.id).where(same, table.c.until.is_(None))).first():
        return False
    connection.execute(sa.delete(table).where(same))
    connection.execute(
        sa.insert(table).values(
            key=key,
            list_id=list_id,
            cause=cause,
            at=stamp(at),
            until=stamp(until) if until else None,
            source=source,
            evidence=evidence,
        )
    )
    return True


def add_found(connection: sa.Connection, found: Iterable[Found], *, list_id: int, at: dt.datetime, source: str) -> None:
    """Suppress for a list the keys that a file says it of; ``at`` is when, where the file does not say.

    A person who provably opted in later than the file says the no was said is left alone. So is a key that already is
    suppressed for the same list and cause.
    """
    shared = {
        "list_id": list_id,
        "all_lists": ALL_LISTS,
        "source": source,
        "purpose": Purpose.LETTER.value,
        "given": State.GIVEN.value,
    }
    rows = [
        {
            **shared,
            "key": each.key,
            "cause": each.cause.value,
            "at": stamp(each.at or at),
            "evidence": each.evidence,
        }
        for each in found
    ]
    if rows:
        connection.exec_driver_sql(_ADD_FOUND, rows)


def remove(connection: sa.Connection, key: bytes, *, list_id: int, cause: Cause | None = None) -> bool:
    """End the suppressions for this list, or only the one with this cause; return False when there was none."""
    return bool(connection.execute(sa.delete(schema.suppression).where(_same(key, list_id, cause))).rowcount)


def causes(connection: sa.Connection, key: bytes, *, list_id: int) -> list[Cause]:
    """Return the causes of all suppressions for exactly this list, also of those that have ended, oldest first."""
    table = schema.suppression
    query = sa.select(table.c.cause).where(_same(key, list_id, None)).order_by(table.c.id)
    return [Cause(word) for word in connection.execute(query).scalars()]


def erased_among(connection: sa.Connection, keys: Collection[bytes]) -> set[bytes]:
    """Return those of some keys that belong to people who were erased."""
    table = schema.suppression
    query = sa.select(table.c.key).where(table.c.key.in_(keys), table.c.list_id == ALL_LISTS)
    return set(map(bytes, connection.execute(query.where(table.c.cause == Cause.ERASED)).scalars())) if keys else set()


def erased_keys(connection: sa.Connection) -> set[bytes]:
    """Return the keys of those who were erased: of them nothing is stored again."""
    table = schema.suppression
    query = sa.select(table.c.key).where(table.c.list_id == ALL_LISTS, table.c.cause == Cause.ERASED)
    return set(map(bytes, connection.execute(query).scalars()))


def every(connection: sa.Connection) -> Iterator[Suppression]:
    """Yield all suppressions, oldest first."""
    table, contact = schema.suppression, schema.contact
    query = _found(contact.c.address).join(contact, contact.c.key == table.c.key, isouter=True).order_by(table.c.id)
    return map(_suppression, connection.execution_options(yield_per=1000).execute(query))


def holding(connection: sa.Connection, key: bytes, *, at: dt.datetime, list_id: int | None = None) -> list[Suppression]:
    """Return the suppressions that hold for a contact key now, on any list or on this one, oldest first."""
    table = schema.suppression
    query = _found(sa.literal("")).where(table.c.key == key, sa.or_(table.c.until.is_(None), table.c.until > stamp(at)))
    if list_id is not None:
        query = query.where(table.c.list_id.in_([ALL_LISTS, list_id]))
    return [_suppression(row) for row in connection.execute(query.order_by(table.c.id))]


def _found(address: sa.ColumnElement[str]) -> sa.Select[*tuple[Any, ...]]:
    table, lists = schema.suppression, schema.contact_list
    told = (table.c.cause, table.c.at, table.c.until, table.c.source, table.c.evidence)
    return (
        sa.select(address.label("address"), lists.c.name, *told)
        .select_from(table)
        .join(lists, lists.c.id == table.c.list_id, isouter=True)
    )


def _suppression(row: sa.Row[*tuple[Any, ...]]) -> Suppression:
    return Suppression(
        address=row.address or "",
        list_name=row.name or "",
        cause=Cause(row.cause),
        at=row.at,
        until=row.until or "",
        source=row.source,
        evidence=row.evidence,
    )


def _same(key: bytes, list_id: int, cause: Cause | None) -> sa.ColumnElement[bool]:
    table = schema.suppression
    same = sa.and_(table.c.key == key, table.c.list_id == list_id)
    return same if cause is None else sa.and_(same, table.c.cause == cause)

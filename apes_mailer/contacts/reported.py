"""Noes that a file or a provider tells of, perhaps long after they were said.

When each word was said is what counts, not when it became known: who has opted in after a no is not suppressed by it,
in whatever order the two are heard of. Only the person's own yes takes a no back, never what an import claims, and
only what is the person's to take back. What is true of the address, whoever writes to it, holds for all lists.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from apes_mailer.contacts import lists, suppressions
from apes_mailer.contacts.suppressions import ALL_LISTS
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.suppression import ENDED_BY_OPTING_IN, OF_THE_ADDRESS, Cause
from apes_mailer.store.times import stamp


class Found(NamedTuple):
    """A key that is not to be mailed: why, since when if that is told, and in which words."""

    key: bytes
    cause: Cause
    at: dt.datetime | None
    evidence: str


_OWN_YES = f"""
SELECT list_id FROM consent WHERE consent.key = :key AND purpose = '{Purpose.LETTER}' AND state = '{State.GIVEN}'
AND import_id IS NULL AND consent.at > :said_by
"""  # noqa: S608 - of constants

TAKEN_BACK = f"""
cause IN ({", ".join(f"'{each}'" for each in sorted(ENDED_BY_OPTING_IN))}) AND EXISTS (
SELECT 1 FROM consent WHERE consent.key = opted_out.key AND purpose = '{Purpose.LETTER}' AND state = '{State.GIVEN}'
AND import_id IS NULL AND consent.at > coalesce(said_by, :at) AND list_id IN (:all_lists, :list_id))
"""  # noqa: S608 - of constants
"""As SQL: whether the no of a row of a table ``opted_out`` has been taken back since by the person who said it."""

_TAKEN_BACK_BY_ONE = f":can_end AND EXISTS ({_OWN_YES} AND list_id IN (:all_lists, :scope))"

# What has an end is in the way of what has none; the new one also gets a new number, which campaigns under way ask for.
_END = f"""
DELETE FROM suppression WHERE key = :key AND list_id = :scope AND cause = :cause AND until IS NOT NULL
AND NOT ({_TAKEN_BACK_BY_ONE})
"""  # noqa: S608 - of constants

_ADD = f"""
INSERT INTO suppression (key, list_id, cause, at, source, evidence)
SELECT :key, :scope, :cause, :at, :source, :evidence
WHERE NOT ({_TAKEN_BACK_BY_ONE})
ON CONFLICT (key, list_id, cause) DO NOTHING
"""


def add(connection: sa.Connection, found: Found, *, list_id: int, at: dt.datetime, source: str) -> list[int]:
    """Suppress a key for a list, or for all, unless the person has taken that back since; ``at`` is now.

    Return for which lists it was not suppressed so before. Who said no to all of them and has come back to some is
    suppressed for each of the others, and for those that are made later.
    """
    said, scope = found.at or at, _scope(found.cause, list_id)
    back = _came_back(connection, found.key, said) if found.cause in ENDED_BY_OPTING_IN else set[int]()
    if back & {ALL_LISTS, scope}:
        return []
    scopes = lists.all_but(connection, back) if back and scope == ALL_LISTS else [scope]
    return [
        each
        for each in scopes
        if suppressions.add(
            connection, found.key, list_id=each, cause=found.cause, at=said, source=source, evidence=found.evidence
        )
    ]


def add_all(connection: sa.Connection, found: Iterable[Found], *, list_id: int, at: dt.datetime, source: str) -> None:
    """Suppress the keys that a file says it of, each as :func:`add` does; ``at`` is when, where the file is silent."""
    rows = [
        {
            "key": each.key,
            "scope": _scope(each.cause, list_id),
            "all_lists": ALL_LISTS,
            "cause": each.cause.value,
            "at": stamp(each.at or at),
            "said_by": said_by(each.at or at),
            "can_end": each.cause in ENDED_BY_OPTING_IN,
            "source": source,
            "evidence": each.evidence,
        }
        for each in found
    ]
    if rows:
        connection.exec_driver_sql(_END, rows)
        connection.exec_driver_sql(_ADD, rows)


def said_by(at: dt.datetime) -> str:
    """Return when at the latest something was said, to be compared: a day without a time lasts until its evening."""
    told = stamp(at)
    return f"{told[:10]}T24" if at.time() == dt.time.min else told


def _scope(cause: Cause, list_id: int) -> int:
    return ALL_LISTS if cause in OF_THE_ADDRESS else list_id


def _came_back(connection: sa.Connection, key: bytes, said: dt.datetime) -> set[int]:
    """Return the lists, or ``ALL_LISTS``, to which the person has said yes in person since then."""
    values = {"key": key, "said_by": said_by(said)}
    return set(connection.execute(sa.text(_OWN_YES), values).scalars())

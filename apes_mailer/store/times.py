"""Times as the database keeps them."""

from __future__ import annotations

import datetime as dt


def stamp(at: dt.datetime) -> str:
    """Return a time in UTC as sortable text: ``2026-11-23T20:31:00.123456Z``."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def local_day(stamped: str) -> dt.date:
    """Return the day of a time of the database, as the calendar on the wall here shows it."""
    return dt.datetime.fromisoformat(stamped).astimezone().date()

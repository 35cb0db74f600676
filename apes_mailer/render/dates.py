"""Dates as readers write them."""

from __future__ import annotations

import datetime as dt


def _format(date: dt.date, pattern: str, language: str) -> str:
    from babel.dates import format_date

    text = format_date(date, pattern, locale=language)
    # The first of the month is an ordinal in French; the locale data has no pattern for it.
    return text.replace("1 ", "1er ", 1) if language == "fr" and date.day == 1 else text


def long_date(date: dt.date, language: str) -> str:
    """Return ``1er juillet 2025`` or ``1 July 2025``."""
    return _format(date, "d MMMM y", language)


def weekday_date(date: dt.date, language: str) -> str:
    """Return ``mardi 1er juillet 2025`` or ``Tuesday 1 July 2025``."""
    return _format(date, "EEEE d MMMM y", language)

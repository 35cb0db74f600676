"""Dates as readers write them. A no-break space keeps the day with its month."""

from __future__ import annotations

import datetime as dt
import re


def _format(date: dt.date, pattern: str, language: str) -> str:
    from babel.dates import format_date

    text = format_date(date, pattern, locale=language)
    # The first of the month is an ordinal in French; the locale data has no pattern for it.
    return re.sub(r"\b1\b", "1er", text, count=1) if language == "fr" and date.day == 1 else text


def long_date(date: dt.date, language: str) -> str:
    """Return ``1er juillet 2025`` or ``1 July 2025``."""
    return _format(date, "d\u00a0MMMM y", language)


def weekday_date(date: dt.date, language: str, until: dt.date | None = None) -> str:
    """Return ``mardi 1er juillet 2025`` or ``Tuesday 1 July 2025``, without what ``until``, named next, says as well.

    The first day of a festival is ``mardi 1er`` when it ends in July 2025, ``mardi 1er juillet`` when in August.
    """
    pattern = "EEEE d\u00a0MMMM y"
    if until and until.year == date.year:
        pattern = "EEEE d" if until.month == date.month else "EEEE d\u00a0MMMM"
    return _format(date, pattern, language)

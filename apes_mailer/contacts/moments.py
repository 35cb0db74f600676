"""Days and times as services and spreadsheets write them: ISO 8601, or the French order of day, month and year."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from apes_mailer.model.spelling import plain

_MONTHS = (
    "janv janvier jan|fevr fevrier fev feb|mars mar|avr avril apr|mai may|juin jun|juil juillet jul|aout aug|"
    "sept septembre sep|oct octobre|nov novembre|dec decembre"
)
_MONTH = {name: number for number, names in enumerate(_MONTHS.split("|"), start=1) for name in names.split()}
_TIME = r"(?:(?:[\s,T]|à|at)+(?P<hour>\d{1,2})\s?[:hH]\s?(?P<minute>\d{2})?(?:[:m](?P<second>\d{2})(?:[.,]\d+)?)?s?)?"
_ZONE = r"\s*(?:Z|UTC|GMT)?"
_DAY_FIRST = re.compile(
    rf"(?:le\s+)?(?P<day>\d{{1,2}})(?:er)?(?P<sign>[/.\-\s]\s?)"
    rf"(?P<month>\d{{1,2}}|[^\W\d_]{{3,9}}\.?)(?P=sign)(?P<year>\d{{4}}|\d{{2}}){_TIME}{_ZONE}",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<sign>[/.\-])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}}){_TIME}{_ZONE}"
)
_NONE = re.compile(r"[\s\-–—.?0/:]*").fullmatch  # also 0000-00-00 00:00:00


@lru_cache(maxsize=4096)
def moment(written: str) -> dt.datetime | None:
    """Return the time that a cell holds, in UTC; None when it holds none, or one that can be read in two ways.

    Services export UTC without saying so, and a day of a spreadsheet is a day, so a time without a zone is UTC.
    """
    text = written.strip()
    try:
        found = _iso(text) or _french(text)
        if found is None:
            return None
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def is_unread(written: str) -> bool:
    """Whether there is something in a cell that should hold a time, and no time is found in it."""
    return not _NONE(written) and moment(written) is None


def _iso(text: str) -> dt.datetime | None:
    # Without a sign between, eight digits are as likely the number of something.
    if not re.match(r"\d{4}-", text):
        return None
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def _french(text: str) -> dt.datetime | None:
    found = _DAY_FIRST.fullmatch(text) or _YEAR_FIRST.fullmatch(text)
    if found is None:
        return None
    month = found["month"]
    number = int(month) if month.isdigit() else _MONTH.get(plain(month), 0)
    year = int(found["year"])
    if len(found["year"]) == 2:  # as strptime reads it: POSIX, 69 to 99 are of the last century
        year += 1900 if year >= 69 else 2000
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    return dt.datetime(year, number, int(found["day"]), hour, minute, second, tzinfo=dt.UTC)

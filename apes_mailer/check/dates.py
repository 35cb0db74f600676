"""Dates that cannot be right: a weekday of another day, an event that is over, a letter of another month."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from apes_mailer.check import prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.written_dates import (
    WrittenDate,
    dates_without_weekday,
    issue_months,
    named_weekdays,
    written_dates,
)
from apes_mailer.model.finding import Finding
from apes_mailer.model.issue import Event

_OLD_LETTER = dt.timedelta(days=14)
_EARLY_LETTER = dt.timedelta(days=92)
_NEAR = dt.timedelta(days=240)  # a date without a year is one of those at most so far away
_MONTHS_OFF = 2
_LEAP_YEAR = 2000
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)[^\n\d]{0,40}(?:\d{4}\s?[-–]\s?)?(?P<year>(?:19|20)\d\d)(?!\d)", re.IGNORECASE
)


def weekdays(letter: CheckedLetter) -> Iterator[Finding]:
    """Where a text names a weekday and a date, the date falls on it."""
    for path, words in prose.texts(letter):
        for written in written_dates(words, letter.issue.language):
            days = _days_meant(written, _day_of(letter))
            if days and all(day.weekday() != written.weekday for day in days):
                yield finding("date-weekday.text", path, written=written.words, day=days[0])
    for path, event in letter.values:
        if isinstance(event, Event) and event.time is not None:
            last = event.end_date or event.date
            length = min(7, (last - event.date).days + 1)
            during = {(event.date + dt.timedelta(days=day)).weekday() for day in range(length)}
            if (named := named_weekdays(event.time, letter.issue.language)) and named.isdisjoint(during):
                yield finding("date-weekday.event", f"{path}.time", written=event.time, day=event.date)


def calendar(letter: CheckedLetter) -> Iterator[Finding]:
    """Every date of a text is a day that there is; with its weekday or without, it is told once."""
    language = letter.issue.language
    for path, words in prose.texts(letter):
        told: list[str] = []
        for written in (*written_dates(words, language), *dates_without_weekday(words, language)):
            is_day = written.in_year(written.year or _LEAP_YEAR) is not None
            if not is_day and not any(written.words in longer for longer in told):
                told.append(written.words)
                yield finding("date-weekday.impossible", path, written=written.words)


def _day_of(letter: CheckedLetter) -> dt.date:
    """Return the day that a letter speaks on: its own date, or today when it has none."""
    return letter.issue.date or letter.today


def _days_meant(written: WrittenDate, near: dt.date) -> list[dt.date]:
    """Return the days that a date may mean, the nearest first; none when there is no such day."""
    years = [written.year] if written.year else [near.year - 1, near.year, near.year + 1]
    days = [day for year in years if (day := written.in_year(year)) is not None]
    if not written.year:
        days = [day for day in days if abs(day - near) <= _NEAR]
    return sorted(days, key=lambda day: abs(day - near))


def events(letter: CheckedLetter) -> Iterator[Finding]:
    """No event that is announced is over; in a letter that is older than it should be, only those before its date."""
    day = _day_of(letter)
    if day < letter.today <= day + _OLD_LETTER:  # finished late
        day = letter.today
    for path, event in letter.values:
        if isinstance(event, Event) and (last := event.end_date or event.date) < day:
            field = "end_date" if event.end_date else "date"
            yield finding("event-past", f"{path}.{field}", title=event.title, day=last)


def issue_date(letter: CheckedLetter) -> Iterator[Finding]:
    """The letter bears the date of about the day on which it is sent, and its headline names no other month."""
    date, today = letter.issue.date, letter.today
    if date is not None and not -_OLD_LETTER <= date - today <= _EARLY_LETTER:
        name = "issue-date.past" if date < today else "issue-date.future"
        yield finding(name, "date", days=abs((date - today).days), day=date)
    for path in ("subject", "preheader", "title"):
        words: str | None = getattr(letter.issue, path)
        for written, year, month in issue_months(words or "", letter.issue.language):
            if abs((year - _day_of(letter).year) * 12 + month - _day_of(letter).month) > _MONTHS_OFF:
                yield finding("issue-month", path, written=written, day=_day_of(letter))


def copyright_year(letter: CheckedLetter) -> Iterator[Finding]:
    """The footer bears the year that it is; of a photograph in the issue the year may be any."""
    written = {words for _, text in prose.texts(letter) for words in re.findall(r"\d{4}", text)}
    for match in _COPYRIGHT.finditer(letter.text):
        if int(match["year"]) < letter.today.year and match["year"] not in written:
            yield finding("copyright-year", written=" ".join(match.group().split()), year=str(letter.today.year))

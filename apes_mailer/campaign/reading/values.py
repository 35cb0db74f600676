"""Dates, switches and choices as people write them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from apes_mailer.campaign.reading.names import kind_meant, plain

_YES = frozenset({"true", "yes", "oui", "vrai", "on"})
_NO = frozenset({"false", "no", "non", "faux", "off"})
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})\D(?P<month>\d{1,2})\D(?P<day>\d{1,2})(?:\D.*)?")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[/. -](?P<month>\d{1,2})[/. -](?P<year>\d{4})")
_IN_WORDS = re.compile(r"(?:[a-z]+_)?(?P<day>\d{1,2})(?:er|st|nd|rd|th)?_(?P<month>[a-z]+)_(?P<year>\d{4})")
_MONTHS = (
    ("janvier", "janv", "january", "jan"),
    ("fevrier", "fevr", "fev", "february", "feb"),
    ("mars", "march", "mar"),
    ("avril", "avr", "april", "apr"),
    ("mai", "may"),
    ("juin", "june", "jun"),
    ("juillet", "juil", "july", "jul"),
    ("aout", "august", "aug"),
    ("septembre", "sept", "september", "sep"),
    ("octobre", "oct", "october"),
    ("novembre", "nov", "november"),
    ("decembre", "dec", "december"),
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that cannot be used: why, and what to do."""

    message: str
    cure: str


def as_switch(text: str) -> bool | Wrong:
    """Return true or false, written in English or in French."""
    word = plain(text)
    if word in _YES | _NO:
        return word in _YES
    return Wrong(f'is "{text}", which is neither yes nor no', "Write true or false.")


def as_choice(text: str, choices: tuple[str | int, ...]) -> str | int | Wrong:
    """Return one of the choices."""
    by_name = {str(choice): choice for choice in choices}
    if text.strip() in by_name:
        return by_name[text.strip()]
    meant = kind_meant(text, by_name)
    names = [str(choice) for choice in choices]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return Wrong(f'is "{text}", which is none of the choices', f"Write {meant or listed}.")


def as_date(text: str) -> dt.date | Wrong:
    """Return a day written as 2025-10-02; other ways to write it are understood for the cure only."""
    text = text.strip()
    meant = _date(text)
    if meant is not None and _ISO.fullmatch(text):
        return meant
    if meant is not None:
        return Wrong(f'is "{text}", which is not how a date is written here', f"Write {meant.isoformat()}.")
    if _ISO.fullmatch(text):
        return Wrong(f"is {text}, a day that does not exist", "Correct the day or the month.")
    return Wrong(f'is "{text}", which is no date', "Write year, month and day, for example 2025-10-02.")


def _date(text: str) -> dt.date | None:
    match = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if match is not None:
        return _day(match["year"], int(match["month"]), match["day"])
    match = _IN_WORDS.fullmatch(plain(text))
    if match is None:
        return None
    month = next((number for number, names in enumerate(_MONTHS, 1) if match["month"] in names), 0)
    return _day(match["year"], month, match["day"])


def _day(year: str, month: int, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), month, int(day))
    except ValueError:
        return None

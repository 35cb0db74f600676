"""Dates as readers write them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.render import dates

SATURDAY = dt.date(2027, 5, 22)


def test_day_is_never_parted_from_its_month() -> None:
    assert dates.long_date(SATURDAY, "fr") == "22\u00a0mai 2027"
    assert dates.long_date(SATURDAY, "en") == "22\u00a0May 2027"
    assert dates.weekday_date(SATURDAY, "fr") == "samedi 22\u00a0mai 2027"
    assert dates.weekday_date(SATURDAY, "en") == "Saturday 22\u00a0May 2027"


@pytest.mark.parametrize(
    ("until", "french", "english"),
    [
        (dt.date(2027, 5, 23), "samedi 22", "Saturday 22"),
        (dt.date(2027, 6, 6), "samedi 22\u00a0mai", "Saturday 22\u00a0May"),
        (dt.date(2028, 5, 23), "samedi 22\u00a0mai 2027", "Saturday 22\u00a0May 2027"),
    ],
    ids=["same month", "same year", "another year"],
)
def test_first_of_two_days_leaves_out_what_the_second_says(until: dt.date, french: str, english: str) -> None:
    assert dates.weekday_date(SATURDAY, "fr", until) == french
    assert dates.weekday_date(SATURDAY, "en", until) == english


def test_first_of_the_month_is_an_ordinal_in_french_only() -> None:
    first, third = dt.date(2027, 10, 1), dt.date(2027, 10, 3)
    assert dates.long_date(first, "fr") == "1er\u00a0octobre 2027"
    assert dates.long_date(first, "en") == "1\u00a0October 2027"
    assert dates.weekday_date(first, "fr", third) == "vendredi 1er"
    assert dates.weekday_date(first, "en", third) == "Friday 1"
    assert dates.weekday_date(dt.date(2027, 10, 11), "fr") == "lundi 11\u00a0octobre 2027"


_DAYS = {"fr": "lundi mardi mercredi jeudi vendredi samedi dimanche", "en": "Monday Tuesday Wednesday Thursday Friday"}
_DAYS["en"] += " Saturday Sunday"
_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}
_LANGUAGE = st.sampled_from(["fr", "en"])
_DATE = st.dates(dt.date(1970, 1, 1), dt.date(2199, 12, 31))


def _read(text: str, language: str, end: dt.date) -> dt.date:
    """Read a day as people do: what is not said is as in ``end``."""
    match = re.fullmatch(r"(\w+) (\d+)(?:er)?(?:\u00a0(\w+)(?: (\d{4}))?)?", text)
    assert match is not None
    month = _MONTHS[language].split().index(match[3]) + 1 if match[3] else end.month
    day = dt.date(int(match[4] or end.year), month, int(match[2]))
    assert match[1] == _DAYS[language].split()[day.weekday()]
    return day


@given(_DATE, _LANGUAGE)
def test_any_day_can_be_read_back(day: dt.date, language: str) -> None:
    text = dates.weekday_date(day, language)
    assert _read(text, language, day) == day
    assert text.endswith(dates.long_date(day, language))
    assert ("1er\u00a0" in text) == (language == "fr" and day.day == 1)


@given(_DATE, st.timedeltas(dt.timedelta(1), dt.timedelta(900)), _LANGUAGE)
def test_any_span_of_days_can_be_read_back(start: dt.date, length: dt.timedelta, language: str) -> None:
    end = start + length
    first, last = dates.weekday_date(start, language, until=end), dates.weekday_date(end, language)
    assert _read(last, language, end) == end
    assert _read(first, language, end) == start

"""Dates as readers write them."""

from __future__ import annotations

import datetime as dt

import pytest

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

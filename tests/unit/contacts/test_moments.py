"""Days and times as services and spreadsheets write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.contacts.moments import is_unread, moment


def _utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2025-04-01 10:11:12", _utc(2025, 4, 1, 10, 11, 12)),
        ("2025-04-01T10:11:12+02:00", _utc(2025, 4, 1, 8, 11, 12)),
        ("2025-04-01T10:11:12.345Z", _utc(2025, 4, 1, 10, 11, 12).replace(microsecond=345000)),
        ("2025-04-01 10:11:12 UTC", _utc(2025, 4, 1, 10, 11, 12)),
        ("2025-04-01", _utc(2025, 4, 1)),
        ("2025/04/01 10:11", _utc(2025, 4, 1, 10, 11)),
        (" 01/04/2025 10:11 ", _utc(2025, 4, 1, 10, 11)),
        ("01/04/2025", _utc(2025, 4, 1)),
        ("12-03-2024 10:00:00", _utc(2024, 3, 12, 10)),
        ("12.03.2024 10:00", _utc(2024, 3, 12, 10)),
        ("1.4.24", _utc(2024, 4, 1)),
        ("12/03/2024, 10:00", _utc(2024, 3, 12, 10)),
        ("12/03/2024 à 10h30", _utc(2024, 3, 12, 10, 30)),
        ("le 1er avril 2023", _utc(2023, 4, 1)),
        ("12 mars 2024 à 9h", _utc(2024, 3, 12, 9)),
        ("5 févr. 2024", _utc(2024, 2, 5)),
        ("31 Août 2024", _utc(2024, 8, 31)),
    ],
)
def test_times_are_read_in_the_ways_they_are_exported(written: str, found: dt.datetime) -> None:
    assert moment(written) == found
    assert not is_unread(written)


@pytest.mark.parametrize(
    "written",
    [
        "31/02/2025",
        "hier",
        "0001-01-01T00:00:00+05:00",
        "03/2024",
        "2024",
        "45363",
        "1709546400",
        "12/03/2024 10:00 AM",
        "01/04-2025",
        "12 mas 2024",
        "20240305",
        "le 12 mars",
    ],
)
def test_what_is_no_time_or_may_be_two_is_told_to_be_none(written: str) -> None:
    assert moment(written) is None
    assert is_unread(written)


@pytest.mark.parametrize("written", ["", " ", "-", "0000-00-00 00:00:00", "00/00/0000", "?"])
def test_cell_without_anything_in_it_is_nothing_to_tell_of(written: str) -> None:
    assert moment(written) is None
    assert not is_unread(written)


@given(at=st.datetimes(timezones=st.just(dt.UTC)), sign=st.sampled_from("/.-"))
def test_what_is_written_the_french_way_is_read_back(at: dt.datetime, sign: str) -> None:
    whole = at.replace(microsecond=0)
    assert moment(f"{at:%d}{sign}{at:%m}{sign}{at.year:04} {at:%H:%M:%S}") == whole

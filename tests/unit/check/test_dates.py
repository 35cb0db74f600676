"""Dates that are over on the day the letter goes out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from apes_mailer.check.letter import CheckedLetter
from tests.unit.check.judged import TODAY, found, with_blocks


def _announcing(day: dt.date) -> CheckedLetter:
    events = [{"title": "La fournée", "date": day}]
    return with_blocks({"type": "events", "title": "À vos agendas", "events": events})


@pytest.mark.parametrize(
    ("days_late", "days_ahead", "told"),
    [
        (0, 0, False),
        (0, -1, True),
        (10, 3, True),  # finished ten days late, and the event has been in the meantime
        (10, 10, False),
        (14, 13, True),
        (15, 3, False),  # an old letter, which is told of as a whole
        (15, -1, True),
    ],
)
def test_event_is_over_on_the_day_that_a_late_letter_goes(days_late: int, days_ahead: int, told: bool) -> None:
    letter = replace(_announcing(TODAY + dt.timedelta(days=days_ahead)), today=TODAY + dt.timedelta(days=days_late))
    assert found(letter, "event-past") == ([("warning", "blocks[0].events[0].date")] if told else [])

"""What a contact said to the provider: which lists it left, and what coming back ends."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from apes_mailer.ledger import events
from apes_mailer.model.event import EventKind
from apes_mailer.store import schema
from apes_mailer.store.times import stamp
from tests.support.ledgers import NAME, NOW, Ledger

LEFT, BACK, DROPPED = EventKind.UNSUBSCRIBED, EventKind.RESUBSCRIBED, EventKind.REJECTED
Word = tuple[EventKind, str, int]
"""What was said, the group (of a dropped message, why), and when in minutes."""


def _has_left(ledger: Ledger, *words: Word) -> bool:
    ledger.prepare()
    with ledger.database.write() as connection:
        rows = [
            {
                "provider": "local",
                "kind": kind,
                "detail": detail,
                "at": stamp(NOW + dt.timedelta(minutes=minutes)),
                "campaign_id": ledger.ids[NAME],
                "contact_id": 1,
            }
            for kind, detail, minutes in words
        ]
        connection.execute(sa.insert(schema.event), rows)
        left = events.left_lists(connection, 1)
    assert left in ({1}, set())
    return bool(left)


@pytest.mark.parametrize(
    ("words", "has_left"),
    [
        ([(LEFT, "7", 0)], True),
        ([(LEFT, "7", 0), (BACK, "7", 1)], False),
        ([(BACK, "7", 1), (LEFT, "7", 0)], False),
        ([(LEFT, "7", 0), (BACK, "7", 0)], True),
        ([(LEFT, "7", 0), (BACK, "8", 1)], True),
        ([(BACK, "7", 0), (LEFT, "7", 1)], True),
        ([(DROPPED, "unsubscribed", 0)], True),
        ([(DROPPED, "unsubscribed", 0), (BACK, "8", 1)], False),
        ([(DROPPED, "unsubscribed", 1), (BACK, "8", 0)], True),
        ([(DROPPED, "unsubscribed", 1), (BACK, "8", 1)], True),
        ([(DROPPED, "spam content", 0)], False),
    ],
)
def test_last_word_in_each_group_holds_and_a_dropped_message_tells_no_group(
    ledger: Ledger, words: list[Word], has_left: bool
) -> None:
    assert _has_left(ledger, *words) is has_left

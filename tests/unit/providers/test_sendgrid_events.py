"""What SendGrid posts, in our words: its meaning kept, and nothing in it that could do harm."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model.event import Event, EventKind
from apes_mailer.model.suppression import Cause
from apes_mailer.providers.base import MalformedError
from apes_mailer.providers.sendgrid import events
from tests.support.reporting import notice, reported

ADDRESS = "jeanne.martin@exemple.example"
ATTEMPT, RECIPIENT = "a" * 20, "r" * 22


def _read(kind: str, **more: Any) -> Event:
    read = events.read(notice([reported(kind, ADDRESS, attempt=ATTEMPT, recipient=RECIPIENT, **more)]))
    assert read.unreadable == 0
    return read.events[0]


MEANINGS: list[tuple[str, dict[str, Any], EventKind, Cause | None]] = [
    ("processed", {}, EventKind.PROCESSED, None),
    ("delivered", {"response": "250 OK"}, EventKind.DELIVERED, None),
    ("deferred", {"response": "451 later"}, EventKind.DEFERRED, None),
    ("bounce", {"type": "bounce"}, EventKind.BOUNCED, Cause.BOUNCED),
    ("bounce", {}, EventKind.BOUNCED, Cause.BOUNCED),
    ("bounce", {"type": "blocked"}, EventKind.BLOCKED, None),
    ("bounce", {"type": "expired"}, EventKind.BLOCKED, None),
    ("dropped", {"reason": "Bounced Address"}, EventKind.REJECTED, Cause.BOUNCED),
    ("dropped", {"reason": "Spam Reporting Address"}, EventKind.REJECTED, Cause.COMPLAINED),
    ("dropped", {"reason": "Unsubscribed Address"}, EventKind.REJECTED, Cause.AT_PROVIDER),
    ("dropped", {"reason": "Invalid"}, EventKind.REJECTED, Cause.INVALID),
    ("dropped", {"reason": "Recipient List over Package Quota"}, EventKind.REJECTED, None),
    ("spamreport", {}, EventKind.COMPLAINED, Cause.COMPLAINED),
    ("unsubscribe", {}, EventKind.UNSUBSCRIBED, Cause.AT_PROVIDER),
    ("group_unsubscribe", {"asm_group_id": 10}, EventKind.UNSUBSCRIBED, Cause.AT_PROVIDER),
    ("group_resubscribe", {"asm_group_id": 10}, EventKind.RESUBSCRIBED, None),
    ("open", {}, EventKind.OPENED, None),
    ("click", {"url": "https://exemple.example/"}, EventKind.CLICKED, None),
    ("account_status_change", {}, EventKind.OTHER, None),
]


@pytest.mark.parametrize(("kind", "more", "expected", "cause"), MEANINGS)
def test_each_event_has_its_meaning(kind: str, more: dict[str, Any], expected: EventKind, cause: Cause | None) -> None:
    event = _read(kind, **more)
    assert (event.kind, event.cause) == (expected, cause)
    assert (event.attempt, event.recipient, event.address) == (ATTEMPT, RECIPIENT, ADDRESS)
    assert event.at == dt.datetime.fromtimestamp(1_804_000_000, dt.UTC)


def test_bounce_says_which_and_why_without_the_address() -> None:
    event = _read(
        "bounce",
        type="bounce",
        status="5.1.1",
        bounce_classification="Invalid Address",
        reason=f"550 5.1.1 <{ADDRESS}>: no Jeanne.Martin here; bounces+12-jeanne.martin=exemple.example@x.y",
    )
    assert event.detail == "5.1.1 Invalid Address"
    assert event.reason.startswith("550 5.1.1")
    assert "martin" not in event.reason.lower()


def test_marks_that_are_not_ours_are_none() -> None:
    event = events.read(notice([reported("delivered", ADDRESS, attempt="'; DROP", recipient="<b>", sg_event_id=7)]))
    assert (event.events[0].attempt, event.events[0].recipient, event.events[0].number) == ("", "", "")


@pytest.mark.parametrize("moment", [None, True, -1, 0, 10**40, "soon", "", [], {}, 1e300, "9" * 30])
def test_time_that_is_none_leaves_the_rest(moment: Any) -> None:
    event = _read("spamreport", timestamp=moment)
    assert event.cause is Cause.COMPLAINED
    assert event.at is None or event.at.year == 1970


@pytest.mark.parametrize("kind", ["group_unsubscribe", "group_resubscribe"])
def test_of_groups_only_ours_counts(kind: str) -> None:
    body = notice([reported(kind, ADDRESS, asm_group_id=number) for number in (4, 5)] + [reported(kind, ADDRESS)])
    kinds = [event.kind is not EventKind.OTHER for event in events.read(body, group=4).events]
    assert kinds == [True, False, False]
    assert all(event.kind is not EventKind.OTHER for event in events.read(body).events)


MALFORMED = [
    b"",
    b"{}",
    b"null",
    b'[{"event": "bounce"}',
    b"\xff\xfe",
    b"[" * 100_000,
    b'[{"a":' * 50_000,
    b'[{"timestamp": ' + b"9" * 10_000 + b"}]",
    "[]".encode("utf-16-le") + b"\xd8",
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_body_that_is_no_list_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        events.read(body)


def test_parts_that_are_no_events_are_counted() -> None:
    read = events.read(json.dumps([None, 1, "x", [], {}, reported("bounce", ADDRESS)]).encode())
    assert read.unreadable == 4
    assert [event.kind for event in read.events] == [EventKind.OTHER, EventKind.BOUNCED]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(categories=None))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
FIELDS = ["event", "email", "timestamp", "type", "reason", "response", "status", "url", "asm_group_id", "sg_event_id"]
KINDS = st.sampled_from([name for name, *_ in MEANINGS])


@given(st.dictionaries(st.sampled_from([*FIELDS, "apes_attempt", "apes_recipient"]), VALUES), KINDS | VALUES)
def test_whatever_an_event_holds_it_is_read(part: dict[str, Any], kind: Any) -> None:
    event = events.read(json.dumps([{**part, "event": kind}]).encode()).events[0]
    for text in (event.reason, event.detail, event.attempt, event.recipient, event.number):
        assert text.isprintable()
        assert len(text) <= 300

"""When a campaign went, who left since, and what it is compared with."""

from __future__ import annotations

import datetime as dt

import pytest

from apes_mailer.contacts import block_lists
from apes_mailer.ledger import feedback, figures, history
from apes_mailer.model.account import BlockList
from apes_mailer.model.report import Pause, Slice
from apes_mailer.model.submission import NotAccepted, Refused, Submitted, Unknown
from apes_mailer.model.suppression import Cause
from tests.support.ledgers import NAME, Ledger
from tests.support.reported import submit_all, told


def _left(ledger: Ledger, name: str = NAME) -> dict[str, int]:
    with ledger.database.read() as connection:
        return figures.left(connection, ledger.ids[name])


def test_who_left_is_counted_until_the_next_campaign(ledger: Ledger) -> None:
    ledger.suppress(0, cause=Cause.UNSUBSCRIBED)
    ledger.prepare()
    submit_all(ledger)
    ledger.suppress(1, cause=Cause.UNSUBSCRIBED)
    ledger.suppress(2, "adherents", cause=Cause.COMPLAINED)
    ledger.suppress(3, "another list", cause=Cause.UNSUBSCRIBED)
    ledger.suppress(2, "adherents", cause=Cause.UNSUBSCRIBED)
    ledger.prepare("next")
    told = {"unsubscribed": 2, "complained": 1}
    assert _left(ledger) == told, "what was only prepared is no campaign yet"
    submit_all(ledger, "next")
    ledger.suppress(4, cause=Cause.UNSUBSCRIBED)
    assert _left(ledger) == told, "the last who left before the next campaign is counted, and nobody after it"
    assert _left(ledger, "next") == {"unsubscribed": 1}


def test_who_did_not_get_the_letter_did_not_leave_because_of_it(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Submitted())
    ledger.record(ledger.claim(), Unknown(cause="timeout"))
    for number in range(5):
        ledger.suppress(number, cause=Cause.UNSUBSCRIBED)
    assert _left(ledger) == {"unsubscribed": 2}


def test_time_is_cut_where_requests_were_taken(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), NotAccepted(cause="429", stop=False))
    ledger.now += dt.timedelta(seconds=50)
    submit_all(ledger)
    with ledger.database.read() as connection:
        found = figures.sending(connection, ledger.ids[NAME])
    assert (found.first, found.last) == ("2027-03-01T09:30:00.000000Z", "2027-03-01T09:31:10.000000Z")
    assert found.requests == 4
    assert [each for each in found.slices if each.submitted] == [
        Slice(at="2027-03-01T09:30:50Z", submitted=2),
        Slice(at="2027-03-01T09:31:00Z", submitted=2),
        Slice(at="2027-03-01T09:31:10Z", submitted=1),
    ]


@pytest.mark.parametrize("pace", [0, 15, 75, 86_400, 30 * 86_400, 4000 * 86_400])
def test_every_recipient_is_in_a_stretch_however_long_it_took(ledger: Ledger, pace: int) -> None:
    ledger.prepare()
    for _ in range(3):
        ledger.record(ledger.claim(), Submitted())
        ledger.now += dt.timedelta(seconds=pace)
    with ledger.database.read() as connection:
        slices = figures.sending(connection, ledger.ids[NAME]).slices
    assert sum(each.submitted for each in slices) == 5
    assert len(slices) <= 30


def test_pause_ends_with_what_resumed_it(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.pause(cause="a person paused it")
    ledger.now += dt.timedelta(hours=1)
    ledger.unpause()
    ledger.pause(cause="the key is wrong")
    with ledger.database.read() as connection:
        found = figures.sending(connection, ledger.ids[NAME])
    first, last = "2027-03-01T09:30:00.000000Z", "2027-03-01T10:30:00.000000Z"
    assert found.pauses == [
        Pause(at=first, by="person", cause="a person paused it", until=last),
        Pause(at=last, by="person", cause="the key is wrong"),
    ]
    assert (found.first, found.requests) == ("", 0)


def test_one_stop_is_one_pause_though_two_requests_see_it(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.pause("program", "the answer was 500")
    ledger.now += dt.timedelta(seconds=1)
    ledger.pause("program", "the answer was 502")
    ledger.now += dt.timedelta(hours=1)
    ledger.unpause()
    with ledger.database.read() as connection:
        found = figures.sending(connection, ledger.ids[NAME])
    assert [(each.cause, each.until) for each in found.pauses] == [
        ("the answer was 500", "2027-03-01T10:30:01.000000Z")
    ]
    assert len(ledger.rows("SELECT id FROM history WHERE event = 'paused'")) == 1


def test_pauses_that_older_versions_wrote_twice_are_read_as_one(ledger: Ledger) -> None:
    ledger.prepare()
    for _ in range(2):
        with ledger.database.write() as connection:
            history.append(connection, campaign_id=ledger.ids[NAME], at=ledger.now, event="paused", actor="ana")
    with ledger.database.read() as connection:
        assert len(figures.sending(connection, ledger.ids[NAME]).pauses) == 1


def test_whoever_unsubscribes_at_the_provider_has_unsubscribed_and_counts_once(ledger: Ledger) -> None:
    ledger.prepare()
    submit_all(ledger)
    for number in range(3):
        ledger.suppress(number, cause=Cause.AT_PROVIDER)
    for number in (0, 4):
        ledger.suppress(number, cause=Cause.UNSUBSCRIBED)
    assert _left(ledger) == {"unsubscribed": 4, "unsubscribed at the provider": 3}


@pytest.mark.parametrize("how", ["event", "list"])
def test_provider_is_heard_by_an_event_or_by_a_list_that_is_read_afterwards(ledger: Ledger, how: str) -> None:
    block_list = BlockList(name="spam_reports", cause=Cause.COMPLAINED)

    def read_list() -> None:
        with ledger.database.write() as connection:
            provider = str(ledger.rows("SELECT provider FROM campaign")[0]["provider"])
            block_lists.remember(connection, provider, "key", block_list, up_to=ledger.now)

    def heard() -> bool:
        with ledger.database.read() as connection:
            return feedback.heard(connection, ledger.ids[NAME])

    ledger.prepare()
    read_list()
    ledger.now += dt.timedelta(minutes=1)
    submit_all(ledger)
    assert not heard()
    ledger.now += dt.timedelta(minutes=1)
    if how == "event":
        told(ledger, "delivered", [1], name=NAME)
    else:
        read_list()
    assert heard()


def test_compared_with_what_went_to_the_same_list(ledger: Ledger) -> None:
    ledger.join([7, 8], "another list")
    ledger.prepare("other", list_name="another list")
    submit_all(ledger, "other")
    ledger.suppress(4)
    ledger.prepare("before")
    ledger.record(ledger.claim("before"), Refused(reasons={0: "no"}))
    ledger.suppress(2)
    submit_all(ledger, "before")
    ledger.prepare("only prepared")
    ledger.prepare()
    submit_all(ledger)
    with ledger.database.read() as connection:
        found = figures.past(connection, ledger.ids[NAME], since="2027")
        later = figures.past(connection, ledger.ids[NAME], since="2028")
    assert [each.campaign for each in found] == ["before", NAME]
    before = ledger.status("before")
    numbers = (found[0].candidates, found[0].recipients, found[0].submitted, found[0].bounced)
    assert numbers == (before.candidates, before.recipients, before.submitted, None) == (5, 3, 2, None)
    assert later == []

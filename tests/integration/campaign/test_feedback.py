"""What a provider reports, and what comes of it."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.campaign import erasure, feedback, unsubscribe
from apes_mailer.contacts import block_lists, consents, opting_in
from apes_mailer.contacts.block_lists import Source
from apes_mailer.contacts.consents import Proof
from apes_mailer.errors import LedgerError, NoticeError
from apes_mailer.ledger import notices
from apes_mailer.ledger.states import BatchState, Kind
from apes_mailer.model.account import Listed
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.keys import TokenContent
from apes_mailer.model.submission import NotAccepted, Submitted, Unknown
from apes_mailer.providers.base import MalformedError, NotSignedError
from apes_mailer.providers.sendgrid.block_lists import LISTS
from apes_mailer.store import schema
from apes_mailer.workspace import Workspace
from tests.support.feedback import KEY, Told, in_notices
from tests.support.ledgers import Ledger, address
from tests.support.reporting import SigningKey, notice, reported

LAYERS = ["processed", "delivered", "deferred", "open", "click", "dropped"]
"""Events that say nothing of the address."""

PROVIDER_SAYS_NO = "unsubscribed at the provider"


@pytest.fixture
def told(tmp_path: Path) -> Generator[Told]:
    ledger = Ledger.create(tmp_path, contacts=6)
    ledger.prepare()
    yield Told(ledger)
    ledger.database.close()


def _sent(told: Told) -> str:
    claim = told.ledger.claim()
    told.ledger.record(claim, Submitted())
    return claim.mark


def _in_doubt(told: Told) -> str:
    claim = told.ledger.claim()
    told.ledger.record(claim, Unknown(cause="timeout"))
    return claim.mark


NO_MORE: list[tuple[str, dict[str, Any], str]] = [
    ("bounce", {"type": "bounce"}, "bounced"),
    ("spamreport", {}, "complained"),
    ("unsubscribe", {}, PROVIDER_SAYS_NO),
    ("group_unsubscribe", {"asm_group_id": 4}, PROVIDER_SAYS_NO),
    ("dropped", {"reason": "Bounced Address"}, "bounced"),
    ("dropped", {"reason": "Invalid"}, "invalid"),
]


@pytest.mark.parametrize(("kind", "more", "cause"), NO_MORE)
def test_who_cannot_or_will_not_be_mailed_is_suppressed_on_every_list(
    told: Told, kind: str, more: dict[str, Any], cause: str
) -> None:
    told.post(told.event(kind, 0, _sent(told), **more))
    assert told.suppressed() == {(0, cause, "")}


@pytest.mark.parametrize(
    ("kind", "more"),
    [*((kind, {}) for kind in LAYERS), ("bounce", {"type": "blocked"})],
)
def test_what_may_go_better_next_time_suppresses_nobody(told: Told, kind: str, more: dict[str, Any]) -> None:
    told.post(told.event(kind, 0, _sent(told), **more))
    assert told.suppressed() == set()


def test_suppression_is_in_force_for_the_next_batch_of_a_running_send(told: Told) -> None:
    told.post(told.event("spamreport", 2, _sent(told)))
    claim = told.ledger.claim()
    assert len(claim.contacts) == 1
    assert told.ledger.status(alive=True).excluded == {"opted_out": 1}


def test_colleague_who_tries_a_test_leaves_the_staff_list_only(told: Told) -> None:
    told.ledger.join([0], "staff")
    told.ledger.prepare("essai", kind=Kind.TEST, list_name="staff")
    claim = told.ledger.claim("essai")
    told.post(told.event("group_unsubscribe", 0, claim.mark))
    assert told.suppressed() == {(0, PROVIDER_SAYS_NO, "staff")}


def test_late_bounce_without_our_marks_is_known_by_its_address(told: Told) -> None:
    told.post(reported("bounce", address(3).upper(), type="bounce", sg_message_id=None))
    assert told.suppressed() == {(3, "bounced", "")}
    assert [row["campaign_id"] for row in told.kept()] == [None]


def test_event_without_the_recipient_is_known_by_attempt_and_address(told: Told) -> None:
    told.post(reported("delivered", address(0), attempt=_sent(told)))
    assert told.kept()[0]["contact_id"] is not None
    assert told.kept()[0]["campaign_id"] == told.ledger.ids["2027-03"]


def test_event_of_an_attempt_about_nobody_we_know_is_kept_as_nobodys(told: Told) -> None:
    told.post(reported("bounce", "inconnue@exemple.example", attempt=_sent(told)))
    assert [(row["kind"], row["contact_id"]) for row in told.kept()] == [("bounced", None)]
    assert told.suppressed() == set()


def test_events_of_other_senders_of_the_account_are_counted_and_nothing_else(told: Told) -> None:
    told.post(
        reported("delivered", "client@ailleurs.example"),
        reported("bounce", "client@ailleurs.example", type="bounce"),
        reported("delivered", address(1), attempt="x" * 20),
        reported("click", address(1), url="https://ailleurs.example/"),
        "no event",
    )
    assert told.counts() == {"events": 4, "kept": 0, "foreign_": 4, "unreadable": 1}
    assert (told.kept(), told.suppressed()) == ([], set())


@pytest.mark.parametrize("kind", [*LAYERS, "bounce", "spamreport", "unsubscribe", "nonsense"])
def test_any_event_of_any_recipient_settles_the_doubt_about_its_attempt(told: Told, kind: str) -> None:
    mark = _in_doubt(told)
    told.post(told.event(kind, 1, mark))
    assert told.ledger.batch_states() == [BatchState.SUBMITTED, BatchState.PENDING, BatchState.PENDING]


def test_history_keeps_which_event_it_was(told: Told) -> None:
    mark = _in_doubt(told)
    told.post(told.event("delivered", 1, mark, sg_event_id="c29tZQ"))
    note = told.ledger.rows("SELECT note, actor FROM history WHERE event = 'proved'")[0]
    assert note == {
        "note": "sendgrid reported delivered at 2027-03-02T15:06:40.000000Z, event c29tZQ",
        "actor": "sendgrid",
    }


def test_event_of_an_older_attempt_proves_nothing_about_a_newer_one(told: Told) -> None:
    old = _in_doubt(told)
    told.ledger.resolve(1, "pending")
    new = _in_doubt(told)
    told.post(told.event("delivered", 0, old))
    assert told.ledger.attempt_states() == ["late", "unknown"]
    assert told.ledger.batch_states()[0] is BatchState.UNKNOWN
    told.post(told.event("delivered", 0, new))
    assert told.ledger.batch_states()[0] is BatchState.SUBMITTED
    assert told.ledger.status().duplicates == 2


@pytest.mark.parametrize("answer", [Submitted(), Unknown(cause="timeout"), NotAccepted(cause="429")])
def test_event_may_come_before_the_answer_to_the_request(told: Told, answer: Any) -> None:
    claim = told.ledger.claim()
    told.post(told.event("processed", 0, claim.mark))
    told.ledger.record(claim, answer)
    assert told.ledger.attempt_states() == ["submitted"]
    assert told.ledger.batch_states()[0] is BatchState.SUBMITTED


def test_coming_back_with_the_provider_ends_what_was_said_there_and_nothing_else(told: Told) -> None:
    mark = _sent(told)
    told.ledger.suppress(0)
    told.post(told.event("group_unsubscribe", 0, mark, asm_group_id=4, timestamp=100))
    told.post(told.event("group_resubscribe", 0, mark, asm_group_id=4, timestamp=200))
    assert PROVIDER_SAYS_NO not in {cause for _, cause, _ in told.suppressed()}
    assert len(told.suppressed()) == 1


def test_what_is_said_to_the_provider_is_in_the_consent_log(told: Told) -> None:
    mark = _sent(told)
    for kind, at in (("group_unsubscribe", 100), ("group_resubscribe", 200)):
        told.post(told.event(kind, 0, mark, asm_group_id=4, timestamp=at))
    log = told.ledger.rows("SELECT state, source FROM consent ORDER BY id")
    assert [(row["state"], row["source"]) for row in log] == [("withdrawn", "sendgrid")]


def test_coming_back_with_the_provider_says_nothing_against_a_later_no(told: Told) -> None:
    mark = _sent(told)
    told.post(told.event("group_unsubscribe", 0, mark, timestamp=100))
    link = TokenContent(list_tag=told.ledger.keyring.list_tag("adherents"), contact_key=told.ledger.key(0))
    unsubscribe.unsubscribe(told.ledger.database, link, told.ledger.now)
    told.post(told.event("group_resubscribe", 0, mark, timestamp=200))
    assert told.suppressed() == {(0, "unsubscribed", "")}
    assert told.ledger.rows("SELECT state FROM consent ORDER BY id DESC LIMIT 1") == [{"state": "withdrawn"}]


def test_coming_back_to_another_group_ends_nothing(told: Told) -> None:
    mark = _sent(told)
    told.post(told.event("group_unsubscribe", 0, mark, asm_group_id=4, timestamp=100))
    told.post(told.event("group_resubscribe", 0, mark, asm_group_id=5, timestamp=200))
    assert told.suppressed() == {(0, PROVIDER_SAYS_NO, "")}


def test_report_that_comes_again_does_not_undo_what_a_person_did(told: Told) -> None:
    event = told.event("bounce", 0, _sent(told), type="bounce")
    told.post(event)
    with told.ledger.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM suppression")
    told.post(event, {**event, "sg_event_id": "another"})
    assert told.suppressed() == set()


def test_clicks_are_nobodys(told: Told) -> None:
    mark = _sent(told)
    told.post(
        told.event("click", 0, mark, url="https://exemple.example/u/abcdef", timestamp=1_804_000_123),
        told.event("open", 1, mark, timestamp=1_804_000_123),
    )
    columns = "kind, at, campaign_id, contact_id, attempt_id, url, reason"
    campaign = told.ledger.ids["2027-03"]
    nobody = {"at": "2027-03-02T15:00:00.000000Z", "campaign_id": campaign, "contact_id": None, "attempt_id": None}
    empty = {"url": "", "reason": ""}
    assert told.kept(columns) == [{"kind": "clicked", **nobody, **empty}, {"kind": "opened", **nobody, **empty}]


def test_nothing_that_is_kept_for_good_holds_an_address(told: Told) -> None:
    told.keep = dt.timedelta(0)
    mark = _sent(told)
    for kind in ("bounce", "deferred", "dropped", "spamreport", "click"):
        words = f"550 <{address(0)}> unknown: personne0 (personne0)"
        told.post(told.event(kind, 0, mark, reason=words, response=words, url=f"https://x.example/?m={address(0)}"))
    told.ledger.now += dt.timedelta(seconds=1)
    told.post()
    with told.ledger.database.read() as connection:
        rows = [
            tuple(row) for name in ("event", "notice") for row in connection.exec_driver_sql(f"SELECT * FROM {name}")
        ]
    assert len(rows) == 6
    assert "personne0" not in repr(rows)


# What is stored


def test_notice_that_was_kept_and_not_applied_is_applied_later(told: Told) -> None:
    mark = _in_doubt(told)
    with told.ledger.database.write() as connection:
        body = notice([told.event("spamreport", 1, mark)])
        notices.store(connection, "sendgrid", body, at=told.ledger.now)
    assert told.suppressed() == set()
    assert told.feedback.apply() == 1
    assert told.feedback.apply() == 0
    assert told.suppressed() == {(1, "complained", "")}
    assert told.ledger.batch_states()[0] is BatchState.SUBMITTED


def _erase(told: Told, number: int) -> None:
    ledger = told.ledger
    workspace = Workspace(ledger.database.path.parent)
    erasure.erase(ledger.database, ledger.keyring, workspace, address(number), at=ledger.now)


def _everywhere(told: Told, text: str) -> bool:
    """Whether a text is anywhere in the database, also in notices as they came."""
    with told.ledger.database.read() as connection:
        bodies = connection.execute(sa.select(schema.notice.c.body)).scalars().all()
    kept = [zlib.decompress(body).decode() for body in bodies]
    with closing(sqlite3.connect(told.ledger.database.path)) as connection:
        kept += connection.iterdump()
    return any(text in line for line in kept)


def test_who_is_erased_does_not_come_back_with_a_notice_that_waits(told: Told) -> None:
    mark = _in_doubt(told)
    words = f"550 no {address(0)} here, <{address(0).upper()}>"
    body = notice(
        [
            told.event("bounce", 0, mark, reason=words),
            reported("spamreport", address(0)),
            told.event("spamreport", 1, told.ledger.claim().mark),
            told.event("delivered", 2, category=[f"\u00e0 {address(0)}"]),
        ]
    ).replace(b"@", b"\\u0040")
    with told.ledger.database.write() as connection:
        notices.store(connection, "sendgrid", body, at=told.ledger.now)
    person = told.ledger.keyring.recipient_mark(told.ledger.key(0))
    assert _everywhere(told, person), "the test looks where nothing is"
    _erase(told, 0)
    assert (told.feedback.apply(), told.counts()["events"]) == (1, 4)
    for text in (address(0), address(0).upper(), person):
        assert not _everywhere(told, text)
    assert told.suppressed() == {(-1, "erased", ""), (1, "complained", "")}
    assert told.ledger.batch_states(alive=True)[0] is BatchState.SUBMITTED, "what is left of it is evidence still"
    with told.ledger.database.write() as connection:
        assert not notices.store(connection, "sendgrid", body, at=told.ledger.now), "posted again, it is known"


def test_who_was_erased_does_not_come_back_with_a_notice_that_comes_later(told: Told) -> None:
    mark = _in_doubt(told)
    _erase(told, 0)
    told.post(
        told.event("bounce", 0, mark, reason=f"550 {address(0)}"),
        reported("unsubscribe", address(0).upper(), attempt=mark),
        told.event("spamreport", 1, mark),
    )
    person = told.ledger.keyring.recipient_mark(told.ledger.key(0))
    for text in (address(0), address(0).upper(), person):
        assert not _everywhere(told, text)
    assert told.suppressed() == {(-1, "erased", ""), (1, "complained", "")}
    assert told.ledger.batch_states()[0] is BatchState.SUBMITTED
    assert [(row["kind"], row["contact_id"]) for row in told.kept()] == [
        ("bounced", None),
        ("complained", 2),
        ("unsubscribed", None),
    ]


def test_notice_is_kept_for_the_days_of_the_settings_after_it_was_applied(told: Told) -> None:
    told.post(told.event("delivered", 0, _sent(told)))
    told.ledger.now += dt.timedelta(days=30)
    told.post(reported("delivered"))
    assert len(told.ledger.rows("SELECT id FROM notice")) == 2
    told.ledger.now += dt.timedelta(seconds=1)
    told.post(reported("processed"))
    assert len(told.ledger.rows("SELECT id FROM notice")) == 2
    assert [row["kind"] for row in told.kept()] == ["delivered"]


def test_same_notice_again_is_not_kept_again(told: Told) -> None:
    event = told.event("delivered", 0, _sent(told))
    for _ in range(46):
        told.post(event)
    assert len(told.ledger.rows("SELECT id FROM notice")) == 1


def test_old_clicks_cannot_be_traced_any_more(told: Told) -> None:
    mark = _sent(told)
    told.post(told.event("click", 0, mark), told.event("delivered", 0, mark))
    told.ledger.now = dt.datetime(2027, 5, 1, tzinfo=dt.UTC)
    told.post()
    left = told.ledger.rows("SELECT kind, identity IS NULL AS forgotten FROM event ORDER BY kind")
    assert left == [{"kind": "clicked", "forgotten": 1}, {"kind": "delivered", "forgotten": 0}]


def test_without_a_good_signature_or_form_nothing_is_kept(told: Told) -> None:
    body = notice([told.event("spamreport", 0, _in_doubt(told))])
    with pytest.raises(NotSignedError):
        told.feedback.take(SigningKey().headers(body, told.ledger.now), body)
    malformed = body[:-4]
    with pytest.raises(MalformedError):
        told.feedback.take(KEY.headers(malformed, told.ledger.now), malformed)
    assert told.ledger.rows("SELECT id FROM notice") == []
    assert told.ledger.batch_states()[0] is BatchState.UNKNOWN


def test_database_in_use_is_told_and_the_notice_may_come_again(told: Told) -> None:
    ledger = Ledger.open(told.ledger.database.path.parent, busy_seconds=0.01)
    impatient = Told(ledger)
    event = told.event("spamreport", 0)
    with told.ledger.database.write(), pytest.raises(LedgerError):
        impatient.post(event)
    impatient.post(event)
    ledger.database.close()
    assert told.suppressed() == {(0, "complained", "")}


# Whatever the order, and however often


KINDS = ["delivered", "bounce", "spamreport", "group_unsubscribe", "group_resubscribe", "deferred", "click", "dropped"]
Drawn = tuple[str, int, int, int, str, int]
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 5),  # contact
        st.integers(0, 3),  # attempt, or none
        st.integers(1, 4),  # time
        st.sampled_from(["", "bounce", "blocked", "Unsubscribed Address", "Invalid"]),
        st.sampled_from([4, 5]),  # group
    ),
    max_size=8,
)


def _state(told: Told) -> tuple[object, ...]:
    kept = "hex(identity), kind, at, campaign_id, contact_id, attempt_id, reason, detail, url"
    states = (told.ledger.batch_states(), told.ledger.attempt_states(), told.ledger.status().duplicates)
    return told.suppressed(), told.kept(kept), states


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, int]]:
    """The folder of a ledger with a set-aside, a doubtful and a sent attempt."""
    told = Told(Ledger.create(tmp_path_factory.mktemp("history"), contacts=6))
    told.ledger.prepare()
    _in_doubt(told)
    told.ledger.resolve(1, "pending")
    _in_doubt(told)
    _sent(told)
    told.ledger.database.close()
    return told.ledger.database.path.parent, told.ledger.ids


@contextmanager
def _copy(history: tuple[Path, Mapping[str, int]]) -> Generator[Told]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(history[0], folder, dirs_exist_ok=True)
        told = Told(Ledger.open(Path(folder)))
        told.ledger.ids |= history[1]
        yield told
        told.ledger.database.close()


@given(EVENTS, st.randoms(use_true_random=False), st.lists(st.integers(0, 50), max_size=4), st.integers(1, 46))
@settings(max_examples=30, deadline=None)
def test_state_is_the_same_under_any_order_and_any_number_of_copies(
    history: tuple[Path, Mapping[str, int]], drawn: list[Drawn], dice: Any, cuts: list[int], copies: int
) -> None:
    with _copy(history) as first, _copy(history) as second:
        marks = [*(row["mark"] for row in first.ledger.rows("SELECT mark FROM attempt ORDER BY id")), ""]
        events = [
            first.event(kind, who, marks[attempt], timestamp=at, type=word, reason=word, asm_group_id=group)
            for kind, who, attempt, at, word, group in drawn
        ]
        first.post(*events)
        many = [{**event, "sg_event_id": f"copy{number}"} for event in events for number in range(copies)]
        dice.shuffle(many)
        for part in in_notices(many, cuts):
            second.post(*part)
        assert _state(first) == _state(second)


def test_one_contacts_word_to_the_provider_is_not_anothers(told: Told) -> None:
    mark = _sent(told)
    told.post(told.event("dropped", 0, mark, reason="Unsubscribed Address"), told.event("group_resubscribe", 1, mark))
    assert told.suppressed() == {(0, PROVIDER_SAYS_NO, "")}


def test_global_unsubscription_on_the_account_is_not_ended_by_coming_back_to_a_group(told: Told) -> None:
    mark = _sent(told)
    left = told.event("group_unsubscribe", 0, mark, asm_group_id=4, timestamp=100)
    listed = [Listed(address(0), told.ledger.now, ""), Listed(address(1), told.ledger.now, "")]
    source = Source(provider="sendgrid", block_list=LISTS[0], at=told.ledger.now)
    told.post(left)
    with told.ledger.database.write() as connection:
        block_lists.heed(connection, told.ledger.keyring, source, listed)
    for number in (0, 1):
        told.post(told.event("group_resubscribe", number, mark, asm_group_id=4, timestamp=200))
    assert told.suppressed() == {(0, PROVIDER_SAYS_NO, ""), (1, PROVIDER_SAYS_NO, "")}


@pytest.mark.parametrize("kind", ["spamreport", "bounce"])
def test_complaint_about_a_confirmation_suppresses_whoever_is_no_contact(told: Told, kind: str) -> None:
    told.post(told.event(kind, 50, "A" * 20, type="bounce"))
    told.ledger.join([50], "nouveaux")
    assert {number for number, _, _ in told.suppressed()} == {50}


def test_report_of_what_was_said_before_a_newer_yes_suppresses_nobody(told: Told) -> None:
    mark, said = _sent(told), int(told.ledger.now.timestamp())
    told.ledger.now += dt.timedelta(hours=2)
    with told.ledger.database.write() as connection:
        proof = Proof(source="form")
        opting_in.opt_in(connection, told.ledger.key(0), list_id=1, at=told.ledger.now, proof=proof)
    told.post(told.event("group_unsubscribe", 0, mark, asm_group_id=4, timestamp=said))
    assert (0, PROVIDER_SAYS_NO, "adherents") not in told.suppressed()
    assert (0, PROVIDER_SAYS_NO, "") not in told.suppressed()


def test_letter_that_is_dropped_for_an_old_no_takes_nothing_back_from_who_opted_in_since(told: Told) -> None:
    mark, key = _sent(told), told.ledger.key(0)
    told.post(told.event("group_unsubscribe", 0, mark, asm_group_id=4))
    assert told.suppressed() == {(0, PROVIDER_SAYS_NO, "")}
    told.ledger.now += dt.timedelta(days=10)
    with told.ledger.database.write() as connection:
        opting_in.opt_in(connection, key, list_id=1, at=told.ledger.now, proof=Proof(source="form"))
        connection.exec_driver_sql("DELETE FROM let_back")
    told.ledger.now += dt.timedelta(hours=1)
    at = int(told.ledger.now.timestamp())
    told.post(told.event("dropped", 0, mark, reason="Unsubscribed Address", timestamp=at))
    assert told.suppressed() == {(0, PROVIDER_SAYS_NO, "(lists made later)")}
    with told.ledger.database.read() as connection:
        said = consents.latest(connection, key, 1, Purpose.LETTER)
    assert said
    assert (said.state, said.proof.source) == (State.GIVEN, "form")
    waiting = told.ledger.rows("SELECT key, cause FROM let_back")
    assert [(row["key"], row["cause"]) for row in waiting] == [(key, PROVIDER_SAYS_NO)], "the provider is told of it"


def test_notice_that_cannot_be_applied_keeps_no_other_from_its_effect(told: Told) -> None:
    with told.ledger.database.write() as connection:
        notices.store(connection, "sendgrid", b"no list of events", at=told.ledger.now)
    told.post(told.event("spamreport", 0, ""))
    assert told.suppressed() == {(0, "complained", "")}
    with pytest.raises(NoticeError, match="Notice 1 cannot be applied"):
        told.feedback.apply()


def test_notice_may_hold_more_events_than_sqlite_takes_values(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "_AT_ONCE", 2)
    told.post(*(told.event("spamreport", number, "") for number in range(5)))
    assert len(told.suppressed()) == 5

"""Whoever the provider no longer mails is suppressed here, once and by the right cause, however its lists change."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Generator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apes_mailer.campaign import syncing
from apes_mailer.campaign.syncing import Desk, Synced
from apes_mailer.contacts import opting_in, provider_tasks, suppressions
from apes_mailer.contacts.consents import Proof
from apes_mailer.contacts.suppressions import ALL_LISTS, Suppression
from apes_mailer.errors import AccountError, AccountRefusedError
from apes_mailer.model.suppression import Cause
from apes_mailer.providers.sendgrid import SendGrid, block_lists
from apes_mailer.store.database import Database
from tests.support import faults
from tests.support.faults import Fault, FaultList
from tests.support.http_wire import Reply
from tests.support.ledgers import NOW, Ledger, address
from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.sendgrid_desk import SCOPES
from tests.support.told_provider import ToldProvider

HOUR = 3600
THEN = int(NOW.timestamp()) - 100 * 24 * HOUR


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger, None, None]:
    """A store with five contacts."""
    made = Ledger.create(tmp_path, contacts=5)
    yield made
    made.database.close()


@pytest.fixture
def server() -> Generator[LocalSendGrid, None, None]:
    """A SendGrid with the store's clock."""
    with LocalSendGrid(clock=NOW.timestamp) as running:
        yield running


def _sync(
    ledger: Ledger,
    server: LocalSendGrid,
    *,
    group: int = 0,
    whole: bool = False,
    seconds: float = 60,
    key: str = API_KEY,
) -> Synced:
    provider = SendGrid(
        api_key=key,
        base_url=server.base_url,
        timeout=5.0,
        nonce=ledger.keyring.substitution_nonce,
        asm_group=group,
    )
    desk = Desk(database=ledger.database, keyring=ledger.keyring, clock=lambda: ledger.now)
    synced = syncing.sync(desk, provider, seconds=seconds, whole=whole)
    assert synced is not None
    return synced


def _held(ledger: Ledger, number: int) -> list[Suppression]:
    with ledger.database.read() as connection:
        return suppressions.holding(connection, ledger.key(number), at=NOW)


def _new(synced: Synced) -> dict[str, int]:
    return {each.list: each.new for each in synced.lists if each.new}


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("unsubscribes", "unsubscribed at the provider"),
        ("spam_reports", "complained"),
        ("bounces", "bounced"),
        ("invalid_emails", "invalid"),
    ],
)
def test_each_list_is_a_cause_for_all_lists_with_time_and_evidence(
    ledger: Ledger, server: LocalSendGrid, name: str, cause: str
) -> None:
    server.desk.lists.put(name, address(1).upper(), THEN, "550 no such user <personne1@exemple.example>", "5.1.1")
    synced = _sync(ledger, server)
    assert (synced.new, _new(synced), synced.troubles) == (1, {name: 1}, [])
    (held,) = _held(ledger, 1)
    said = "5.1.1 550 no such user <(address)>" if name in {"bounces", "invalid_emails"} else ""
    at = dt.datetime.fromtimestamp(THEN, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    assert held == Suppression(
        address="", list_name="", cause=held.cause, at=at, until="", source=f"sendgrid, {name}", evidence=said
    )
    assert held.cause == cause


def test_those_turned_away_for_the_moment_are_counted_and_mailed_on(ledger: Ledger, server: LocalSendGrid) -> None:
    server.desk.lists.put("blocks", address(1), THEN, "mailbox full", "4.2.2")
    synced = _sync(ledger, server)
    assert (synced.new, _new(synced)) == (0, {"blocks": 1})
    assert _held(ledger, 1) == []


def test_who_left_the_group_of_our_letters_counts_and_other_groups_do_not(
    ledger: Ledger, server: LocalSendGrid
) -> None:
    server.desk.lists.groups = {7: [address(1)], 8: [address(2)]}
    assert _sync(ledger, server).new == 0
    assert _new(_sync(ledger, server, group=7)) == {"unsubscribe group": 1}
    assert [held.cause for held in _held(ledger, 1)] == ["unsubscribed at the provider"]
    assert _held(ledger, 2) == []


def test_who_comes_back_to_the_group_and_leaves_again_counts_again(ledger: Ledger, server: LocalSendGrid) -> None:
    server.desk.lists.groups = {7: [address(1)]}
    _sync(ledger, server, group=7)
    _let_back(ledger, 1)
    ledger.now += dt.timedelta(hours=1)
    assert _sync(ledger, server, group=7).new == 0  # the same entry as before
    server.desk.lists.groups = {7: []}
    ledger.now += dt.timedelta(hours=1)
    _sync(ledger, server, group=7)
    server.desk.lists.groups = {7: [address(1)]}
    ledger.now += dt.timedelta(hours=1)
    assert _sync(ledger, server, group=7).new == 1


def _let_back(ledger: Ledger, number: int) -> None:
    with ledger.database.write() as connection:
        suppressions.remove(connection, ledger.key(number), list_id=ALL_LISTS)


def test_who_leaves_the_group_again_at_once_after_having_been_taken_off_it_counts(
    ledger: Ledger, server: LocalSendGrid
) -> None:
    ledger.prepare(provider="sendgrid")
    server.desk.lists.groups = {7: [address(1)]}
    _sync(ledger, server, group=7)
    with ledger.database.write() as connection:
        opting_in.opt_in(connection, ledger.key(1), list_id=1, at=NOW, proof=Proof(source="form"))
    assert _sync(ledger, server, group=7).let_back == 1
    server.desk.lists.groups = {7: [address(1)]}  # before anybody has seen the group without her
    ledger.now += dt.timedelta(hours=1)
    assert _sync(ledger, server, group=7).new == 1
    assert ("", "unsubscribed at the provider") in {(held.list_name, held.cause) for held in _held(ledger, 1)}
    assert server.desk.lists.groups == {7: [address(1)]}


def test_group_of_very_many_keeps_no_other_program_waiting_for_all_of_them(
    ledger: Ledger, server: LocalSendGrid
) -> None:
    server.desk.lists.groups = {7: [f"membre{number}@exemple.example" for number in range(1_201)]}
    heeded, counted = [0], ledger.database.on_commit

    def count(connection: sa.Connection) -> Callable[[], None]:
        heeded.append(int(connection.exec_driver_sql("SELECT count(*) FROM suppression").scalar_one()))
        return counted(connection)

    ledger.database.on_commit = count
    assert _sync(ledger, server, group=7).new == 1_201
    assert max(after - before for before, after in pairwise(heeded)) <= 500


def test_entry_is_heeded_once_and_a_newer_one_again(ledger: Ledger, server: LocalSendGrid) -> None:
    server.desk.lists.put("bounces", address(1), THEN)
    assert _sync(ledger, server).new == 1
    assert _sync(ledger, server, whole=True).new == 0
    _let_back(ledger, 1)
    assert _sync(ledger, server, whole=True).new == 0
    assert _held(ledger, 1) == []
    server.desk.lists.put("bounces", address(1), NOW.timestamp() - HOUR)
    assert _sync(ledger, server).new == 1


def test_suppression_outlives_the_entry_it_came_from(ledger: Ledger, server: LocalSendGrid) -> None:
    server.desk.lists.put("bounces", address(1), THEN)
    _sync(ledger, server)
    server.desk.lists.take_off("bounces", address(1))
    _sync(ledger, server, whole=True)
    assert [held.cause for held in _held(ledger, 1)] == ["bounced"]


def test_address_that_is_not_known_here_is_suppressed_and_stays_unknown(ledger: Ledger, server: LocalSendGrid) -> None:
    server.desk.lists.put("spam_reports", "inconnue@exemple.example", THEN)
    server.desk.lists.put("invalid_emails", "no address at all", THEN)
    assert _sync(ledger, server).new == 1
    assert ledger.rows("SELECT count(*) AS n FROM contact")[0]["n"] == 5
    stored = ledger.database.path.read_bytes() + Path(f"{ledger.database.path}-wal").read_bytes()
    assert b"inconnue" not in stored
    with ledger.database.read() as connection:
        key = ledger.keyring.contact_key("inconnue@exemple.example")
        assert suppressions.holding(connection, key, at=NOW)


def test_lists_are_read_from_where_they_were_read_to_with_a_day_to_spare(ledger: Ledger, server: LocalSendGrid) -> None:
    server.desk.lists.put("bounces", address(1), THEN)
    first = _sync(ledger, server)
    assert [each.read for each in first.lists if each.list == "bounces"] == [1]
    server.desk.lists.put("bounces", address(2), NOW.timestamp() - 23 * HOUR)  # was there, and not shown yet
    again = _sync(ledger, server)
    assert [(each.read, each.new) for each in again.lists if each.list == "bounces"] == [(1, 1)]
    start = int(NOW.timestamp()) - 24 * HOUR
    assert f"GET /v3/suppression/bounces?limit=500&offset=0&start_time={start}" in server.desk.asked


def test_another_account_is_read_from_the_beginning(ledger: Ledger, server: LocalSendGrid) -> None:
    _sync(ledger, server)
    with LocalSendGrid(clock=NOW.timestamp, api_key="SG.another-test-key") as other:
        other.desk.lists.put("bounces", address(1), THEN)
        assert _sync(ledger, other, key="SG.another-test-key").new == 1


def _fill(server: LocalSendGrid, count: int) -> None:
    for number in range(count):
        server.desk.lists.put("bounces", f"p{number}@exemple.example", THEN + number)


@pytest.mark.parametrize("count", [499, 500, 501, 1300])
def test_long_list_is_read_page_by_page_to_its_end(ledger: Ledger, server: LocalSendGrid, count: int) -> None:
    _fill(server, count)
    assert _new(_sync(ledger, server)) == {"bounces": count}
    assert _suppressed(ledger) == count


def _suppressed(ledger: Ledger) -> int:
    return int(ledger.rows("SELECT count(*) AS n FROM suppression")[0]["n"])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 44)), max_size=12))
def test_no_entry_that_stays_is_missed_however_the_list_changes_while_it_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    changes: Sequence[tuple[int, bool, int]],
) -> None:
    monkeypatch.setattr(block_lists, "ENTRIES", 10)
    ledger = Ledger.create(tmp_path_factory.mktemp("store"), contacts=0)
    with LocalSendGrid(clock=NOW.timestamp) as server:
        _fill(server, 45)
        server.desk.plan = Meddling(server, changes)
        synced = _sync(ledger, server)
        stayed = {entry.email for entry in server.desk.lists.lists["bounces"] if (entry.created or 0) < NOW.timestamp()}
    keys = {row["key"] for row in ledger.rows("SELECT key FROM suppression")}
    ledger.database.close()
    missed = {email for email in stayed if ledger.keyring.contact_key(email) not in keys}
    assert not missed or "changes faster than it can be read" in str(synced.troubles[0])


class Meddling:
    """A plan without faults; as the n-th request arrives, numbered entries are taken off a list, or new ones put."""

    def __init__(self, server: LocalSendGrid, changes: Sequence[tuple[int, bool, int]]) -> None:
        self._lists, self._changes = server.desk.lists, changes

    def fault_for(self, seq: int) -> Fault:
        """No fault."""
        for at, takes_off, number in self._changes:
            if at == seq and takes_off:
                self._lists.take_off("bounces", f"p{number}@exemple.example")
            elif at == seq:
                self._lists.put("bounces", f"later{number}@exemple.example", NOW.timestamp())
        return faults.OK


@pytest.mark.parametrize(
    "fault",
    [faults.SERVER_ERROR, faults.ACCEPT_THEN_RESET, faults.SHORT_BODY, faults.REDIRECT, faults.STRAY_200],
    ids=str,
)
def test_list_that_was_not_read_to_its_end_is_read_again_next_time(
    ledger: Ledger, server: LocalSendGrid, fault: Fault
) -> None:
    _fill(server, 1300)
    # Requests 1 and 2 are for the two lists before; 3 and 4 for the first pages of this one.
    server.desk.plan = FaultList([faults.OK, faults.OK, faults.OK, fault])
    broken = _sync(ledger, server)
    assert [type(error) for error in broken.troubles] == [AccountError]
    assert _suppressed(ledger) == 500
    assert [each.list for each in broken.lists] == ["unsubscribes", "spam_reports"]
    server.desk.plan = None
    assert _new(_sync(ledger, server)) == {"bounces": 800}
    assert server.decoy_calls == []


def test_key_with_the_right_to_some_lists_reads_those_and_is_told_which_right_it_lacks(
    ledger: Ledger, server: LocalSendGrid
) -> None:
    server.desk.lists.put("bounces", address(1), THEN)
    server.desk.scopes = ["suppression.bounces.read"]
    synced = _sync(ledger, server)
    assert synced.new == 1
    assert all(isinstance(error, AccountRefusedError) for error in synced.troubles)
    assert "its list spam_reports: the key has no right to it (403)" in synced.troubles[1].message
    assert "Suppressions: Read Access (suppression.spam_reports.read)" in synced.troubles[1].hint


def test_busy_account_is_asked_again_while_there_is_time(ledger: Ledger, server: LocalSendGrid) -> None:
    server.desk.lists.put("unsubscribes", address(1), THEN)
    server.desk.plan = FaultList([faults.rate_limited(0), faults.rate_limited(0)])
    assert _sync(ledger, server).new == 1
    server.desk.plan = FaultList([], then=faults.rate_limited(30))
    impatient = _sync(ledger, server, seconds=2)
    assert "asks to slow down (429)" in impatient.troubles[0].message


def test_entry_that_does_not_tell_since_when_counts_once_and_keeps_no_list_from_being_read(
    ledger: Ledger, server: LocalSendGrid
) -> None:
    server.desk.lists.put("unsubscribes", address(1), None)
    server.desk.lists.put("spam_reports", address(2), THEN)
    synced = _sync(ledger, server)
    assert (_new(synced), synced.troubles) == ({"unsubscribes": 1, "spam_reports": 1}, [])
    _let_back(ledger, 1)
    assert _sync(ledger, server, whole=True).new == 0


def test_answer_that_cannot_be_read_keeps_no_other_list_from_being_read(ledger: Ledger, server: LocalSendGrid) -> None:
    server.desk.lists.put("spam_reports", address(2), THEN)
    odd = Fault(name="another form", accepts=False, reply=Reply(status=200, body=b"{}"))
    server.desk.plan = FaultList([odd])
    synced = _sync(ledger, server)
    assert _new(synced) == {"spam_reports": 1}
    assert len(synced.troubles) == 1


def test_list_is_read_to_its_end_though_the_provider_shows_fewer_at_a_time(
    ledger: Ledger, server: LocalSendGrid
) -> None:
    server.desk.lists.most_entries = 100
    _fill(server, 350)
    assert _new(_sync(ledger, server)) == {"bounces": 350}


def test_who_came_back_here_is_taken_off_the_lists_there(ledger: Ledger, server: LocalSendGrid) -> None:
    server.desk.lists.put("unsubscribes", address(1), THEN)
    server.desk.lists.groups = {7: [address(1), address(2)]}
    ledger.prepare(provider="sendgrid")
    _sync(ledger, server, group=7)
    with ledger.database.write() as connection:
        opting_in.opt_in(connection, ledger.key(1), list_id=1, at=NOW, proof=Proof(source="form"))
    synced = _sync(ledger, server, group=7)
    assert (synced.let_back, synced.troubles) == (1, [])
    assert server.desk.lists.lists["unsubscribes"] == []
    assert server.desk.lists.groups == {7: [address(2)]}
    assert _sync(ledger, server, group=7).let_back == 0


@pytest.mark.parametrize(
    ("name", "cause"), [("bounces", "bounced"), ("invalid_emails", "invalid"), ("spam_reports", "complained")]
)
def test_whom_a_person_lets_back_is_taken_off_the_list_with_that_cause(
    ledger: Ledger, server: LocalSendGrid, name: str, cause: str
) -> None:
    for each in ("unsubscribes", name):
        server.desk.lists.put(each, address(1), THEN)
    ledger.prepare(provider="sendgrid")
    _sync(ledger, server)
    with ledger.database.write() as connection:
        opting_in.let_back(
            connection, ledger.key(1), list_id=ALL_LISTS, cause=Cause(cause), because="asked by phone", at=NOW
        )
    assert _sync(ledger, server).let_back == 1
    assert [len(server.desk.lists.lists[each]) for each in ("unsubscribes", name)] == [1, 0]


def test_who_came_back_and_has_left_there_again_is_not_taken_off_the_list(
    ledger: Ledger, server: LocalSendGrid
) -> None:
    server.desk.lists.put("unsubscribes", address(1), THEN)
    ledger.prepare(provider="sendgrid")
    _sync(ledger, server)
    with ledger.database.write() as connection:
        opting_in.opt_in(connection, ledger.key(1), list_id=1, at=NOW, proof=Proof(source="form"))
    server.desk.lists.lists["unsubscribes"] = []
    server.desk.lists.put("unsubscribes", address(1), NOW.timestamp() + HOUR)
    ledger.now += dt.timedelta(hours=2)
    assert _sync(ledger, server, whole=True).let_back == 0
    assert len(server.desk.lists.lists["unsubscribes"]) == 1
    assert {held.cause for held in _held(ledger, 1)} == {"unsubscribed at the provider"}


def test_nobody_is_taken_off_a_list_that_could_not_be_read_before(ledger: Ledger, server: LocalSendGrid) -> None:
    server.desk.lists.put("unsubscribes", address(1), THEN)
    ledger.prepare(provider="sendgrid")
    _sync(ledger, server)
    with ledger.database.write() as connection:
        opting_in.opt_in(connection, ledger.key(1), list_id=1, at=NOW, proof=Proof(source="form"))
    odd = Fault(name="another form", accepts=False, reply=Reply(status=200, body=b"{}"))
    server.desk.plan = FaultList([*[faults.OK] * len(server.desk.asked), odd])
    synced = _sync(ledger, server)
    assert (synced.let_back, len(synced.troubles)) == (0, 1)
    assert len(server.desk.lists.lists["unsubscribes"]) == 1
    assert _sync(ledger, server).let_back == 1


def test_without_the_right_to_it_who_came_back_waits_and_the_right_is_named(
    ledger: Ledger, server: LocalSendGrid
) -> None:
    ledger.prepare(provider="sendgrid")
    server.desk.lists.put("unsubscribes", address(1), THEN)
    _sync(ledger, server)
    with ledger.database.write() as connection:
        opting_in.opt_in(connection, ledger.key(1), list_id=1, at=NOW, proof=Proof(source="form"))
    _queue(ledger, "a@exemple.example")
    server.desk.scopes = [each for each in SCOPES if not each.endswith(".delete")]
    synced = _sync(ledger, server)
    assert (synced.let_back, synced.erased) == (0, 1)
    assert "asm.suppressions.global.delete" in synced.troubles[0].hint
    server.desk.scopes = SCOPES
    assert _sync(ledger, server).let_back == 1


def test_provider_that_keeps_no_lists_is_not_asked(ledger: Ledger) -> None:
    desk = Desk(database=ledger.database, keyring=ledger.keyring, clock=lambda: NOW)
    assert syncing.sync(desk, ToldProvider(), seconds=60) is None


def _queue(ledger: Ledger, *addresses: str) -> list[str]:
    with ledger.database.write() as connection:
        found = [provider_tasks.queue_erasure(connection, each, at=NOW) for each in addresses]
    return found[-1]


def test_who_was_forgotten_here_is_erased_at_every_provider_that_carried_letters(
    ledger: Ledger, server: LocalSendGrid
) -> None:
    assert _queue(ledger, "a@exemple.example") == []
    ledger.prepare(provider="sendgrid")
    ledger.prepare("2027-04", provider="outbox")
    assert _queue(ledger, "a@exemple.example", "b@exemple.example", "a@exemple.example") == ["sendgrid"]
    synced = _sync(ledger, server)
    assert server.desk.lists.erased == [["a@exemple.example", "b@exemple.example"]]
    assert (synced.erased, synced.jobs) == (2, ["12a975bd-c742-4713-8f47-000000000001"])
    rows = ledger.rows("SELECT address, done_at, reference FROM provider_task")
    assert [(row["address"], row["reference"]) for row in rows] == [(None, synced.jobs[0])] * 2
    assert _sync(ledger, server).erased == 0


@pytest.mark.parametrize("fault", [faults.SERVER_ERROR, faults.ACCEPT_THEN_RESET, faults.KEY_REVOKED], ids=str)
def test_erasure_waits_until_the_provider_has_taken_the_order(
    ledger: Ledger, server: LocalSendGrid, fault: Fault
) -> None:
    ledger.prepare(provider="sendgrid")
    _queue(ledger, "a@exemple.example")
    server.desk.plan = FaultList([faults.OK] * 5 + [fault])
    assert len(_sync(ledger, server).troubles) == 1
    with ledger.database.read() as connection:
        waiting = provider_tasks.waiting(connection, "sendgrid", most=10)
    assert [task.address for task in waiting] == ["a@exemple.example"]
    assert _sync(ledger, server).erased == 1


def test_address_that_the_provider_calls_none_keeps_nobody_else_waiting(ledger: Ledger, server: LocalSendGrid) -> None:
    ledger.prepare(provider="sendgrid")
    _queue(ledger, "a@exemple.example", "b@exemple.example", "c@exemple.example")
    server.desk.lists.no_address = {"b@exemple.example"}
    assert _sync(ledger, server).erased == 3
    assert server.desk.lists.erased == [["a@exemple.example", "c@exemple.example"]]


@pytest.mark.parametrize("refusal", ['invalid email address: "{}".', "<{}>, is none", "{}"])
def test_address_is_found_in_a_refusal_however_it_is_worded(
    ledger: Ledger, server: LocalSendGrid, refusal: str
) -> None:
    ledger.prepare(provider="sendgrid")
    _queue(ledger, "a@exemple.example", "b@exemple.example")
    server.desk.lists.no_address, server.desk.lists.refusal = {"b@exemple.example"}, refusal
    synced = _sync(ledger, server)
    assert (synced.erased, synced.troubles) == (2, [])
    assert server.desk.lists.erased == [["a@exemple.example"]]


def test_refusal_that_names_nobody_keeps_nobody_else_waiting(ledger: Ledger, server: LocalSendGrid) -> None:
    ledger.prepare(provider="sendgrid")
    known = [f"p{number}@exemple.example" for number in range(50)]
    _queue(ledger, *known)
    server.desk.lists.no_address, server.desk.lists.refusal = {known[17]}, "bad request"
    synced = _sync(ledger, server)
    assert (synced.erased, len(synced.troubles)) == (49, 1)
    assert sorted(each for job in server.desk.lists.erased for each in job) == sorted({*known} - {known[17]})
    server.desk.lists.no_address = set()
    assert _sync(ledger, server).erased == 1


def test_account_that_refuses_every_order_is_left_alone_after_a_while(ledger: Ledger, server: LocalSendGrid) -> None:
    ledger.prepare(provider="sendgrid")
    known = [f"p{number}@exemple.example" for number in range(200)]
    _queue(ledger, *known)
    server.desk.lists.no_address, server.desk.lists.refusal = {*known}, "bad request"
    assert _sync(ledger, server).erased == 0
    assert len([each for each in server.desk.asked if each.endswith("erasejob")]) < 50


def test_once_the_order_is_taken_nothing_of_the_address_is_left_even_while_others_read(
    ledger: Ledger, server: LocalSendGrid
) -> None:
    ledger.prepare(provider="sendgrid")
    address_there = "quasimodo@exemple.example"
    serving = Database(str(ledger.database.path), base=ledger.database.path.parent)  # keeps the log alive
    _queue(ledger, address_there)
    with serving.read() as connection:
        assert len(provider_tasks.waiting(connection, "sendgrid", most=9)) == 1
    _sync(ledger, server)
    log = Path(f"{ledger.database.path}-wal")
    stored = ledger.database.path.read_bytes() + (log.read_bytes() if log.exists() else b"")
    serving.close()
    assert base64.b64encode(address_there.encode()) not in stored


def test_nothing_is_kept_of_who_was_erased_though_the_provider_lists_the_address(
    ledger: Ledger, server: LocalSendGrid
) -> None:
    server.desk.lists.put("bounces", address(1), THEN)
    with ledger.database.write() as connection:
        suppressions.add(connection, ledger.key(1), list_id=ALL_LISTS, cause=Cause.ERASED, at=NOW)
    assert _sync(ledger, server).new == 0
    assert ledger.rows("SELECT * FROM block_list_entry") == []


def test_orders_to_erase_keep_to_the_provider_s_size(ledger: Ledger, server: LocalSendGrid) -> None:
    ledger.prepare(provider="sendgrid")
    _queue(ledger, *(f"{number:04}{'x' * 60}@{'y' * 60}.{'z' * 60}.{'v' * 55}.example" for number in range(1000)))
    assert _sync(ledger, server).erased == 1000
    assert [len(job) for job in server.desk.lists.erased] == [900, 100]

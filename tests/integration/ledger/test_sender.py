"""The send loop on a real ledger, with a provider that says what it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from apes_mailer.campaign import pace, send
from apes_mailer.campaign.send import Progress, Records, Sender, Surroundings
from apes_mailer.errors import LedgerError
from apes_mailer.ledger.states import BatchState, CampaignState
from apes_mailer.ledger.status import Refusal
from apes_mailer.model.batch import Batch
from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown
from apes_mailer.providers.base import Payload
from apes_mailer.store.database import BusyError, Database, DiskFullError
from tests.support.ledgers import NAME, NOW, Ledger, address
from tests.support.told_provider import ToldProvider

PENDING, SUBMITTED, UNKNOWN = BatchState.PENDING, BatchState.SUBMITTED, BatchState.UNKNOWN
AGAIN = NotAccepted(cause="429", retry_after=0.0)


class Troubled(Database):
    """A database whose next write transactions fail: as many as ``times``."""

    times = 0
    error: LedgerError = DiskFullError("The disk is full.", hint="Make room, then try again; nothing was lost.")

    @contextmanager
    def write(self) -> Generator[sa.Connection, None, None]:
        if self.times > 0:
            self.times -= 1
            raise self.error
        with super().write() as connection:
            yield connection


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_FIRST_WAIT", 0.0)
    monkeypatch.setattr(send, "_RECORD_AGAIN_SECONDS", 0.01)


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger, None, None]:
    """A prepared campaign of three batches: two, two and one."""
    made = Ledger.create(tmp_path, contacts=5)
    made.prepare()
    yield made
    made.database.close()


@pytest.fixture
def troubled(ledger: Ledger) -> Generator[Troubled, None, None]:
    """The same ledger, with a database that may fail."""
    database = Troubled("mailer.db", base=ledger.database.path.parent)
    yield database
    database.close()


def _sender(
    ledger: Ledger,
    provider: ToldProvider,
    *,
    name: str = NAME,
    in_flight: int = 1,
    max_per_second: int = 0,
    database: Database | None = None,
    progress: list[Progress] | None = None,
    clock: Callable[[], dt.datetime] = lambda: NOW,
) -> Sender:
    records = Records(database=database or ledger.database, instance=ledger.instance, clock=clock)
    around = Surroundings(
        records=records, provider=provider, keyring=ledger.keyring, in_flight=in_flight, max_per_second=max_per_second
    )
    return Sender(around, ledger.ids[name], "sender", (progress if progress is not None else list[Progress]()).append)


@pytest.mark.parametrize("in_flight", [1, 3, 8])
def test_everybody_is_submitted_once(ledger: Ledger, in_flight: int) -> None:
    provider = ToldProvider()
    progress: list[Progress] = []
    _sender(ledger, provider, in_flight=in_flight, progress=progress).run()
    assert sorted(who for addresses in provider.addresses for who in addresses) == [address(n) for n in range(5)]
    assert ledger.status().state is CampaignState.FINISHED
    assert sorted((each.batch_no, each.recipients) for each in progress) == [(1, 2), (2, 2), (3, 1)]
    assert len({batch.attempt for batch in provider.batches}) == 3


def test_claim_is_committed_and_counted_before_the_request_leaves(ledger: Ledger) -> None:
    seen: list[tuple[list[str], int]] = []

    def look(_batch: Batch) -> None:
        mark = ledger.database.path.with_name("mailer.db-mark").read_text(encoding="utf-8")
        seen.append((ledger.attempt_states(), int(mark.split()[0])))

    _sender(ledger, ToldProvider(during=look)).run()
    assert seen == [
        (["submitting"], 1),
        (["submitted", "submitting"], 2),
        (["submitted", "submitted", "submitting"], 3),
    ]


@pytest.mark.parametrize("in_flight", [1, 2, 8])
def test_batches_that_come_back_are_sent_before_the_work_is_done(ledger: Ledger, in_flight: int) -> None:
    provider = ToldProvider([AGAIN] * 7)
    _sender(ledger, provider, in_flight=in_flight).run()
    assert ledger.status().state is CampaignState.FINISHED
    assert len(provider.batches) == 10


def test_refused_recipients_are_left_out_of_the_next_request(ledger: Ledger) -> None:
    provider = ToldProvider([Refused(reasons={0: "no such mailbox"})])
    _sender(ledger, provider).run()
    assert provider.addresses[:2] == [[address(0), address(1)], [address(1)]]
    status = ledger.status()
    assert (status.state, status.submitted, status.refused) == (CampaignState.FINISHED, 4, 1)


class RefusesAll(ToldProvider):
    """Names every recipient of every request."""

    def submit(self, payload: Payload) -> Submission:
        super().submit(payload)
        return Refused(reasons=dict.fromkeys(range(payload.size), "no"))


class RefusesTheFirst(ToldProvider):
    """Names the first recipient of every request, whoever it is: a fault of the letter that is told of a person."""

    def submit(self, payload: Payload) -> Submission:
        super().submit(payload)
        return Refused(reasons={0: "substitutions are not valid"})


def test_provider_that_refuses_somebody_in_every_request_does_not_drain_the_list(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path, contacts=60)
    ledger.prepare(batch_size=30)
    provider = RefusesTheFirst()
    _sender(ledger, provider).run()
    status = ledger.status()
    assert (status.state, status.refused, status.pending) == (CampaignState.PAUSED, 20, 40)
    assert "accepts nobody (substitutions are not valid)" in status.cause
    assert len(provider.batches) == 20
    ledger.database.close()


def test_campaign_whose_every_recipient_is_refused_is_never_finished(ledger: Ledger) -> None:
    _sender(ledger, RefusesAll()).run()
    status = ledger.status()
    assert (status.state, status.refused) == (CampaignState.PAUSED, 5)
    assert "refused every recipient" in status.cause


def test_those_refused_are_named_with_the_reason(ledger: Ledger) -> None:
    _sender(ledger, ToldProvider([Submitted(), Refused(reasons={1: "no such mailbox"})])).run()
    assert ledger.status().refusals == [Refusal(address=address(3), batch=2, reason="no such mailbox")]


def test_answer_that_says_stop_pauses_with_cause_and_cure(ledger: Ledger) -> None:
    provider = ToldProvider([NotAccepted(cause="401", cure="Check the key.", stop=True, credentials=True)])
    sender = _sender(ledger, provider)
    sender.run()
    status = ledger.status()
    assert (status.state, status.cause, status.cure) == (CampaignState.PAUSED, "401", "Check the key.")
    assert (len(provider.batches), sender.refused_credentials) == (1, True)


def test_three_doubts_in_a_row_pause_and_bound_the_doubt(ledger: Ledger) -> None:
    ledger.prepare("long", batch_size=1)
    _sender(ledger, ToldProvider(then=Unknown(cause="503")), name="long").run()
    status = ledger.status("long")
    assert (status.state, status.unknown, status.pending) == (CampaignState.PAUSED, 3, 2)
    assert "in doubt" in status.cause


def test_pause_by_another_program_stops_the_claims(ledger: Ledger) -> None:
    def pause(_batch: Batch) -> None:
        ledger.pause()

    _sender(ledger, ToldProvider(during=pause)).run()
    status = ledger.status()
    assert (status.state, status.submitted, status.pending) == (CampaignState.PAUSED, 2, 3)


def test_stop_finishes_what_is_on_its_way(ledger: Ledger) -> None:
    provider = ToldProvider()
    sender = _sender(ledger, provider)

    def stop(_batch: Batch) -> None:
        sender.stop()

    provider.during = stop
    sender.run()
    assert ledger.batch_states() == [SUBMITTED, PENDING, PENDING]
    assert sender.stopped_by_person


def test_opt_out_during_a_request_counts_for_the_next_one(ledger: Ledger) -> None:
    def opt_out(_batch: Batch) -> None:
        ledger.suppress(3)

    provider = ToldProvider(during=opt_out)
    _sender(ledger, provider).run()
    assert provider.addresses == [[address(0), address(1)], [address(2)], [address(4)]]


@pytest.mark.parametrize("error", [Troubled.error, BusyError("It is in use.", hint="Close the other program.")])
def test_trouble_before_a_claim_submits_nothing_more_and_says_how_to_go_on(
    ledger: Ledger, troubled: Troubled, error: LedgerError
) -> None:
    troubled.error, troubled.times = error, 1
    provider = ToldProvider()
    with pytest.raises(type(error), match=error.message) as caught:
        _sender(ledger, provider, database=troubled).run()
    assert caught.value.hint == f"{error.hint} Continue with: apes-mailer resume {NAME}"
    assert provider.batches == []
    assert ledger.batch_states() == [PENDING] * 3
    _sender(ledger, provider).run()
    assert ledger.status().submitted == 5


def test_outcome_waits_for_room_and_the_command_ends_with_the_cause(ledger: Ledger, troubled: Troubled) -> None:
    def fill(_batch: Batch) -> None:
        troubled.times = 4

    with pytest.raises(DiskFullError, match="disk is full") as caught:
        _sender(ledger, ToldProvider(during=fill), database=troubled).run()
    assert "apes-mailer resume" in caught.value.hint
    assert ledger.batch_states() == [SUBMITTED, PENDING, PENDING]


def test_trouble_with_the_last_outcome_that_passed_is_no_failure(ledger: Ledger, troubled: Troubled) -> None:
    ledger.prepare("short", batch_size=5)

    def fill(_batch: Batch) -> None:
        troubled.times = 4

    _sender(ledger, ToldProvider(during=fill), name="short", database=troubled).run()
    assert ledger.status("short").state is CampaignState.FINISHED


@pytest.mark.parametrize(
    ("answer", "known"),
    [(Submitted(), "Batch 1 was accepted by local, and this is not recorded"), (AGAIN, "What became of batch 1")],
)
def test_outcome_that_cannot_be_recorded_is_told_and_the_batch_is_in_doubt(
    ledger: Ledger, troubled: Troubled, monkeypatch: pytest.MonkeyPatch, answer: Submission, known: str
) -> None:
    monkeypatch.setattr(send, "_RECORD_FOR_SECONDS", 0.05)

    def fill(_batch: Batch) -> None:
        troubled.times = 1_000_000

    with pytest.raises(LedgerError, match=known):
        _sender(ledger, ToldProvider([answer], during=fill), database=troubled).run()
    assert ledger.batch_states() == [UNKNOWN, PENDING, PENDING]
    ledger.sweep()
    provider = ToldProvider()
    _sender(ledger, provider).run()
    assert provider.addresses == [[address(2), address(3)], [address(4)]]


def test_fault_of_a_provider_leaves_its_batch_in_doubt(ledger: Ledger) -> None:
    def fail(_batch: Batch) -> None:
        raise ZeroDivisionError

    provider = ToldProvider(during=fail)
    with pytest.raises(ZeroDivisionError):
        _sender(ledger, provider).run()
    assert len(provider.batches) == 1
    assert ledger.batch_states() == [UNKNOWN, PENDING, PENDING]


def test_end_of_one_campaign_leaves_the_room_that_another_keeps_on_the_disk(ledger: Ledger) -> None:
    ledger.prepare("other")
    kept: list[int] = []

    def end_the_other(_batch: Batch) -> None:
        if not kept:
            _sender(ledger, ToldProvider(), name="other").run()
        kept.append(len(list(ledger.database.path.parent.glob("mailer.db-reserve*"))))

    _sender(ledger, ToldProvider(during=end_the_other)).run()
    assert kept == [1, 1, 1]
    assert not list(ledger.database.path.parent.glob("mailer.db-reserve*"))


def test_senders_of_two_campaigns_at_once_keep_each_other_in_the_marks(ledger: Ledger) -> None:
    ledger.prepare("second")
    second = _sender(ledger, ToldProvider(), name="second")
    first = _sender(ledger, ToldProvider())
    second.run()
    first.run()
    with ledger.database.read() as connection:
        assert ledger.instance.touched_since(connection) == (NAME, "second")


def test_rate_is_reserved_for_batches_and_not_for_looking(ledger: Ledger) -> None:
    _sender(ledger, ToldProvider([AGAIN]), in_flight=2, max_per_second=1000).run()
    (row,) = ledger.rows("SELECT next_free FROM rate")
    four_requests_of_the_largest_size = 4 * 2 * 1000
    assert row["next_free"] - int(NOW.timestamp() * 1_000_000) == four_requests_of_the_largest_size


def test_stop_while_the_rate_is_waited_for_claims_nothing_more(ledger: Ledger) -> None:
    def stop_and_tell_the_time() -> dt.datetime:
        sender.stop()
        return NOW

    provider = ToldProvider()
    sender = _sender(ledger, provider, max_per_second=1000, clock=stop_and_tell_the_time)
    sender.run()
    assert len(ledger.rows("SELECT next_free FROM rate")) == 1
    assert provider.batches == []
    assert ledger.attempt_states() == []

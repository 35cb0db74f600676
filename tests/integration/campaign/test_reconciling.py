"""Before a person is asked about a doubt, the provider's log is: what it shows is kept, its silence proves nothing."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from apes_mailer.campaign import dispatch
from apes_mailer.campaign.dispatch import Dispatched, Watch
from apes_mailer.campaign.send import Records, Surroundings
from apes_mailer.campaign.why import why
from apes_mailer.ledger.states import AttemptState, BatchState, CampaignState
from apes_mailer.ledger.status import BatchStatus
from apes_mailer.workspace import Workspace
from tests.integration.providers.sending import provider
from tests.support import faults
from tests.support.faults import Fault, FaultList
from tests.support.ledgers import NAME, NOW, Ledger, address
from tests.support.local_sendgrid import LocalSendGrid
from tests.support.sendgrid_desk import SCOPES
from tests.support.sendgrid_log_book import message_id

SUBMITTED, UNKNOWN = BatchState.SUBMITTED, BatchState.UNKNOWN


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger, None, None]:
    """A prepared campaign through SendGrid, of three batches: two, two and one."""
    made = Ledger.create(tmp_path, contacts=5)
    made.prepare(provider="sendgrid")
    yield made
    made.database.close()


def _sendgrid(sends: Sequence[Fault] = (), *, log_lag: int | None = 0) -> LocalSendGrid:
    """A SendGrid with the ledger's clock; its first requests to send meet these faults."""
    return LocalSendGrid(plan=FaultList(sends), log_lag=log_lag, clock=NOW.timestamp)


def _next_questions_meet(server: LocalSendGrid, *faults_: Fault) -> None:
    """From now on the questions to the account meet these faults."""
    server.desk.plan = FaultList([*[faults.OK] * len(server.desk.asked), *faults_])


def _asked_of_the_log(server: LocalSendGrid) -> list[str]:
    return [question for question in server.desk.asked if "/v3/logs" in question]


def _resume(ledger: Ledger, server: LocalSendGrid) -> tuple[Dispatched, list[str]]:
    """Resume, which is also how a prepared campaign begins; return how it ended and what a person was told."""
    records = Records(database=ledger.database, instance=ledger.instance, clock=lambda: NOW)
    way_out = provider(server.base_url, timeout=5.0)
    around = Surroundings(records=records, provider=way_out, keyring=ledger.keyring, in_flight=1)
    said: list[str] = []
    watch = Watch(prepared=lambda _: None, progress=lambda _: None, sender=lambda _: None, warn=said.append)
    return dispatch.resume(around, Workspace(ledger.database.path.parent), NAME, watch), said


def _told(said: Sequence[str]) -> str:
    """What was said about the log."""
    return "\n".join(line for line in said if "issue.yaml" not in line)


def _batch(ledger: Ledger, no: int) -> BatchStatus:
    return ledger.status().batches[no - 1]


def test_batch_that_the_log_has_is_submitted_and_keeps_the_proof(ledger: Ledger) -> None:
    with _sendgrid([faults.SERVER_ERROR_ACCEPTED]) as server:
        _resume(ledger, server)
        assert ledger.batch_states() == [UNKNOWN, SUBMITTED, SUBMITTED]
        done, said = _resume(ledger, server)
        assert len(server.requests) == 3
    assert done.status.state is CampaignState.FINISHED
    assert _told(said) == "Batch 1: in doubt until now, and accepted by the log of sendgrid."
    (proof,) = ledger.rows("SELECT * FROM history WHERE event = 'proved'")
    entry = f"{message_id(1)}.recvd-local-0-7890E356-43C.1"
    shown = f"the log of sendgrid has message {entry} of it, accepted 2027-03-01T09:30:00.000000Z, delivered"
    assert (proof["batch_no"], proof["note"]) == (1, shown)
    answer = why(ledger.database, ledger.keyring, NAME, address(0), at=NOW).answers[0]
    assert (answer.verdict, answer.attempts[0].provider_id, answer.attempts[0].note) == (
        "submitted",
        message_id(1),
        shown,
    )


def test_log_that_has_nothing_settles_nothing_and_sends_nobody_again(ledger: Ledger) -> None:
    with _sendgrid([faults.SERVER_ERROR]) as server:
        _resume(ledger, server)
        done, said = _resume(ledger, server)
        assert len(server.requests) == 3
        assert len(server.desk.log.searches if server.desk.log else []) == 2  # each of the two people of the batch
    assert done.status.state is CampaignState.INCOMPLETE
    assert ledger.batch_states() == [UNKNOWN, SUBMITTED, SUBMITTED]
    assert _told(said).startswith("Batch 1: the log of sendgrid has nothing of it yet. That proves nothing")
    asked = _batch(ledger, 1)
    assert asked.asked == "the log of sendgrid had nothing of it for 2 recipients, which proves nothing"
    assert asked.asked_at == "2027-03-01T09:30:00.000000Z"
    assert "500" in asked.note


def test_log_that_lags_settles_the_batch_when_it_is_asked_again(ledger: Ledger) -> None:
    with _sendgrid([faults.SERVER_ERROR_ACCEPTED], log_lag=3) as server:
        _resume(ledger, server)
        _resume(ledger, server)
        assert _batch(ledger, 1).state is UNKNOWN
        done, _ = _resume(ledger, server)
    assert done.status.state is CampaignState.FINISHED
    assert _batch(ledger, 1).asked == ""


def test_message_of_another_attempt_proves_nothing_of_this_one(ledger: Ledger) -> None:
    with _sendgrid([faults.SERVER_ERROR_ACCEPTED, faults.OK, faults.OK, faults.SERVER_ERROR]) as server:
        server.desk.scopes = []
        _resume(ledger, server)
        ledger.resolve(1, "pending")
        _resume(ledger, server)
        assert ledger.attempt_states() == ["set_aside", "submitted", "submitted", "unknown"]
        server.desk.scopes = SCOPES
        _, said = _resume(ledger, server)
        assert len(server.requests) == 4
    # The first attempt was accepted, and nobody knows of the second: it may have mailed them twice.
    assert ledger.attempt_states() == ["late", "submitted", "submitted", "unknown"]
    assert _batch(ledger, 1).state is UNKNOWN
    assert "Batch 1: accepted before, by the log of sendgrid, and let go again since." in _told(said)


def test_batch_that_a_person_let_go_again_is_looked_up_once_more_before_it_goes(ledger: Ledger) -> None:
    with _sendgrid([faults.SERVER_ERROR_ACCEPTED]) as server:
        _resume(ledger, server)
        ledger.resolve(1, "pending")
        done, said = _resume(ledger, server)
        assert len(server.requests) == 3
        assert not [each for each in server.accepted if server.accepted.count(each) > 1]
    assert done.status.state is CampaignState.FINISHED
    assert ledger.attempt_states() == [AttemptState.SUBMITTED] * 3
    assert "accepted by the log of sendgrid" in _told(said)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (None, "this account has no such service (404)"),
        (faults.KEY_REVOKED, "the key is not valid (401)"),
        (faults.SERVER_ERROR, "the answer was 500"),
        (faults.ACCEPT_THEN_RESET, "no answer came"),
        (faults.SHORT_BODY, "the answer broke off"),
        (faults.REDIRECT, "the answer was 302"),
    ],
)
def test_log_that_does_not_answer_is_told_and_the_rest_is_sent(ledger: Ledger, fault: Fault | None, words: str) -> None:
    with _sendgrid([faults.SERVER_ERROR, faults.REDIRECT], log_lag=0 if fault else None) as server:
        _resume(ledger, server)  # a doubt, then a pause
        _next_questions_meet(server, *([fault] if fault else []))
        assert ledger.batch_states() == [UNKNOWN, BatchState.PENDING, BatchState.PENDING]
        _, said = _resume(ledger, server)
        assert server.decoy_calls == []
    assert ledger.batch_states() == [UNKNOWN, SUBMITTED, SUBMITTED]
    assert words in _told(said)
    assert "What is in doubt stays so." in _told(said)
    assert _batch(ledger, 1).asked == ""


def test_key_without_the_right_is_told_which_one_it_lacks(ledger: Ledger) -> None:
    with _sendgrid([faults.SERVER_ERROR]) as server:
        _resume(ledger, server)
        server.desk.scopes = ["mail.send"]
        _, said = _resume(ledger, server)
    assert "give the key the right Email Activity: Read Access (messages.read)" in _told(said)


def test_busy_log_is_asked_again_when_it_says_so(ledger: Ledger) -> None:
    with _sendgrid([faults.SERVER_ERROR_ACCEPTED]) as server:
        _resume(ledger, server)
        _next_questions_meet(server, faults.rate_limited(0), faults.OK, faults.rate_limited(0))
        done, _ = _resume(ledger, server)
        questions = _asked_of_the_log(server)
        assert questions[0] == questions[1] == "POST /v3/logs"
        assert questions[2] == questions[3] != questions[1]
        assert len(questions) == 4
    assert done.status.state is CampaignState.FINISHED


def test_batches_that_a_copied_ledger_cannot_know_are_not_looked_up(ledger: Ledger) -> None:
    with _sendgrid([faults.OK, faults.REDIRECT]) as server:
        _resume(ledger, server)
        ledger.distrust()
        _, said = _resume(ledger, server)
        assert _asked_of_the_log(server) == []
    assert "the log" not in _told(said)

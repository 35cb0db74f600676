"""Pausing, resuming, settling doubts, and distrusting a copied ledger."""

from __future__ import annotations

import pytest

from apes_mailer.errors import CancelledError, LedgerError, UsageError
from apes_mailer.ledger import control
from apes_mailer.ledger.control import Distrusted
from apes_mailer.ledger.states import BatchState, CampaignState, Kind
from apes_mailer.model.submission import NotAccepted, Refused, Submitted, Unknown
from tests.support.ledgers import NAME, Ledger

PENDING, SUBMITTED, UNKNOWN = BatchState.PENDING, BatchState.SUBMITTED, BatchState.UNKNOWN


def _doubtful(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Unknown(cause="timeout"))


def _count(ledger: Ledger, batch_no: int, expected: int | None) -> None:
    with ledger.database.read() as connection:
        control.require_count(connection, ledger.ids[NAME], batch_no, expected)


def test_doubt_resolved_as_submitted_is_settled(ledger: Ledger) -> None:
    _doubtful(ledger)
    ledger.resolve(1, "submitted")
    assert ledger.batch_states() == [SUBMITTED, PENDING, PENDING]
    assert ledger.rows("SELECT note FROM attempt") == [{"note": "resolved as submitted by person"}]


def test_doubt_resolved_as_pending_goes_again(ledger: Ledger) -> None:
    _doubtful(ledger)
    ledger.resolve(1, "pending")
    assert ledger.attempt_states() == ["set_aside"]
    assert ledger.claim().seq == 2


@pytest.mark.parametrize("to", ["submitted", "pending"])
def test_only_a_batch_in_doubt_can_be_resolved(ledger: Ledger, to: str) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Submitted())
    ledger.claim()
    for number, what in ((1, "is submitted"), (2, "is submitting"), (3, "is pending"), (4, "does not exist")):
        with pytest.raises(UsageError, match=f"Batch {number} {what}"):
            ledger.resolve(number, to)
    assert ledger.batch_states(alive=True) == [SUBMITTED, BatchState.SUBMITTING, PENDING]


def test_batch_is_resolved_once(ledger: Ledger) -> None:
    _doubtful(ledger)
    ledger.resolve(1, "submitted")
    with pytest.raises(UsageError, match="is submitted, not in doubt"):
        ledger.resolve(1, "pending")


@pytest.mark.parametrize("count", [None, 0, 1, 3])
def test_wrong_count_does_not_let_a_batch_go_again(ledger: Ledger, count: int | None) -> None:
    _doubtful(ledger)
    with pytest.raises(CancelledError, match="would mail 2 people"):
        _count(ledger, 1, count)


def test_count_is_of_the_recipients_that_are_left(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Refused(reasons={0: "no"}))
    ledger.record(ledger.claim(), Unknown(cause="timeout"))
    _count(ledger, 1, 1)
    with pytest.raises(CancelledError):
        _count(ledger, 1, 2)


@pytest.mark.parametrize("number", [2, 9])
def test_count_of_a_batch_that_is_not_in_doubt_is_not_asked(ledger: Ledger, number: int) -> None:
    _doubtful(ledger)
    with pytest.raises(UsageError):
        _count(ledger, number, 0)


def test_pause_keeps_cause_and_cure_and_resuming_forgets_them(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.pause("program", "the key is not valid")
    status = ledger.status()
    assert (status.state, status.cause, status.cure) == (CampaignState.PAUSED, "the key is not valid", "a cure")
    ledger.unpause()
    status = ledger.status()
    assert (status.state, status.cause, status.cure) == (CampaignState.PREPARED, "", "")


def test_resuming_what_is_not_paused_leaves_no_line_of_history(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.unpause()
    assert ledger.events() == ["prepared"]


def test_pause_of_one_campaign_does_not_stop_another(ledger: Ledger) -> None:
    ledger.prepare("a")
    ledger.prepare("b")
    ledger.pause(name="a")
    assert ledger.try_claim("a") is None
    assert ledger.claim("b").batch_no == 1


def test_rehearsals_are_nothing_to_continue(ledger: Ledger) -> None:
    ledger.prepare(kind=Kind.TEST)
    ledger.prepare(kind=Kind.REHEARSAL)
    with ledger.database.read() as connection, pytest.raises(LedgerError, match="has not been prepared"):
        control.campaign_id_of(connection, NAME)


def test_distrust_puts_in_doubt_what_a_started_campaign_calls_pending(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Submitted())
    assert ledger.distrust() == Distrusted(in_doubt=[NAME], doubted_before=[], dropped=[])
    assert ledger.batch_states() == [SUBMITTED, UNKNOWN, UNKNOWN]
    assert ledger.try_claim() is None
    assert [batch.note for batch in ledger.status().batches] == ["", "it was copied", "it was copied"]
    assert ledger.status().state is CampaignState.INCOMPLETE


def test_distrust_drops_what_was_only_prepared(ledger: Ledger) -> None:
    ledger.prepare("untouched")
    ledger.prepare("elsewhere")
    ledger.prepare("rehearsed", kind=Kind.TEST)
    ledger.claim("rehearsed")
    found = ledger.distrust("elsewhere", "unheard of")
    assert found == Distrusted(in_doubt=["elsewhere"], doubted_before=[], dropped=["untouched"])
    with ledger.database.read() as connection, pytest.raises(LedgerError, match="has not been prepared"):
        control.campaign_id_of(connection, "untouched")
    assert ledger.attempt_states("rehearsed") == ["submitting"]
    assert ledger.batch_states("elsewhere") == [UNKNOWN] * 3
    assert ledger.status("elsewhere").state is CampaignState.INCOMPLETE


def test_distrust_again_changes_nothing_more(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Submitted())
    ledger.distrust()
    assert ledger.distrust() == Distrusted(in_doubt=[], doubted_before=[NAME], dropped=[])
    assert ledger.batch_states() == [SUBMITTED, UNKNOWN, UNKNOWN]


def test_doubt_older_than_the_copy_is_distrusted_too_until_a_person_lets_the_batch_go_again(ledger: Ledger) -> None:
    _doubtful(ledger)
    assert ledger.distrust() == Distrusted(in_doubt=[NAME], doubted_before=[NAME], dropped=[])
    assert [batch.note for batch in ledger.status().batches] == ["it was copied"] * 3
    ledger.resolve(1, "pending")
    ledger.record(ledger.claim(), Unknown(cause="timeout"))
    assert [batch.note for batch in ledger.status().batches] == ["timeout", "it was copied", "it was copied"]


@pytest.mark.parametrize(("to", "state"), [("submitted", SUBMITTED), ("pending", PENDING)])
def test_distrusted_batch_is_resolved_as_any_other(ledger: Ledger, to: str, state: BatchState) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), NotAccepted(cause="429"))
    ledger.distrust()
    _count(ledger, 2, 2)
    ledger.resolve(2, to)
    assert ledger.batch_states() == [UNKNOWN, state, UNKNOWN]


def test_evidence_settles_a_distrusted_batch(ledger: Ledger) -> None:
    ledger.prepare()
    claim = ledger.claim()
    ledger.record(claim, NotAccepted(cause="429"))
    ledger.distrust()
    ledger.prove(claim.mark)
    assert ledger.batch_states() == [SUBMITTED, UNKNOWN, UNKNOWN]

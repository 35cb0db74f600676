"""What evidence that names an attempt proves, and what it does not."""

from __future__ import annotations

from apes_mailer.ledger.states import AttemptState, BatchState
from apes_mailer.model.submission import NotAccepted, Refused, Submitted, Unknown
from tests.support.ledgers import Ledger, address

PENDING, SUBMITTED, UNKNOWN = BatchState.PENDING, BatchState.SUBMITTED, BatchState.UNKNOWN


def _set_aside(ledger: Ledger) -> str:
    """Make batch 1 doubtful and let it go again; return the mark of its first attempt."""
    ledger.prepare()
    first = ledger.claim()
    ledger.record(first, Unknown(cause="timeout"))
    ledger.resolve(1, "pending")
    return first.mark


def test_evidence_resolves_a_batch_in_doubt(ledger: Ledger) -> None:
    ledger.prepare()
    claim = ledger.claim()
    ledger.record(claim, Unknown(cause="timeout"))
    assert ledger.prove(claim.mark) is AttemptState.SUBMITTED
    assert ledger.batch_states()[0] is SUBMITTED
    assert ledger.status().duplicates == 0


def test_evidence_may_come_before_the_answer(ledger: Ledger) -> None:
    ledger.prepare()
    claim = ledger.claim()
    assert ledger.prove(claim.mark) is AttemptState.SUBMITTED
    ledger.record(claim, Submitted())
    assert ledger.attempt_states() == ["submitted"]


def test_evidence_of_an_unknown_mark_is_nothing(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.claim()
    assert ledger.prove("somebody else's") is None
    assert ledger.attempt_states() == ["submitting"]


def test_evidence_repeated_changes_nothing(ledger: Ledger) -> None:
    ledger.prepare()
    claim = ledger.claim()
    ledger.record(claim, Submitted())
    before = ledger.events()
    assert ledger.prove(claim.mark) is AttemptState.SUBMITTED
    assert ledger.events() == before


def test_evidence_while_the_batch_waits_to_go_again_settles_it(ledger: Ledger) -> None:
    mark = _set_aside(ledger)
    assert ledger.prove(mark) is AttemptState.SUBMITTED
    assert ledger.batch_states() == [SUBMITTED, PENDING, PENDING]
    assert ledger.claim().batch_no == 2


def test_late_acceptance_after_a_second_one_is_recorded_as_a_duplicate(ledger: Ledger) -> None:
    mark = _set_aside(ledger)
    ledger.record(ledger.claim(), Submitted())
    assert ledger.prove(mark) is AttemptState.LATE
    assert ledger.attempt_states() == ["late", "submitted"]
    assert ledger.status().duplicates == 2
    assert "duplicate" in ledger.events()


def test_evidence_of_an_older_attempt_proves_nothing_about_a_newer_one(ledger: Ledger) -> None:
    mark = _set_aside(ledger)
    second = ledger.claim()
    ledger.record(second, Unknown(cause="reset"))
    assert ledger.prove(mark) is AttemptState.LATE
    assert ledger.batch_states()[0] is UNKNOWN
    assert ledger.attempt_states() == ["late", "unknown"]
    assert ledger.prove(second.mark) is AttemptState.SUBMITTED
    assert ledger.batch_states()[0] is SUBMITTED


def test_batch_proved_accepted_while_it_goes_again_is_not_sent_a_third_time(ledger: Ledger) -> None:
    mark = _set_aside(ledger)
    second = ledger.claim()
    assert ledger.prove(mark) is AttemptState.LATE
    ledger.record(second, NotAccepted(cause="429"))
    assert ledger.batch_states()[0] is SUBMITTED
    assert ledger.attempt_states() == ["submitted", "not_accepted"]
    assert ledger.status().duplicates == 0
    assert ledger.claim().batch_no == 2


def test_refusal_of_a_second_attempt_does_not_undo_the_acceptance_of_the_first(ledger: Ledger) -> None:
    mark = _set_aside(ledger)
    second = ledger.claim()
    ledger.prove(mark)
    ledger.record(second, Refused(reasons={0: "no", 1: "no"}))
    status = ledger.status()
    assert (status.submitted, status.refused, status.duplicates) == (2, 0, 0)


def test_batch_proved_accepted_is_not_let_go_again_by_a_person(ledger: Ledger) -> None:
    mark = _set_aside(ledger)
    ledger.record(ledger.claim(), Unknown(cause="reset"))
    ledger.prove(mark)
    ledger.resolve(1, "pending")
    assert ledger.batch_states()[0] is SUBMITTED
    assert ledger.attempt_states() == ["submitted", "set_aside"]
    assert ledger.status().duplicates == 0


def test_who_was_in_three_accepted_attempts_is_one_person_mailed_twice_or_more(ledger: Ledger) -> None:
    marks = [_set_aside(ledger)]
    second = ledger.claim()
    ledger.record(second, Unknown(cause="reset"))
    ledger.resolve(1, "pending")
    ledger.record(ledger.claim(), Submitted())
    for mark in (*marks, second.mark):
        assert ledger.prove(mark) is AttemptState.LATE
    assert ledger.status().duplicates == 2


def test_nobody_was_mailed_twice_while_one_of_two_requests_is_in_doubt(ledger: Ledger) -> None:
    mark = _set_aside(ledger)
    second = ledger.claim()
    ledger.record(second, Unknown(cause="reset"))
    assert ledger.prove(mark) is AttemptState.LATE
    assert (ledger.status().unknown, ledger.status().duplicates) == (2, 0)
    ledger.prove(second.mark)
    assert (ledger.status().unknown, ledger.status().duplicates) == (0, 2)


def test_who_opted_out_after_an_attempt_that_proves_accepted_was_mailed_by_it(ledger: Ledger) -> None:
    mark = _set_aside(ledger)
    ledger.suppress(0)
    ledger.record(ledger.claim(), NotAccepted(cause="429"))
    assert ledger.status().excluded == {"opted_out": 1}
    ledger.prove(mark)
    status = ledger.status()
    assert (status.excluded, status.submitted, status.recipients) == ({}, 2, 5)


def test_batch_emptied_after_an_attempt_that_proves_accepted_is_submitted(ledger: Ledger) -> None:
    mark = _set_aside(ledger)
    ledger.suppress(0)
    ledger.record(ledger.claim(), Refused(reasons={0: "no such mailbox"}))
    assert ledger.batch_states()[0] is BatchState.EMPTY
    assert ledger.prove(mark) is AttemptState.SUBMITTED
    status = ledger.status()
    assert (status.batches[0].state, status.submitted, status.refused, status.excluded) == (SUBMITTED, 2, 0, {})


def test_who_was_excluded_before_the_proved_attempt_stays_excluded(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.suppress(0)
    claim = ledger.claim()
    ledger.record(claim, Unknown(cause="timeout"))
    ledger.prove(claim.mark)
    status = ledger.status()
    assert (status.excluded, status.submitted) == ({"opted_out": 1}, 1)
    assert address(0) not in [row["address"] for row in _mailed(ledger)]


def _cut_after_a_doubt(ledger: Ledger, size: int = 2) -> str:
    """Let five people in doubt go again in smaller batches; return the mark of the request that they were all in."""
    ledger.prepare(batch_size=5)
    first = ledger.claim()
    ledger.record(first, Unknown(cause="timeout"))
    ledger.resolve(1, "pending")
    ledger.cut(size)
    assert [batch.recipients for batch in ledger.status().batches] == [2, 2, 1]
    return first.mark


def test_evidence_settles_everybody_who_was_in_the_request_however_it_was_cut_since(ledger: Ledger) -> None:
    mark = _cut_after_a_doubt(ledger)
    ledger.cut(1)
    assert ledger.prove(mark) is AttemptState.SUBMITTED
    assert ledger.batch_states() == [SUBMITTED] * 5
    assert (ledger.try_claim(), ledger.status().duplicates) == (None, 0)


def test_evidence_of_a_part_that_went_again_says_nothing_of_the_others(ledger: Ledger) -> None:
    _cut_after_a_doubt(ledger)
    again = ledger.claim()
    ledger.record(again, Unknown(cause="reset"))
    assert ledger.prove(again.mark) is AttemptState.SUBMITTED
    assert ledger.batch_states() == [SUBMITTED, PENDING, PENDING]


def test_only_those_who_went_again_have_the_letter_twice(ledger: Ledger) -> None:
    mark = _cut_after_a_doubt(ledger)
    ledger.record(ledger.claim(), Submitted())
    assert ledger.prove(mark) is AttemptState.LATE
    assert ledger.batch_states() == [SUBMITTED] * 3
    assert ledger.status().duplicates == 2


def test_evidence_of_the_whole_leaves_a_part_in_doubt_that_went_again(ledger: Ledger) -> None:
    mark = _cut_after_a_doubt(ledger)
    again = [ledger.claim() for _ in range(2)]
    for claim in again:
        ledger.record(claim, Unknown(cause="reset"))
    assert ledger.prove(mark) is AttemptState.LATE
    assert ledger.batch_states() == [UNKNOWN, UNKNOWN, SUBMITTED]
    ledger.resolve(1, "pending")
    assert (ledger.batch_states(), ledger.attempt_states()[0]) == ([SUBMITTED, UNKNOWN, SUBMITTED], "late")
    ledger.resolve(2, "pending")
    assert (ledger.batch_states(), ledger.attempt_states()[0]) == ([SUBMITTED] * 3, "submitted")
    assert (ledger.status().duplicates, ledger.try_claim()) == (0, None)


def test_who_left_between_two_requests_was_in_the_first_of_them_only(ledger: Ledger) -> None:
    mark = _cut_after_a_doubt(ledger)
    ledger.suppress(0)
    ledger.record(ledger.claim(), Submitted())
    assert ledger.status().excluded == {"opted_out": 1}
    ledger.prove(mark)
    status = ledger.status()
    assert (status.excluded, status.submitted, status.duplicates) == ({}, 5, 1)


def test_whom_a_refusal_named_is_mailed_when_that_request_proves_accepted_after_all(ledger: Ledger) -> None:
    ledger.prepare(batch_size=5)
    claim = ledger.claim()
    ledger.record(claim, Refused(reasons={1: "no such mailbox"}))
    ledger.cut(2)
    assert ledger.prove(claim.mark) is AttemptState.SUBMITTED
    status = ledger.status()
    assert (status.submitted, status.refused, status.pending) == (5, 0, 0)


def _mailed(ledger: Ledger) -> list[dict[str, str]]:
    query = "SELECT address FROM recipient JOIN contact ON contact.id = contact_id WHERE outcome IS NULL"
    return [dict(row) for row in ledger.rows(query)]

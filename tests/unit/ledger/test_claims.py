"""Claiming a batch, and recording what became of it."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from apes_mailer.errors import LedgerError
from apes_mailer.ledger import claims
from apes_mailer.ledger.states import BatchState, CampaignState
from apes_mailer.model.submission import NotAccepted, Refused, Submitted, Unknown
from apes_mailer.store import schema
from tests.support.ledgers import NAME, NOW, Ledger, address

PENDING, SUBMITTING, SUBMITTED = BatchState.PENDING, BatchState.SUBMITTING, BatchState.SUBMITTED
UNKNOWN, EMPTY = BatchState.UNKNOWN, BatchState.EMPTY


def _addresses(ledger: Ledger) -> list[str]:
    found = ledger.try_claim()
    assert found is not None
    return list(found[1].addresses)


def test_batches_are_claimed_in_order_and_never_twice(ledger: Ledger) -> None:
    ledger.prepare()
    assert [ledger.claim().batch_no for _ in range(3)] == [1, 2, 3]
    assert ledger.try_claim() is None
    assert ledger.batch_states(alive=True) == [SUBMITTING] * 3


def test_claim_names_its_recipients_in_the_order_of_the_request(ledger: Ledger) -> None:
    ledger.prepare()
    found = ledger.try_claim()
    assert found is not None
    claim, roll = found
    assert list(roll.addresses) == [address(0), address(1)]
    assert list(roll.keys) == [ledger.keyring.contact_key(address(number)) for number in (0, 1)]
    assert roll.values == [{"EMAIL": address(0)}, {"EMAIL": address(1)}]
    with ledger.database.read() as connection:
        rows = connection.execute(sa.select(schema.contact.c.id, schema.contact.c.address))
        ids = {row.id: row.address for row in rows}
    assert [ids[contact] for contact in claim.contacts] == [address(0), address(1)]


def test_each_attempt_has_a_mark_of_its_own(ledger: Ledger) -> None:
    ledger.prepare()
    marks = set[str]()
    for _ in range(4):
        claim = ledger.claim()
        ledger.record(claim, NotAccepted(cause="429"))
        marks.add(claim.mark)
    assert len(marks) == 4


def test_claim_that_is_rolled_back_leaves_no_trace(ledger: Ledger) -> None:
    ledger.prepare()

    def claim_and_fail() -> None:
        with ledger.database.write() as connection:
            assert claims.claim(connection, ledger.ids[NAME], owner="sender", at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        claim_and_fail()
    assert ledger.batch_states() == [PENDING] * 3
    assert ledger.attempt_states() == []
    assert ledger.status().state is CampaignState.PREPARED


def test_accepted_batch_is_submitted(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Submitted(provider_id="m-1"))
    assert ledger.batch_states() == [SUBMITTED, PENDING, PENDING]
    assert ledger.rows("SELECT provider_id FROM attempt") == [{"provider_id": "m-1"}]


def test_batch_that_was_not_accepted_goes_again_with_its_cause_kept(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), NotAccepted(cause="no connection"))
    assert ledger.batch_states()[0] is PENDING
    assert ledger.status().batches[0].note == "no connection"
    assert ledger.claim().batch_no == 1


def test_batch_in_doubt_is_not_claimed_again(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Unknown(cause="timeout"))
    assert [ledger.claim().batch_no for _ in range(2)] == [2, 3]
    assert ledger.try_claim() is None


def test_batch_found_submitting_is_not_resent(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.claim()
    assert ledger.sweep() == 1
    assert ledger.batch_states() == [UNKNOWN, PENDING, PENDING]
    assert ledger.status().batches[0].note == "the program stopped before it knew the answer"
    assert [ledger.claim().batch_no for _ in range(2)] == [2, 3]
    assert ledger.try_claim() is None


def test_sweep_leaves_settled_batches_alone(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Submitted())
    ledger.record(ledger.claim(), NotAccepted(cause="429"))
    assert ledger.sweep() == 0
    assert ledger.batch_states() == [SUBMITTED, PENDING, PENDING]


def test_sweep_leaves_what_a_living_sender_of_another_campaign_is_submitting(ledger: Ledger) -> None:
    ledger.prepare("dead")
    ledger.prepare("alive")
    ledger.claim("dead")
    claim = ledger.claim("alive")
    assert ledger.sweep("dead") == 1
    assert ledger.batch_states("alive", alive=True) == [SUBMITTING, PENDING, PENDING]
    assert ledger.events("alive") == ["prepared", "claimed"]
    ledger.record(claim, NotAccepted(cause="429"))
    assert ledger.attempt_states("alive") == ["not_accepted"]


def test_refused_recipients_stay_out_and_the_others_go_again(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Refused(reasons={1: "no such mailbox"}))
    assert ledger.batch_states()[0] is PENDING
    assert _addresses(ledger) == [address(0)]
    status = ledger.status(alive=True)
    assert (status.refused, status.recipients, status.submitting) == (1, 5, 1)
    kept = ledger.rows("SELECT outcome, reason, batch_no, attempt_seq FROM recipient WHERE outcome IS NOT NULL")
    assert kept == [{"outcome": "refused", "reason": "no such mailbox", "batch_no": 1, "attempt_seq": 1}]


def test_positions_of_a_second_refusal_are_those_of_the_second_request(ledger: Ledger) -> None:
    ledger.prepare(batch_size=3)
    ledger.record(ledger.claim(), Refused(reasons={0: "first"}))
    ledger.record(ledger.claim(), Refused(reasons={0: "second"}))
    assert _addresses(ledger) == [address(2)]
    rows = ledger.rows("SELECT reason, attempt_seq FROM recipient WHERE outcome = 'refused' ORDER BY contact_id")
    assert rows == [{"reason": "first", "attempt_seq": 1}, {"reason": "second", "attempt_seq": 2}]


def test_batch_whose_recipients_are_all_refused_is_empty(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Refused(reasons={0: "no", 1: "no"}))
    assert ledger.batch_states()[0] is EMPTY
    assert ledger.claim().batch_no == 2


def test_who_opts_out_after_the_preparation_is_excluded_by_the_claim(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.suppress(0)
    assert ledger.status().excluded == {}
    assert _addresses(ledger) == [address(1)]
    status = ledger.status(alive=True)
    assert (status.candidates, status.recipients, status.excluded) == (5, 4, {"opted_out": 1})


def test_batch_emptied_by_opt_outs_is_passed_over(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.suppress(0)
    ledger.suppress(1)
    assert ledger.claim().batch_no == 2
    assert ledger.batch_states(alive=True) == [EMPTY, SUBMITTING, PENDING]
    assert "emptied" in ledger.events()


def test_campaign_whose_every_recipient_opts_out_is_finished_without_a_request(ledger: Ledger) -> None:
    ledger.prepare()
    for number in range(5):
        ledger.suppress(number)
    assert ledger.try_claim() is None
    status = ledger.status()
    assert (status.state, status.recipients, status.excluded) == (CampaignState.FINISHED, 0, {"opted_out": 5})
    assert ledger.attempt_states() == []


def test_opt_out_from_another_list_excludes_nobody(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.suppress(0, "autre")
    assert _addresses(ledger) == [address(0), address(1)]


def test_opt_out_from_this_list_excludes(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.suppress(0, "adherents")
    assert _addresses(ledger) == [address(1)]


@pytest.mark.parametrize(("ends_in", "left"), [(60, [1]), (-60, [0, 1])])
def test_suppression_with_an_end_holds_until_then(ledger: Ledger, ends_in: int, left: list[int]) -> None:
    ledger.prepare()
    ledger.suppress(0, until=NOW + dt.timedelta(seconds=ends_in))
    assert _addresses(ledger) == [address(number) for number in left]


def test_suppression_that_was_renewed_counts_as_newer(ledger: Ledger) -> None:
    ledger.suppress(0, until=NOW - dt.timedelta(seconds=1))
    ledger.prepare()
    ledger.suppress(0)
    assert _addresses(ledger) == [address(1)]


def test_suppression_taken_back_before_the_claim_excludes_nobody(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.suppress(0)
    with ledger.database.write() as connection:
        connection.execute(sa.delete(schema.suppression))
    assert _addresses(ledger) == [address(0), address(1)]


def test_new_suppression_is_noticed_though_the_newest_one_was_deleted_before_the_preparation(ledger: Ledger) -> None:
    ledger.suppress(4)
    with ledger.database.write() as connection:
        connection.execute(sa.delete(schema.suppression))
    ledger.prepare()
    ledger.suppress(0)
    assert _addresses(ledger) == [address(1)]


def test_paused_campaign_gives_no_claim(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.pause()
    assert ledger.try_claim() is None
    ledger.unpause()
    assert ledger.claim().batch_no == 1


def test_outcome_after_a_pause_is_still_recorded(ledger: Ledger) -> None:
    ledger.prepare()
    claim = ledger.claim()
    ledger.pause()
    ledger.record(claim, Submitted())
    assert ledger.batch_states()[0] is SUBMITTED


def test_late_acceptance_of_a_swept_batch_settles_it(ledger: Ledger) -> None:
    ledger.prepare()
    claim = ledger.claim()
    ledger.sweep()
    ledger.record(claim, Submitted(provider_id="late"))
    assert ledger.batch_states()[0] is SUBMITTED
    assert ledger.rows("SELECT provider_id FROM attempt") == [{"provider_id": "late"}]


@pytest.mark.parametrize("outcome", [NotAccepted(cause="429"), Unknown(cause="reset"), Refused(reasons={0: "no"})])
def test_other_outcome_of_a_swept_batch_proves_nothing(
    ledger: Ledger, outcome: NotAccepted | Unknown | Refused
) -> None:
    ledger.prepare()
    claim = ledger.claim()
    ledger.sweep()
    with pytest.raises(LedgerError, match="taken over"):
        ledger.record(claim, outcome)
    assert ledger.batch_states()[0] is UNKNOWN
    assert ledger.status().refused == 0


def test_outcome_recorded_twice_changes_nothing(ledger: Ledger) -> None:
    ledger.prepare()
    claim = ledger.claim()
    ledger.record(claim, Submitted())
    ledger.record(claim, Submitted())
    assert ledger.attempt_states() == ["submitted"]
    assert ledger.status().duplicates == 0


@pytest.mark.parametrize("state", ["submitting", "submitted", "unknown"])
def test_database_refuses_a_second_live_attempt_of_a_batch(ledger: Ledger, state: str) -> None:
    ledger.prepare()
    ledger.claim()
    columns = "mark, campaign_id, batch_no, seq, state, owner, started_at, size"
    with pytest.raises(LedgerError, match="UNIQUE"), ledger.database.write() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO attempt ({columns}) SELECT 'other', campaign_id, batch_no, 2, '{state}', owner, '', 1"
            " FROM attempt"
        )


def test_every_transition_leaves_a_line_of_history(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), NotAccepted(cause="429"))
    ledger.record(ledger.claim(), Submitted())
    ledger.claim()
    ledger.sweep()
    ledger.pause()
    ledger.resolve(2, "submitted")
    ledger.unpause()
    assert ledger.events() == [
        "prepared",
        *("claimed", "not_accepted"),
        *("claimed", "submitted"),
        *("claimed", "found"),
        *("paused", "resolved", "resumed"),
    ]

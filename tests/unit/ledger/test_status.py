"""What a person is told about a campaign: derived from the ledger, never stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apes_mailer.ledger import status
from apes_mailer.ledger.states import BatchState, CampaignState
from apes_mailer.model.submission import NotAccepted, Refused, Submitted, Unknown
from tests.support.ledgers import Ledger, address


def _submit(ledger: Ledger, count: int) -> None:
    for _ in range(count):
        ledger.record(ledger.claim(), Submitted())


def _doubt(ledger: Ledger) -> None:
    ledger.record(ledger.claim(), Unknown(cause="timeout"))


def _refuse_all(ledger: Ledger) -> None:
    while (found := ledger.try_claim()) is not None:
        ledger.record(found[0], Refused(reasons=dict.fromkeys(range(len(found[0].contacts)), "no")))


def _nothing(_ledger: Ledger) -> None:
    pass


def _all_but_doubt(ledger: Ledger) -> None:
    _doubt(ledger)
    _submit(ledger, 2)


def _finished_then_paused(ledger: Ledger) -> None:
    _submit(ledger, 3)
    ledger.pause()


def _doubt_then_paused(ledger: Ledger) -> None:
    _all_but_doubt(ledger)
    ledger.pause()


def _some_refused(ledger: Ledger) -> None:
    ledger.record(ledger.claim(), Refused(reasons={0: "no", 1: "no"}))
    _submit(ledger, 2)


STATES: dict[str, tuple[Callable[[Ledger], None], CampaignState]] = {
    "nothing attempted": (_nothing, CampaignState.PREPARED),
    "paused before anything": (lambda ledger: ledger.pause(), CampaignState.PAUSED),
    "an owner died": (lambda ledger: (ledger.claim(), None)[1], CampaignState.INCOMPLETE),
    "some submitted": (lambda ledger: _submit(ledger, 1), CampaignState.INCOMPLETE),
    "some submitted, paused": (lambda ledger: (_submit(ledger, 1), ledger.pause())[1], CampaignState.PAUSED),
    "only doubts left": (_all_but_doubt, CampaignState.INCOMPLETE),
    "only doubts left, paused": (_doubt_then_paused, CampaignState.INCOMPLETE),
    "all submitted": (lambda ledger: _submit(ledger, 3), CampaignState.FINISHED),
    "all submitted, paused": (_finished_then_paused, CampaignState.FINISHED),
    "some refused, the rest submitted": (_some_refused, CampaignState.FINISHED),
    "everybody refused": (_refuse_all, CampaignState.PAUSED),
}


@pytest.mark.parametrize("case", STATES)
def test_state_without_an_owner(case: str, ledger: Ledger) -> None:
    arrange, state = STATES[case]
    ledger.prepare()
    arrange(ledger)
    assert ledger.status().state is state


@pytest.mark.parametrize("case", STATES)
def test_campaign_with_a_live_owner_is_being_sent(case: str, ledger: Ledger) -> None:
    ledger.prepare()
    STATES[case][0](ledger)
    assert ledger.status(alive=True).state is CampaignState.SENDING


def test_campaign_that_was_never_prepared_has_zero_counts() -> None:
    found = status.none("2027-04")
    assert (found.state, found.candidates, found.recipients, found.excluded) == (CampaignState.NONE, 0, 0, {})
    assert list(found.batches) == []


def test_counts_are_recipients_of_each_state(ledger: Ledger) -> None:
    ledger.suppress(4)
    ledger.prepare(batch_size=1)
    _submit(ledger, 1)
    _doubt(ledger)
    ledger.claim()
    found = ledger.status(alive=True)
    assert (found.candidates, found.recipients, found.excluded) == (5, 4, {"suppressed": 1})
    assert (found.pending, found.submitting, found.submitted, found.unknown) == (1, 1, 1, 1)


def test_what_a_dead_owner_was_submitting_is_shown_in_doubt(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.claim()
    assert ledger.status(alive=True).submitting == 2
    found = ledger.status(alive=False)
    assert (found.submitting, found.unknown, found.batches[0].state) == (0, 2, BatchState.UNKNOWN)


def test_a_batch_in_doubt_names_its_mark_and_somebody_who_was_in_the_request(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.suppress(0)  # opted out before the claim: in batch 1, but not in its request
    claim = ledger.claim()
    ledger.record(claim, Unknown(cause="timeout"))
    first, second, *_ = ledger.status().batches
    assert (first.attempt, first.somebody) == (claim.mark, address(1))
    assert (second.attempt, second.somebody) == ("", "")


def test_everybody_refused_says_why_and_what_to_do(ledger: Ledger) -> None:
    ledger.prepare()
    _refuse_all(ledger)
    found = ledger.status()
    assert found.refused == found.recipients == 5
    assert "refused every recipient" in found.cause
    assert "Check the list" in found.cure


def test_batches_tell_who_left_them_and_what_was_said(ledger: Ledger) -> None:
    ledger.prepare(batch_size=5)
    ledger.suppress(0)
    ledger.record(ledger.claim(), Refused(reasons={0: "no such mailbox"}))
    ledger.record(ledger.claim(), NotAccepted(cause="no connection"))
    (batch,) = ledger.status().batches
    assert (batch.recipients, batch.excluded, batch.refused, batch.attempts) == (3, 1, 1, 2)
    assert batch.note == "no connection"


def test_candidates_stay_the_same_whatever_happens(ledger: Ledger) -> None:
    ledger.suppress(4)
    frozen = ledger.prepare()
    seen = {ledger.status().candidates}
    ledger.suppress(0)
    claim = ledger.claim()
    seen.add(ledger.status().candidates)
    ledger.record(claim, Refused(reasons={0: "no"}))
    seen.add(ledger.status().candidates)
    assert seen == {frozen.candidates} == {5}

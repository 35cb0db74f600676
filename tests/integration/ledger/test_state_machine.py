"""The ledger as a state machine: whatever happens, in whatever order, it keeps its promise and its sums."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from apes_mailer.errors import LedgerError
from apes_mailer.ledger.claims import Claim
from apes_mailer.ledger.states import CampaignState
from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown
from tests.support.ledgers import NAME, Ledger, address

pytestmark = pytest.mark.slow

CONTACTS, BATCH_SIZE = 6, 2
PICKS = st.integers(0, CONTACTS - 1)
EVENTS = ["request", "time out", "time out, and go again", "answer", "evidence", "resolve", "opt out", "crash", "copy"]
T = TypeVar("T")
_LIVE = {"submitting", "submitted", "unknown"}


@dataclass
class Attempt:
    """One request; ``fate`` is what the provider does with it, whether or not anybody here gets to know."""

    batch: Batch
    seq: int
    members: set[int]
    fate: bool
    claim: Claim
    state: str = "submitting"


@dataclass
class Batch:
    """The model of a batch: who left it at which attempt, and what is known of its attempts."""

    members: list[int]
    state: str = "pending"
    seq: int = 0
    left: dict[int, tuple[str, int]] = field(default_factory=dict[int, tuple[str, int]])
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    orders: int = 0

    def here(self) -> list[int]:
        """Who is still in it."""
        return [number for number in self.members if number not in self.left]

    def take(self, opted_out: set[int]) -> bool:
        """Be claimed; False when nobody is left to claim for."""
        self.seq += 1
        self.left |= {number: ("excluded", self.seq) for number in self.here() if number in opted_out}
        self.state = "submitting" if self.here() else "empty"
        return bool(self.here())

    def settle(self, attempt: Attempt) -> None:
        """This attempt was accepted, with everybody who was in it."""
        attempt.state = self.state = "submitted"
        self.left = {number: (why, seq) for number, (why, seq) in self.left.items() if seq <= attempt.seq}

    def prove(self, attempt: Attempt) -> None:
        """Evidence names the attempt."""
        if attempt.state not in {"submitted", "late"}:
            if any(other.state in _LIVE for other in self.attempts if other is not attempt):
                attempt.state = "late"
            else:
                self.settle(attempt)

    def release(self, refused: list[int], seq: int) -> None:
        """The latest attempt reached nobody: an earlier one that did counts, or the batch goes again."""
        late = [attempt for attempt in self.attempts if attempt.state == "late"]
        if late:
            self.settle(late[0])
        else:
            self.left |= dict.fromkeys(refused, ("refused", seq))
            self.state = "pending" if self.here() else "empty"


class LedgerMachine(RuleBasedStateMachine):
    """Does to the ledger whatever senders, crashes, people, readers and providers may do, and compares."""

    @initialize(suppressed=st.sets(st.integers(0, CONTACTS - 1), max_size=2), orders=st.integers(0, 2))
    def freeze(self, suppressed: set[int], orders: int) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.ledger = Ledger.create(self.folder, contacts=CONTACTS)
        for number in suppressed:
            self.ledger.suppress(number)
        self.ledger.prepare(batch_size=BATCH_SIZE)
        members = [number for number in range(CONTACTS) if number not in suppressed]
        self.batches = [Batch(members[at : at + BATCH_SIZE]) for at in range(0, len(members), BATCH_SIZE)]
        self.suppressed = suppressed
        self.opted_out = set[int]()
        for _ in range(orders):  # what takes most steps to come about is there from the beginning
            self.request(fate=True, then="time out, and go again")

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.database.close()
            shutil.rmtree(self.folder)

    def attempts(self, *states: str) -> list[Attempt]:
        return [each for batch in self.batches for each in batch.attempts if each.state in states]

    def claim(self, *, fate: bool) -> Attempt | None:
        expected = None
        while pending := [batch for batch in self.batches if batch.state == "pending"]:
            if pending[0].take(self.opted_out):
                expected = pending[0]
                break
        found = self.ledger.try_claim()
        if expected is None:
            assert found is None
            return None
        assert found is not None
        claim, roll = found
        assert claim.batch_no == self.batches.index(expected) + 1
        assert list(roll.addresses) == [address(number) for number in expected.here()]
        attempt = Attempt(expected, expected.seq, set(expected.here()), fate, claim)
        expected.attempts.append(attempt)
        return attempt

    def answer(self, attempt: Attempt, refused: set[int], *, knows: bool) -> None:
        batch = attempt.batch
        if not knows:
            self.ledger.record(attempt.claim, Unknown(cause="timeout"))
            attempt.state = batch.state = "unknown"
        elif attempt.fate:
            self.ledger.record(attempt.claim, Submitted())
            attempt.state = batch.state = "submitted"
        else:
            named = [at for at, number in enumerate(batch.here()) if number in refused]
            self.ledger.record(attempt.claim, _not_accepted(named))
            attempt.state = "refused" if named else "not_accepted"
            batch.release([batch.here()[at] for at in named], attempt.seq)

    def order(self, batch: Batch) -> None:
        self.ledger.resolve(self.batches.index(batch) + 1, "pending")
        for attempt in batch.attempts:
            attempt.state = "set_aside" if attempt.state == "unknown" else attempt.state
        batch.orders += 1
        batch.release([], batch.seq)

    # One rule for all: of several, each run leaves some out, and the longest stories need every one.
    @rule(what=st.sampled_from(EVENTS), pick=PICKS, chance=st.booleans(), some=st.sets(PICKS))
    def something_happens(self, what: str, pick: int, chance: bool, some: set[int]) -> None:
        match what:
            case "answer":
                self.answer_comes(pick, some)
            case "evidence":
                self.evidence_comes(pick)
            case "resolve":
                self.person_resolves(pick, looked_it_up=chance)
            case "opt out":
                self.ledger.suppress(pick)
                self.opted_out.add(pick)
            case "crash":
                self.crash()
            case "copy":
                self.copy()
            case _:
                self.request(fate=chance, then=what)

    def request(self, fate: bool, then: str) -> None:
        """A sender claims a batch; its answer comes later, or never."""
        attempt = self.claim(fate=fate)
        if attempt is not None and then != "request":
            self.answer(attempt, set(), knows=False)
            if then == "time out, and go again":
                self.order(attempt.batch)

    def answer_comes(self, pick: int, refused: set[int]) -> None:
        """An answer, in time or to the thread of a sender that was given up for dead."""
        if attempt := _picked(self.attempts("submitting"), pick):
            self.answer(attempt, refused, knows=True)
        elif attempt := _picked(self.attempts("unknown"), pick):
            if attempt.fate:
                self.ledger.record(attempt.claim, Submitted())
                attempt.batch.prove(attempt)
            else:
                with pytest.raises(LedgerError, match="taken over"):
                    self.ledger.record(attempt.claim, NotAccepted(cause="429"))

    def evidence_comes(self, pick: int) -> None:
        accepted = [attempt for batch in self.batches for attempt in batch.attempts if attempt.fate]
        news = [attempt for attempt in accepted if attempt.state not in {"submitted", "late"}]
        if attempt := _picked(news or accepted, pick):
            attempt.batch.prove(attempt)
            assert self.ledger.prove(attempt.claim.mark) == attempt.state

    def person_resolves(self, pick: int, *, looked_it_up: bool) -> None:
        """A person settles a doubt: rightly as submitted, or rightly or wrongly as pending."""
        batch = _picked([batch for batch in self.batches if batch.state == "unknown"], pick)
        if batch is None:
            return
        live = [attempt for attempt in batch.attempts if attempt.state == "unknown"]
        if not looked_it_up or not all(attempt.fate for attempt in live):
            self.order(batch)
            return
        self.ledger.resolve(self.batches.index(batch) + 1, "submitted")
        batch.state = "submitted"
        for attempt in live:
            attempt.state = "submitted"

    def crash(self) -> None:
        """The owner dies; whoever comes next holds the lock, finds what it left, and thinks about it for a while."""
        left = self.attempts("submitting")
        assert self.ledger.sweep() == len(left)
        for attempt in left:
            attempt.state = attempt.batch.state = "unknown"
        self.ledger.pause()
        assert self.ledger.try_claim() is None
        self.ledger.unpause()

    def copy(self) -> None:
        """The file turns out to be a copy."""
        if not any(batch.attempts for batch in self.batches):
            return  # a campaign that was only prepared is dropped, which has tests of its own
        self.ledger.distrust()
        for batch in self.batches:
            if batch.state == "pending":
                batch.state = "unknown"

    @invariant()
    def nobody_is_accepted_twice_unless_a_person_ordered_it(self) -> None:
        for batch in self.batches:
            for number in batch.members:
                accepted = sum(attempt.fate and number in attempt.members for attempt in batch.attempts)
                assert accepted <= 1 + batch.orders

    @invariant()
    def no_batch_has_two_live_attempts(self) -> None:
        query = "SELECT 1 FROM attempt WHERE state IN ('submitting', 'submitted', 'unknown') GROUP BY batch_no"
        assert not self.ledger.rows(f"{query} HAVING count(*) > 1")

    @invariant()
    def ledger_says_what_happened(self) -> None:
        found = self.ledger.status(NAME, alive=bool(self.attempts("submitting")))
        assert found.candidates == CONTACTS
        assert [batch.state for batch in found.batches] == [batch.state for batch in self.batches]
        assert [batch.recipients for batch in found.batches] == [len(batch.here()) for batch in self.batches]
        left = [why for batch in self.batches for why, _ in batch.left.values()]
        assert found.refused == left.count("refused")
        assert sum(found.excluded.values()) == len(self.suppressed) + left.count("excluded")
        attempts = sorted((a.claim.attempt_id, a.state) for batch in self.batches for a in batch.attempts)
        assert self.ledger.attempt_states() == [state for _, state in attempts]
        late = sum(len(attempt.members) for attempt in self.attempts("late"))
        assert found.duplicates == late
        is_open = any(batch.state in {"pending", "submitting", "unknown"} for batch in self.batches)
        nobody = found.refused > 0 and found.refused == found.recipients
        assert (found.state is CampaignState.FINISHED) == (not is_open and not nobody)


def _picked(choices: list[T], pick: int) -> T | None:
    return choices[pick % len(choices)] if choices else None


def _not_accepted(refused: list[int]) -> Submission:
    return Refused(reasons=dict.fromkeys(refused, "no")) if refused else NotAccepted(cause="429")


LedgerMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=40)
TestLedgerMachine = LedgerMachine.TestCase

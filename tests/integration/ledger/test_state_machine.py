"""The ledger as a state machine: whatever happens, in whatever order, it keeps its promise and its sums."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from apes_mailer.errors import LedgerError
from apes_mailer.ledger import reached
from apes_mailer.ledger.claims import Claim
from apes_mailer.ledger.reached import Standing
from apes_mailer.ledger.states import CampaignState
from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown
from tests.support.ledgers import NAME, Ledger, address

pytestmark = pytest.mark.slow

CONTACTS, BATCH_SIZE = 6, 3
PICKS = st.integers(0, CONTACTS - 1)
EVENTS = [
    *("request", "time out", "time out, and go again", "answer", "evidence"),
    *("resolve", "cut", "opt out", "crash", "copy"),
]
T = TypeVar("T")
_LIVE = {"submitting", "submitted", "unknown"}
_PROVED = {"submitted", "late"}


@dataclass(eq=False)
class Attempt:
    """One request, with who was in it; ``fate`` is what the provider does with it, whether or not we get to know."""

    batch: Batch
    members: set[int]
    fate: bool
    claim: Claim
    state: str = "submitting"


@dataclass(eq=False)
class Batch:
    """The model of a batch: who left it and why, and the requests that its people were in."""

    members: list[int]
    state: str = "pending"
    left: dict[int, str] = field(default_factory=dict[int, str])
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    orders: int = 0
    on_a_word: bool = False  # a person said that it was submitted

    def here(self) -> list[int]:
        """Who is still in it."""
        return [number for number in self.members if number not in self.left]

    def take(self, opted_out: set[int]) -> bool:
        """Be claimed; False when nobody is left to claim for."""
        self.left |= {number: "excluded" for number in self.here() if number in opted_out}
        self.state = "submitting" if self.here() else "empty"
        return bool(self.here())

    def is_served_beside(self, attempt: Attempt) -> bool:
        """Whether another of its requests is on its way, in doubt or accepted."""
        return any(other.state in _LIVE for other in self.attempts if other is not attempt)

    def cut(self, size: int) -> list[Batch]:
        """Keep the first few; return the others, with the requests that they were in."""
        starts = [0, *(self.members.index(number) for number in self.here()[size::size])]
        kept, *parts = [self._part(self.members[start:end]) for start, end in pairwise([*starts, len(self.members)])]
        self.members, self.left = kept.members, kept.left
        return parts

    def _part(self, members: list[int]) -> Batch:
        left = {number: why for number, why in self.left.items() if number in members}
        return Batch(members, left=left, attempts=list(self.attempts), orders=self.orders)


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
        """Each once, in the order they were made; of all states, or of some."""
        every = {each.claim.attempt_id: each for batch in self.batches for each in batch.attempts}
        return [each for _, each in sorted(every.items()) if not states or each.state in states]

    def prove(self, attempt: Attempt) -> None:
        """Evidence names the attempt: whoever was in it has the letter, wherever they are now."""
        if attempt.state not in _PROVED:
            self.settle(attempt)

    def settle(self, attempt: Attempt) -> None:
        own = [batch for batch in self.batches if attempt in batch.attempts]
        again = [batch for batch in own if batch.is_served_beside(attempt)]
        attempt.state = "late" if again else "submitted"
        for batch in own:
            batch.state = batch.state if batch in again else "submitted"
            batch.left = {number: why for number, why in batch.left.items() if number not in attempt.members}

    def release(self, batch: Batch, refused: list[int]) -> None:
        """The latest attempt reached nobody: an earlier one that did counts, or the batch goes again."""
        proved = [attempt for attempt in batch.attempts if attempt.state in _PROVED]
        if proved:
            self.settle(proved[0])
        else:
            batch.left |= dict.fromkeys(refused, "refused")
            batch.state = "pending" if batch.here() else "empty"

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
        attempt = Attempt(expected, set(expected.here()), fate, claim)
        expected.attempts.append(attempt)
        return attempt

    def answer(self, attempt: Attempt, refused: set[int], *, knows: bool, lie: bool = False) -> None:
        batch = attempt.batch
        if not knows:
            self.ledger.record(attempt.claim, Unknown(cause="timeout"))
            attempt.state = batch.state = "unknown"
        elif attempt.fate and not lie:
            self.ledger.record(attempt.claim, Submitted())
            attempt.state = batch.state = "submitted"
        else:
            batch.orders += attempt.fate  # whoever said that it was not taken answers for what comes of it
            named = [at for at, number in enumerate(batch.here()) if number in refused]
            self.ledger.record(attempt.claim, _not_accepted(named))
            attempt.state = "refused" if named else "not_accepted"
            self.release(batch, [batch.here()[at] for at in named])

    def order(self, batch: Batch) -> None:
        self.ledger.resolve(self.batches.index(batch) + 1, "pending")
        for attempt in batch.attempts:
            attempt.state = "set_aside" if attempt.state == "unknown" else attempt.state
        batch.orders += 1
        self.release(batch, [])

    # One rule for all: of several, each run leaves some out, and the longest stories need every one.
    @rule(what=st.sampled_from(EVENTS), pick=PICKS, chance=st.booleans(), some=st.sets(PICKS))
    def something_happens(self, what: str, pick: int, chance: bool, some: set[int]) -> None:
        match what:
            case "answer":
                self.answer_comes(pick, some, lie=chance)
            case "evidence":
                self.evidence_comes(pick)
            case "cut":
                self.cut(1 + pick % BATCH_SIZE)
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

    def answer_comes(self, pick: int, refused: set[int], *, lie: bool) -> None:
        """An answer, in time or to the thread of a sender that was given up for dead.

        A ``lie`` is that of a server in between, which says that a request was not taken when it was.
        """
        if attempt := _picked(self.attempts("submitting"), pick):
            self.answer(attempt, refused, knows=True, lie=lie)
        elif attempt := _picked(self.attempts("unknown"), pick):
            if attempt.fate:
                self.ledger.record(attempt.claim, Submitted())
                self.prove(attempt)
            else:
                with pytest.raises(LedgerError, match="taken over"):
                    self.ledger.record(attempt.claim, NotAccepted(cause="429"))

    def evidence_comes(self, pick: int) -> None:
        accepted = [attempt for attempt in self.attempts() if attempt.fate]
        news = [attempt for attempt in accepted if attempt.state not in _PROVED]
        if attempt := _picked(news or accepted, pick):
            self.prove(attempt)
            assert self.ledger.prove(attempt.claim.mark) == attempt.state

    def cut(self, size: int) -> None:
        """Requests are to be smaller from now on."""
        waiting = [batch for batch in self.batches if batch.state == "pending"]
        parts = [batch.cut(size) for batch in waiting]
        assert self.ledger.cut(size) == sum(map(bool, parts))
        self.batches += [part for each in parts for part in each]

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
        batch.state, batch.on_a_word = "submitted", True
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
    def evidence_settles_whoever_was_in_the_request_and_nobody_else(self) -> None:
        with self.ledger.database.read() as connection:
            found = connection.execute(reached.standings(self.ledger.ids[NAME])).all()
        reached_ = {row.contact_id - 1 for row in found if row.standing == Standing.REACHED}
        proved = {number for attempt in self.attempts(*_PROVED) for number in attempt.members}
        assert reached_ == proved | {number for batch in self.batches if batch.on_a_word for number in batch.here()}
        waiting = {number for batch in self.batches if batch.state == "pending" for number in batch.here()}
        assert not waiting & proved

    @invariant()
    def ledger_knows_who_was_in_which_request(self) -> None:
        found = self.ledger.rows(
            "SELECT attempt_id, address FROM batch JOIN recipient r USING (campaign_id, template_id)"
            " JOIN batch_attempt link ON link.batch_no = batch.no JOIN attempt ON attempt.id = attempt_id"
            " JOIN contact ON contact.id = contact_id WHERE contact_id BETWEEN first_contact AND last_contact"
            " AND (attempt_seq IS NULL OR seq <= attempt_seq)"
        )
        assert {(row["attempt_id"], row["address"]) for row in found} == {
            (attempt.claim.attempt_id, address(number)) for attempt in self.attempts() for number in attempt.members
        }

    @invariant()
    def ledger_says_what_happened(self) -> None:
        found = self.ledger.status(NAME, alive=bool(self.attempts("submitting")))
        assert found.candidates == CONTACTS
        assert [batch.state for batch in found.batches] == [batch.state for batch in self.batches]
        assert [batch.recipients for batch in found.batches] == [len(batch.here()) for batch in self.batches]
        left = [why for batch in self.batches for why in batch.left.values()]
        assert found.refused == left.count("refused")
        assert sum(found.excluded.values()) == len(self.suppressed) + left.count("excluded")
        assert self.ledger.attempt_states() == [attempt.state for attempt in self.attempts()]
        letters = Counter(number for attempt in self.attempts("submitted", "late") for number in attempt.members)
        assert found.duplicates == sum(count > 1 for count in letters.values())
        is_open = any(batch.state in {"pending", "submitting", "unknown"} for batch in self.batches)
        nobody = found.refused > 0 and found.refused == found.recipients
        assert (found.state is CampaignState.FINISHED) == (not is_open and not nobody)


def _picked(choices: list[T], pick: int) -> T | None:
    return choices[pick % len(choices)] if choices else None


def _not_accepted(refused: list[int]) -> Submission:
    return Refused(reasons=dict.fromkeys(refused, "no")) if refused else NotAccepted(cause="429")


LedgerMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=40)
TestLedgerMachine = LedgerMachine.TestCase

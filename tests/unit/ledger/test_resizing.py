"""Cutting pending batches: smaller requests for the same people, and nothing else changes."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.ledger.states import BatchState, CampaignState
from apes_mailer.ledger.status import Status
from apes_mailer.model.submission import NotAccepted, Refused, Submitted, Unknown
from tests.support.ledgers import NAME, Ledger, address

CONTACTS = 10
TOO_LARGE = NotAccepted(cause="413", stop=True)
_TABLES = ("campaign", "template", "recipient", "exclusion", "attempt")


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger, None, None]:
    """A ledger whose list holds ten contacts."""
    made = Ledger.create(tmp_path, contacts=CONTACTS)
    yield made
    made.database.close()


def _sizes(ledger: Ledger) -> dict[int, int]:
    return {batch.no: batch.recipients for batch in ledger.status().batches}


def _counts(ledger: Ledger) -> Status:
    """The status without what is told batch by batch."""
    return replace(ledger.status(), batches=(), refusals=())


def _claim_all(ledger: Ledger) -> list[list[str]]:
    """Claim until nothing is pending; return the addresses of each claim."""
    seen: list[list[str]] = []
    while (found := ledger.try_claim()) is not None:
        claim, roll = found
        seen.append(list(roll.addresses))
        ledger.record(claim, Submitted())
    return seen


def _tables(ledger: Ledger) -> dict[str, list[Mapping[str, Any]]]:
    return {table: ledger.rows(f"SELECT * FROM {table}") for table in _TABLES}


@pytest.mark.parametrize(
    ("size", "cut", "sizes"),
    [
        (1, 1, [1] * 10),
        (3, 1, [3, 3, 3, 1]),
        (5, 1, [5, 5]),
        (9, 1, [9, 1]),
        (10, 0, [10]),
        (1000, 0, [10]),
    ],
)
def test_batch_is_cut_into_batches_of_at_most_the_size(ledger: Ledger, size: int, cut: int, sizes: list[int]) -> None:
    ledger.prepare(batch_size=10)
    before = _counts(ledger)
    assert ledger.cut(size) == cut
    assert list(_sizes(ledger).values()) == sizes
    assert _counts(ledger) == before
    assert _claim_all(ledger) == [
        [address(number) for number in range(start, min(start + size, CONTACTS))] for start in range(0, CONTACTS, size)
    ]


def test_what_is_cut_off_is_numbered_after_every_batch_there_was(ledger: Ledger) -> None:
    ledger.prepare(batch_size=4)
    assert ledger.cut(3) == 2
    assert _sizes(ledger) == {1: 3, 2: 3, 3: 2, 4: 1, 5: 1}
    assert [addresses[0] for addresses in _claim_all(ledger)] == [address(number) for number in (0, 4, 8, 3, 7)]


def test_cutting_again_to_the_same_size_finds_nothing(ledger: Ledger) -> None:
    ledger.prepare(batch_size=10)
    ledger.cut(4)
    once = _sizes(ledger)
    assert ledger.cut(4) == 0
    assert _sizes(ledger) == once
    assert ledger.events() == ["prepared", "cut"]


def test_history_says_what_became_of_a_batch_and_who_ordered_it(ledger: Ledger) -> None:
    ledger.prepare(batch_size=5)
    ledger.cut(2)
    assert ledger.rows("SELECT batch_no, actor, note FROM history WHERE event = 'cut' ORDER BY id") == [
        {"batch_no": 1, "actor": "person", "note": "2 more from 3 on"},
        {"batch_no": 2, "actor": "person", "note": "2 more from 5 on"},
    ]


def test_who_left_a_batch_before_goes_where_they_stood(ledger: Ledger) -> None:
    ledger.prepare(batch_size=10)
    ledger.record(ledger.claim(), Refused(reasons={2: "no such mailbox", 9: "no such mailbox"}))
    ledger.suppress(5)
    ledger.record(ledger.claim(), TOO_LARGE)
    before = _counts(ledger)
    assert (before.pending, before.refused, before.excluded) == (7, 2, {"opted_out": 1})
    assert ledger.cut(3) == 1
    assert _counts(ledger) == before
    assert [(each.recipients, each.refused, each.excluded) for each in ledger.status().batches] == [
        (3, 1, 0),
        (3, 0, 1),
        (1, 1, 0),
    ]
    left = [number for number in range(CONTACTS) if number not in {2, 5, 9}]
    assert [who for addresses in _claim_all(ledger) for who in addresses] == [address(number) for number in left]
    assert ledger.status().state is CampaignState.FINISHED


def test_what_is_cut_off_keeps_the_requests_that_its_people_were_in(ledger: Ledger) -> None:
    ledger.prepare(batch_size=10)
    claim = ledger.claim()
    ledger.record(claim, TOO_LARGE)
    ledger.cut(6)
    assert [(each.attempts, each.attempt, each.note) for each in ledger.status().batches] == [
        (1, claim.mark, "413")
    ] * 2
    assert [ledger.claim().seq for _ in range(2)] == [2, 2]


def test_batch_that_has_shrunk_to_the_size_is_left_alone(ledger: Ledger) -> None:
    ledger.prepare(batch_size=5)
    ledger.record(ledger.claim(), Refused(reasons={0: "no", 1: "no"}))
    assert ledger.cut(3) == 1
    assert _sizes(ledger) == {1: 3, 2: 3, 3: 2}


def test_batch_that_was_ordered_to_go_again_is_cut_like_others_and_evidence_settles_all_of_it(ledger: Ledger) -> None:
    ledger.prepare(batch_size=5)
    claim = ledger.claim()
    ledger.record(claim, Unknown(cause="timeout"))
    ledger.resolve(1, "pending")
    ledger.record(ledger.claim(), TOO_LARGE)
    assert ledger.attempt_states() == ["set_aside", "not_accepted"]
    assert ledger.cut(2) == 2
    assert _sizes(ledger) == {1: 2, 2: 2, 3: 2, 4: 1, 5: 2, 6: 1}
    ledger.prove(claim.mark)
    assert ledger.status().submitted == 5
    assert _claim_all(ledger) == [[address(number) for number in numbers] for numbers in ((5, 6), (7, 8), (9,))]


def test_batch_that_a_copied_ledger_put_in_doubt_stays_whole(ledger: Ledger) -> None:
    ledger.prepare(batch_size=5)
    ledger.record(ledger.claim(), TOO_LARGE)
    ledger.distrust()
    assert ledger.cut(2) == 0
    assert _sizes(ledger) == {1: 5, 2: 5}
    ledger.resolve(1, "pending")
    assert ledger.cut(2) == 1
    assert _sizes(ledger) == {1: 2, 2: 5, 3: 2, 4: 1}


def test_only_pending_batches_of_the_campaign_are_touched(ledger: Ledger) -> None:
    ledger.prepare("another", batch_size=2)
    ledger.prepare("of more batches", batch_size=1)
    ledger.prepare(batch_size=2)
    ledger.record(ledger.claim(), Submitted())
    ledger.record(ledger.claim(), Unknown(cause="timeout"))
    ledger.record(ledger.claim(), Refused(reasons={0: "no", 1: "no"}))
    ledger.claim()
    before, batches = _tables(ledger), ledger.rows("SELECT * FROM batch ORDER BY campaign_id, no")
    assert ledger.cut(1) == 1
    assert _tables(ledger) == before
    untouched = [row for row in batches if (row["campaign_id"], row["no"]) != (ledger.ids[NAME], 5)]
    after = ledger.rows("SELECT * FROM batch ORDER BY campaign_id, no")
    assert [row for row in after if row in batches] == untouched
    assert [(row["no"], row["size"], row["state"]) for row in after if row not in batches] == [
        (5, 1, BatchState.PENDING),
        (6, 1, BatchState.PENDING),
    ]


_PEOPLE = st.sets(st.integers(0, CONTACTS - 1), max_size=6)
_SIZES = st.integers(1, CONTACTS)


@pytest.mark.slow
@given(before=_SIZES, size=_SIZES, refused=_PEOPLE, early=_PEOPLE, late=_PEOPLE)
@settings(max_examples=40)
def test_claims_after_a_cut_have_everybody_who_is_left_exactly_once(
    before: int, size: int, refused: set[int], early: set[int], late: set[int]
) -> None:
    """``early`` opt out before every batch was tried once, ``late`` after the cut."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.create(Path(folder), contacts=5)
        ledger.join(range(CONTACTS, CONTACTS + 5), "autre")  # numbered between those who are asked for
        ledger.join(range(5, CONTACTS))
        ledger.prepare(batch_size=before)
        _opt_out(ledger, early)
        _try_every_batch_once(ledger, refused)
        counts = _counts(ledger)
        ledger.cut(size)
        assert _counts(ledger) == counts
        _opt_out(ledger, late - early)
        seen = _claim_all(ledger)
        assert max(map(len, seen), default=0) <= size
        assert sorted(who for addresses in seen for who in addresses) == sorted(
            address(number) for number in set(range(CONTACTS)) - refused - early - late
        )
        ended = ledger.status()
        assert (ended.candidates, ended.refused) == (CONTACTS, len(refused - early))
        assert ended.excluded.get("opted_out", 0) == len(early | (late - refused))
        ledger.database.close()


def _opt_out(ledger: Ledger, numbers: set[int]) -> None:
    for number in numbers:
        ledger.suppress(number)


def _try_every_batch_once(ledger: Ledger, refused: set[int]) -> None:
    """Let the provider name those whom it refuses, and accept nobody."""
    names = {address(number) for number in refused}
    claimed = list(iter(ledger.try_claim, None))
    for claim, roll in claimed:
        reasons = {position: "no" for position, each in enumerate(roll.addresses) if each in names}
        ledger.record(claim, Refused(reasons=reasons) if reasons else TOO_LARGE)

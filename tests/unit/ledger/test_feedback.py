"""What the provider told, counted: each recipient once, and nobody who was not served."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.ledger import feedback
from apes_mailer.ledger.feedback import Told
from apes_mailer.model.report import Bounces, Feedback
from apes_mailer.model.submission import Refused, Submitted, Unknown
from apes_mailer.store import schema
from tests.support.ledgers import NAME, Ledger
from tests.support.reported import told

EVENTS = st.lists(st.tuples(st.sampled_from([*Told, "clicked", "complained"]), st.integers(0, 9)), max_size=40)
ORDER = [Told.BOUNCED, Told.DELIVERED, Told.BLOCKED, Told.REJECTED, Told.DEFERRED]


def _feedback(ledger: Ledger) -> Feedback | None:
    submitted = ledger.status(NAME).submitted
    with ledger.database.read() as connection:
        return feedback.of_campaign(connection, ledger.ids[NAME], submitted=submitted)


def _served(ledger: Ledger) -> None:
    """Ten recipients in five batches: one of them is refused, the last batch is in doubt, the fourth is pending."""
    ledger.prepare(batch_size=2)
    ledger.record(ledger.claim(), Refused(reasons={0: "no"}))  # contact 0
    for _ in range(3):
        ledger.record(ledger.claim(), Submitted())  # contacts 1 to 5
    ledger.record(ledger.claim(), Unknown(cause="timeout"))  # contacts 6 and 7


def test_nothing_told_is_not_nobody_reached(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Submitted())
    assert _feedback(ledger) is None
    told(ledger, "clicked", [0], name=NAME, url="https://a.example/")
    assert _feedback(ledger) is None


def test_what_counts_most_is_what_counts(ledger: Ledger) -> None:
    ledger.prepare()
    while claimed := ledger.try_claim():
        ledger.record(claimed[0], Submitted())
    told(ledger, "deferred", [0, 1, 2])
    told(ledger, "delivered", [0, 1, 3])
    told(ledger, "bounced", [1], reason="Invalid Address")
    told(ledger, "blocked", [0], reason="Mailbox Full")
    found = _feedback(ledger)
    assert found is not None
    assert (found.delivered, found.bounced, found.soft_bounced, found.deferred, found.silent) == (2, 1, 0, 1, 1)
    assert found.bounces == [
        Bounces(hard=True, reason="Invalid Address", count=1),
        Bounces(hard=False, reason="Mailbox Full", count=1),
    ]


def test_everybody_who_was_served_is_counted_once_and_nobody_else(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path, contacts=10)
    _served(ledger)

    @given(events=EVENTS)
    def holds(events: list[tuple[str, int]]) -> None:
        with ledger.database.write() as connection:
            connection.execute(sa.delete(schema.event))
        for kind in {kind for kind, _ in events}:
            told(ledger, kind, [number for each, number in events if each == kind])
        expected = dict.fromkeys(ORDER, 0)
        for number in range(1, 6):
            own = [kind for kind in ORDER if (kind, number) in events]
            if own:
                expected[own[0]] += 1
        found = _feedback(ledger)
        if found is None:
            assert not any(kind in ORDER for kind, _ in events)
            return
        counts = (found.bounced, found.delivered, found.soft_bounced, found.rejected, found.deferred)
        assert counts == tuple(expected.values())
        assert found.silent == found.submitted - sum(counts) == 5 - sum(counts)

    holds()
    ledger.database.close()

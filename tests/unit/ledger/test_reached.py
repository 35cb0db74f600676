"""Who has the letter, who perhaps, who not."""

from __future__ import annotations

import sqlalchemy as sa

from apes_mailer.ledger import reached
from apes_mailer.model.submission import Refused, Submitted, Unknown
from apes_mailer.store import schema
from tests.support.ledgers import NAME, Ledger


def _standings(ledger: Ledger) -> dict[int, str]:
    """The standing of each recipient by the number of the contact."""
    numbers = {ledger.key(number): number for number in range(20)}
    contact = schema.contact
    with ledger.database.read() as connection:
        found = reached.standings(ledger.ids[NAME]).subquery()
        query = sa.select(contact.c.key, found.c.standing).join(contact, contact.c.id == found.c.contact_id)
        rows = connection.execute(query).all()
    standings = {numbers[key]: standing for key, standing in rows}
    assert len(standings) == len(rows), "each recipient once"
    return standings


def test_each_state_of_a_batch(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Submitted())
    ledger.record(ledger.claim(), Unknown(cause="timeout"))
    assert _standings(ledger) == {0: "reached", 1: "reached", 2: "in_doubt", 3: "in_doubt", 4: "not_reached"}
    ledger.claim()
    assert _standings(ledger)[4] == "in_doubt", "the request is on its way"


def test_batch_that_goes_again_after_a_doubt_may_have_reached_its_recipients(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Unknown(cause="timeout"))
    ledger.resolve(1, "pending")
    assert _standings(ledger)[0] == "in_doubt"
    ledger.suppress(0)
    ledger.record(ledger.claim(), Submitted())
    assert _standings(ledger) == {0: "in_doubt", 1: "reached", 2: "not_reached", 3: "not_reached", 4: "not_reached"}


def test_proof_that_comes_late_reaches_those_who_left_since(ledger: Ledger) -> None:
    ledger.prepare()
    doubtful = ledger.claim()
    ledger.record(doubtful, Unknown(cause="timeout"))
    ledger.resolve(1, "pending")
    ledger.suppress(0)
    ledger.record(ledger.claim(), Submitted())
    ledger.prove(doubtful.mark)
    assert _standings(ledger)[0] == "reached"


def test_refused_and_opted_out_are_not_reached(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.suppress(1)
    ledger.record(ledger.claim(), Refused(reasons={0: "no"}))
    assert _standings(ledger) == dict.fromkeys(range(5), "not_reached")


def test_copied_ledger_knows_of_nobody(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Submitted())
    ledger.distrust(NAME)
    assert sorted(_standings(ledger).values()) == ["in_doubt"] * 3 + ["reached"] * 2
    ledger.resolve(2, "submitted")
    assert _standings(ledger)[2] == "reached"


def test_not_submitted_are_those_whom_the_status_does_not_count(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Refused(reasons={0: "no"}))
    ledger.record(ledger.claim(), Submitted())
    with ledger.database.read() as connection:
        others = connection.execute(reached.not_submitted(ledger.ids[NAME])).scalars().all()
    assert len(set(others)) == 5 - ledger.status().submitted == 4

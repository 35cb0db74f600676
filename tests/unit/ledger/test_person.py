"""Taking a person out of the ledger: no count changes, and no batch goes to whoever has no address any more."""

from __future__ import annotations

import re

import pytest

from apes_mailer.contacts import person as of_lists
from apes_mailer.ledger import person
from apes_mailer.model.submission import NotAccepted, Submitted, Unknown
from tests.support.ledgers import NOW, Ledger, address, letters_with


@pytest.fixture
def erased(ledger: Ledger) -> Ledger:
    """A ledger with a campaign whose first recipient was erased before anything left."""
    ledger.prepare(batch_size=2)
    _erase(ledger, 0)
    return ledger


def _erase(ledger: Ledger, number: int) -> person.Taken:
    with ledger.database.write() as connection:
        contact_id = number + 1
        of_lists.erase(connection, ledger.key(number), at=NOW, keep_number=person.is_known(connection, contact_id))
        return person.take_out(connection, contact_id, address(number), re.compile(re.escape(address(number))))


def test_batch_that_has_not_left_goes_without_the_person(erased: Ledger) -> None:
    found = erased.try_claim()
    assert found is not None
    assert found[1].addresses == (address(1),)
    erased.record(found[0], Submitted())
    status = erased.status()
    assert (status.submitted, status.excluded) == (1, {"opted_out": 1})


def test_batch_of_nobody_else_goes_to_nobody(ledger: Ledger) -> None:
    ledger.prepare(batch_size=1)
    _erase(ledger, 0)
    found = ledger.try_claim()
    assert found is not None
    assert found[1].addresses == (address(1),)
    assert ledger.status().batches[0].state == "empty"


def test_person_stays_out_even_when_the_suppression_is_over(erased: Ledger) -> None:
    """The key in the ledger belongs to nobody any more: who comes back is another contact."""
    with erased.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM suppression")
    found = erased.try_claim()
    assert found is not None
    assert found[1].addresses == (address(1),)


@pytest.mark.parametrize("outcome", [Submitted(), Unknown(cause="reset"), NotAccepted(cause="429")])
def test_outcome_of_a_request_under_way_counts_as_before(ledger: Ledger, outcome: object) -> None:
    ledger.prepare(batch_size=2)
    claim = ledger.claim()
    _erase(ledger, 0)
    before = ledger.status(alive=True)
    assert before.submitting == 2
    ledger.record(claim, outcome)  # pyright: ignore[reportArgumentType] - one of the outcomes above
    counts = ledger.status()
    assert counts.submitted + counts.unknown + counts.pending == 5
    again = ledger.try_claim()
    assert again is not None
    assert "" not in again[1].addresses


def test_values_and_notes_that_name_the_person_are_gone(ledger: Ledger) -> None:
    ledger.prepare(batch_size=2, letters=letters_with("PRENOM"))
    ledger.record(ledger.claim(), NotAccepted(cause=f"400: {address(0)} is no address"))
    with ledger.database.write() as connection:
        connection.exec_driver_sql('UPDATE recipient SET merge_values = \'{"PRENOM": "Ana"}\'')
    assert _erase(ledger, 0) == person.Taken(campaigns=1, notes=2)  # of the attempt, and of its line of the history
    with ledger.database.read() as connection:
        text = "\n".join(map(str, connection.exec_driver_sql("SELECT * FROM history").all()))
    assert address(0) not in text
    assert "400: … is no address" in text
    values = [row["merge_values"] for row in ledger.rows("SELECT merge_values FROM recipient ORDER BY contact_id")]
    assert values[0] is None
    assert None not in values[1:]


def test_contact_that_the_ledger_does_not_count_goes_wholly(ledger: Ledger) -> None:
    _erase(ledger, 0)
    assert ledger.rows("SELECT id FROM contact WHERE id = 1") == []


def test_contact_that_the_ledger_counts_keeps_its_number_and_nothing_else(erased: Ledger) -> None:
    (row,) = erased.rows("SELECT key, address, fields FROM contact WHERE id = 1")
    assert (row["address"], row["fields"]) == ("", "{}")
    assert bytes(row["key"]) != erased.key(0)

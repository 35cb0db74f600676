"""What every command that sends does first: make sure that the ledger may be trusted."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
import sqlalchemy as sa

from apes_mailer.campaign import dispatch
from apes_mailer.campaign.send import Records
from apes_mailer.errors import CancelledError, LedgerError, UsageError
from apes_mailer.ledger.instance import Instance
from apes_mailer.ledger.states import BatchState
from apes_mailer.model.submission import Submitted, Unknown
from tests.support.ledgers import NAME, NOW, Ledger

PENDING, SUBMITTED, UNKNOWN = BatchState.PENDING, BatchState.SUBMITTED, BatchState.UNKNOWN


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger, None, None]:
    """A campaign of three batches, the first of which is submitted."""
    made = Ledger.create(tmp_path, contacts=5)
    made.prepare()
    made.record(made.claim(), Submitted())
    made.remember()
    yield made
    made.database.close()


def _records(ledger: Ledger) -> Records:
    return Records(database=ledger.database, instance=ledger.instance, clock=lambda: NOW)


def _copied(ledger: Ledger) -> Ledger:
    path = ledger.database.path
    ledger.database.close()
    copy = shutil.copyfile(path, path.with_name("copy.db"))
    path.rename(path.with_name("aside.db"))
    copy.rename(path)
    again = Ledger.open(path.parent)
    again.ids = ledger.ids
    return again


def test_trusted_ledger_is_left_alone(ledger: Ledger) -> None:
    assert dispatch.guard(_records(ledger), "sender") == []
    assert ledger.batch_states() == [SUBMITTED, PENDING, PENDING]


def test_copied_ledger_is_put_in_doubt_once_and_the_campaign_is_named(ledger: Ledger) -> None:
    copy = _copied(ledger)
    said = dispatch.guard(_records(copy), "sender")
    assert "was copied" in said[0]
    assert f'pending of "{NAME}" is in doubt' in said[1]
    assert copy.batch_states() == [SUBMITTED, UNKNOWN, UNKNOWN]
    assert dispatch.guard(_records(copy), "sender") == []
    assert copy.doubt() == ""


def test_ledger_that_another_program_has_dealt_with_meanwhile_is_left_alone(ledger: Ledger) -> None:
    copy = _copied(ledger)

    class Overtaken(Instance):
        """Another program is quicker, between the first look and the transaction."""

        looks = 0

        def doubt(self, connection: sa.Connection) -> str:
            self.looks += 1
            why = super().doubt(connection)
            if self.looks == 1:
                dispatch.guard(_records(copy), "another program")
                copy.resolve(2, "pending")
            return why

    path = copy.database.path
    late = Overtaken(path, state_folder=path.parent / "state", computer="here")
    assert dispatch.guard(Records(database=copy.database, instance=late, clock=lambda: NOW), "sender") == []
    assert late.looks == 2
    assert copy.batch_states() == [SUBMITTED, PENDING, UNKNOWN]


def test_nothing_is_resolved_in_a_copied_ledger_before_a_person_has_seen_its_doubts(ledger: Ledger) -> None:
    ledger.record(ledger.claim(), Unknown(cause="timeout"))
    copy = _copied(ledger)
    with pytest.raises(LedgerError, match="Nothing was resolved") as caught:
        dispatch.resolve(_records(copy), NAME, 2, to="pending", expected=2, actor="person")
    assert "was copied" in caught.value.message
    assert f'pending of "{NAME}" is in doubt' in caught.value.message
    assert f'in doubt of "{NAME}" may have been settled, and sent again' in caught.value.message
    assert copy.batch_states() == [SUBMITTED, UNKNOWN, UNKNOWN]
    found = dispatch.resolve(_records(copy), NAME, 3, to="submitted", expected=None, actor="person")
    assert [batch.state for batch in found.batches] == [SUBMITTED, UNKNOWN, SUBMITTED]


def test_resolving_finds_what_a_dead_sender_left(ledger: Ledger) -> None:
    ledger.claim()
    found = dispatch.resolve(_records(ledger), NAME, 2, to="submitted", expected=None, actor="person")
    assert (found.submitted, found.unknown, found.pending) == (4, 0, 1)


@pytest.mark.parametrize(
    ("batch", "expected", "error"), [(2, 3, CancelledError), (3, 1, UsageError), (9, 0, UsageError)]
)
def test_resolving_wrongly_changes_nothing(ledger: Ledger, batch: int, expected: int, error: type[Exception]) -> None:
    ledger.claim()
    with pytest.raises(error):
        dispatch.resolve(_records(ledger), NAME, batch, to="pending", expected=expected, actor="person")
    assert ledger.batch_states() == [SUBMITTED, UNKNOWN, PENDING]

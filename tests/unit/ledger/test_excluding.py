"""Who may not be mailed any more when a batch is claimed."""

from __future__ import annotations

from pathlib import Path

import pytest

from apes_mailer.contacts import consents
from apes_mailer.contacts.consents import Proof
from apes_mailer.model.consent import Policy, Purpose, State
from tests.support.ledgers import Ledger


def _say(ledger: Ledger, number: int, state: State) -> None:
    with ledger.database.write() as connection:
        consents.record(
            connection,
            ledger.key(number),
            list_id=1,
            purpose=Purpose.LETTER,
            state=state,
            at=ledger.now,
            proof=Proof(source="form"),
        )


@pytest.mark.parametrize("policy", Policy)
def test_opt_in_list_asks_again_for_the_consent_when_a_batch_is_claimed(tmp_path: Path, policy: Policy) -> None:
    ledger = Ledger.create(tmp_path, contacts=2)
    for number in (0, 1):
        _say(ledger, number, State.GIVEN)
    ledger.prepare(policy=policy)
    _say(ledger, 1, State.WITHDRAWN)
    assert len(ledger.claim().contacts) == (1 if policy is Policy.OPT_IN else 2)
    excluded = ledger.rows("SELECT reason FROM recipient WHERE outcome = 'excluded'")
    assert [row["reason"] for row in excluded] == (["no_proof_of_consent"] if policy is Policy.OPT_IN else [])

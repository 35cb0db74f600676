"""Who may be mailed: decided for each candidate, by a look into an index and no walk through a table."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from apes_mailer.contacts import consents
from apes_mailer.contacts.consents import Proof
from apes_mailer.ledger import permission
from apes_mailer.ledger.states import Reason
from apes_mailer.model.consent import Policy, Purpose, State
from apes_mailer.store import schema
from apes_mailer.store.times import stamp
from tests.support.ledgers import NOW, Ledger

KEY = schema.contact.c.key


@pytest.mark.parametrize(
    ("said", "excluded"),
    [
        ([], 5),
        ([State.GIVEN], 4),
        ([State.GIVEN, State.WITHDRAWN], 5),
        ([State.REFUSED, State.GIVEN], 4),
    ],
)
def test_last_word_decides_who_is_mailed_by_opt_in(ledger: Ledger, said: list[State], excluded: int) -> None:
    with ledger.database.write() as connection:
        for state in said:
            consents.record(
                connection,
                ledger.key(0),
                list_id=schema.ALL_LISTS,
                purpose=Purpose.LETTER,
                state=state,
                at=NOW,
                proof=Proof(source="form"),
            )
    frozen = ledger.prepare(policy=Policy.OPT_IN)
    assert frozen.excluded == {Reason.NO_PROOF: excluded}


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (permission.suppressed(KEY, 1, NOW).exists(), "suppression USING INDEX sqlite_autoindex_suppression_1 (key=?"),
        (
            permission.suppressed(KEY, 1, NOW).where(schema.suppression.c.id > 7).exists(),
            "suppression USING INDEX sqlite_autoindex_suppression_1 (key=?",
        ),
        (
            permission.consent(KEY, 1, Purpose.LETTER) == "given",
            "consent USING COVERING INDEX consent_key (key=? AND purpose=? AND list_id=?",
        ),
    ],
)
def test_each_contact_costs_a_look_into_an_index(ledger: Ledger, asked: sa.ColumnElement[Any], index: str) -> None:
    query = sa.select(schema.contact.c.id).where(asked).compile(compile_kwargs={"literal_binds": True})
    with ledger.database.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
    assert any(index in str(step) for step in plan), plan


@pytest.mark.parametrize("hours", [1, -1])
def test_undone_import_proves_nothing_whatever_the_clock_says_by_then(ledger: Ledger, hours: int) -> None:
    with ledger.database.write() as connection:
        row = {"list_id": 1, "source": "a.csv", "at": stamp(NOW), "counts": "{}"}
        made = connection.execute(sa.insert(schema.contact_import).values(row).returning(schema.contact_import.c.id))
        proof = {"list_id": 1, "purpose": Purpose.LETTER, "state": State.GIVEN, "at": stamp(NOW), "source": "a.csv"}
        rows = [{**proof, "key": ledger.key(number), "import_id": made.scalar_one()} for number in (0,)]
        connection.execute(sa.insert(schema.consent), rows)
    ledger.prepare(policy=Policy.OPT_IN)
    undone = sa.update(schema.contact_import).values(undone_at=stamp(NOW + dt.timedelta(hours=hours)))
    with ledger.database.write() as connection:
        connection.execute(undone)
    assert ledger.try_claim() is None

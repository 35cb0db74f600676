"""Erasing somebody takes nothing away from those who write into the database meanwhile."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from apes_mailer.campaign.erasure import erase
from apes_mailer.model.keys import Keyring
from apes_mailer.store import schema
from apes_mailer.store.database import Database
from apes_mailer.workspace import Workspace
from tests.support.another_program import contacts_seen_by_another_program
from tests.support.ledgers import SECRET

NOW = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("kept", ["mailer.db", "data/ledger.db"])
def test_what_is_written_after_an_erasure_is_kept_wherever_the_database_is(tmp_path: Path, kept: str) -> None:
    (tmp_path / kept).parent.mkdir(exist_ok=True)
    workspace, database, keyring = Workspace(tmp_path), Database(kept, base=tmp_path), Keyring(SECRET)
    workspace.contacts.mkdir()
    for number in range(3):
        erased = erase(database, keyring, workspace, "ana@exemple.fr", at=NOW)
        assert (erased.left, erased.log_left) == ([], False)
        with database.write() as connection:
            connection.execute(sa.insert(schema.contact).values(key=bytes([number] * 16), address=f"{number}@b.fr"))
        assert contacts_seen_by_another_program(database.path) == number + 1
    database.close()
    assert contacts_seen_by_another_program(database.path) == 3

"""Erasing somebody: what cannot be read or changed keeps nothing else from being erased, and nobody else loses any."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from apes_mailer.campaign import person
from apes_mailer.campaign.erasure import Erased, erase
from apes_mailer.contacts import lists
from apes_mailer.model.batch import Recipient
from apes_mailer.model.keys import Keyring
from apes_mailer.providers.outbox.provider import safe_name
from apes_mailer.store import schema
from apes_mailer.store.database import Database
from apes_mailer.workspace import Workspace
from tests.support.another_program import contacts_seen_by_another_program
from tests.support.ledgers import SECRET

NOW = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)
ANA = "ana@exemple.fr"
UNREADABLE = Path("/proc/self/mem")  # to read it from its beginning fails, whoever one is

needs_unreadable = pytest.mark.skipif(not UNREADABLE.exists(), reason="there is no file that nobody can read")


class Place:
    """A workspace with Ana in its store and in a list kept as a file."""

    def __init__(self, root: Path) -> None:
        self.workspace, self.keyring = Workspace(root), Keyring(SECRET)
        self.database = Database("mailer.db", base=root, busy_seconds=0.1)
        self.key = self.keyring.contact_key(ANA)
        self.workspace.contacts.mkdir()
        self.list = self.put("contacts/liste.csv", f"EMAIL\n{ANA}\nbob@exemple.fr\n")
        with self.database.write() as connection:
            lists.know(connection, self.key, ANA)

    def put(self, name: str, text: str = ANA) -> Path:
        """Write a file."""
        path = self.workspace.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def put_unreadable(self, name: str) -> Path:
        """Put a file that nobody can read."""
        path = self.workspace.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(UNREADABLE)
        return path

    def erase(self) -> Erased:
        """Erase Ana."""
        return erase(self.database, self.keyring, self.workspace, ANA, at=NOW)

    def message(self, run: str) -> Path:
        """Write a message to Ana into the outbox."""
        return self.put(f"outbox/{run}/messages/{safe_name(Recipient(ANA, self.mark, '', {}))}.eml")

    @property
    def mark(self) -> str:
        """The opaque name of Ana."""
        return self.keyring.recipient_mark(self.key)

    def is_known(self) -> bool:
        """Whether Ana is in the store or in the list."""
        with self.database.read() as connection:
            return lists.contact_id(connection, self.key) is not None or ANA in self.list.read_text(encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Generator[Place]:
    made = Place(tmp_path)
    yield made
    made.database.close()


@needs_unreadable
def test_file_that_cannot_be_read_is_named_and_all_else_is_erased(place: Place) -> None:
    message = place.message("2027-01/1")
    closed = [place.put_unreadable(name) for name in ("contacts/abc.csv", "contacts/abc.xlsx", "a.tar", "b/c.tar")]
    erased = place.erase()
    assert sorted(erased.left) == sorted(closed)
    assert (erased.rows, erased.messages, erased.log_left) == (1, 1, False)
    assert not place.is_known()
    assert not message.exists()
    assert ANA.encode() not in place.database.path.read_bytes()


@needs_unreadable
def test_what_cannot_be_read_is_named_when_all_is_given_out(place: Place) -> None:
    place.put_unreadable("contacts/abc.csv")
    message = place.message("2027-01/1")
    message.unlink()
    message.symlink_to(UNREADABLE)
    found = person.export(place.database, place.keyring, place.workspace, ANA, at=NOW)
    assert found["unreadable"] == ["contacts/abc.csv", place.workspace.shown(message)]
    assert [each["file"] for each in found["files"]] == ["contacts/liste.csv"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user")
@pytest.mark.parametrize("name", ["contacts/vieux", "sauvegarde", "outbox/2027-01", "outbox/2027-01/1/messages"])
def test_folder_that_cannot_be_looked_into_is_named(place: Place, name: str) -> None:
    folder = place.workspace.root / name
    folder.mkdir(parents=True)
    folder.chmod(0)
    erased = place.erase()
    folder.chmod(0o700)
    assert erased.left == [folder.parent if folder.name == "messages" else folder]
    assert not place.is_known()


def test_run_whose_messages_cannot_be_deleted_is_named_until_they_can(place: Place) -> None:
    stuck, other = place.message("2027-01/1"), place.message("2027-02/1")
    in_its_way = stuck.with_suffix(".html")
    in_its_way.mkdir()
    erased = place.erase()
    assert (erased.left, erased.messages) == ([stuck.parent.parent], 1)
    assert not other.exists()
    assert not place.is_known()
    in_its_way.rmdir()
    erased = place.erase()
    assert (erased.left, erased.messages) == ([], 1)
    assert not stuck.exists()


def test_what_programs_keep_for_themselves_is_not_looked_through(place: Place) -> None:
    for name in (".git/objects/ab", "campaigns/2027-01/node_modules/x/y.js", ".cache/pictures/a.json", "env/lib/a.py"):
        place.put(name)
    place.put("env/pyvenv.cfg", "home = /usr/bin\n")
    ours = [place.put(".brouillons/notes.txt"), place.put("campaigns/2027-01/issue.yaml")]
    assert place.erase().left == ours


def test_program_that_uses_the_database_until_the_end_keeps_nobody_from_learning_what_was_erased(place: Place) -> None:
    place.database.empty_log()
    assert ANA.encode() in place.database.path.read_bytes(), "the test looks where nothing is"
    with closing(sqlite3.connect(place.database.path, isolation_level=None)) as other:

        def hold() -> None:
            other.execute("BEGIN IMMEDIATE")

        place.database.on_commit = lambda _connection: hold
        erased = place.erase()
        assert erased.log_left
        assert not place.is_known()
    place.database.on_commit = lambda _connection: lambda: None
    assert not place.erase().log_left
    assert ANA.encode() not in place.database.path.read_bytes()


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

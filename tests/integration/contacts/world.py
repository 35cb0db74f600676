"""A small workspace in which anything may happen to a few people, and the model of who may be mailed in it."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from apes_mailer.contacts import lists
from apes_mailer.model.keys import Keyring
from apes_mailer.model.suppression import Cause
from apes_mailer.store.database import Database
from apes_mailer.workspace import Workspace
from tests.support.ledgers import SECRET

PEOPLE, LISTS = 3, ("tous", "autres")
NOW = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
KEYRING = Keyring(SECRET)
Person, List = st.integers(0, PEOPLE - 1), st.sampled_from(LISTS)
Some = st.lists(Person, min_size=1, max_size=PEOPLE)


def address(number: int) -> str:
    """The address of a person."""
    return f"personne{number}@exemple.example"


def key(number: int) -> bytes:
    """The key of a person."""
    return KEYRING.contact_key(address(number))


class Will:
    """The model: which noes stand against letters of a list to a person, by cause, and who has agreed to get them.

    A yes takes as much away as its words can mean: the model never asks for more silence than the person did.
    """

    def __init__(self) -> None:
        everybody = [(number, name) for number in range(PEOPLE) for name in LISTS]
        self._noes: dict[tuple[int, str], dict[Cause, dt.datetime | None]] = {each: {} for each in everybody}
        self._agreed = set[tuple[int, str]]()

    def no(self, number: int, where: str | None, cause: Cause, until: dt.datetime | None = None) -> None:
        """Somebody said no, for one list or for all; what has no end keeps having none."""
        for name in _names(where):
            noes = self._noes[number, name]
            noes[cause] = None if cause in noes and noes[cause] is None else until

    def yes(self, number: int, where: str | None, causes: Collection[Cause], *, agreed: bool = True) -> None:
        """Somebody who may took noes back."""
        for name in _names(where):
            self._noes[number, name] = {c: end for c, end in self._noes[number, name].items() if c not in causes}
            self._agreed |= {(number, name)} if agreed else set()

    def withdraw(self, number: int, where: str | None = None) -> None:
        """The person agrees to the letters of a list no more, or to none at all."""
        self._agreed -= {(number, name) for name in _names(where)}

    def forbids(self, number: int, where: str, at: dt.datetime) -> bool:
        """Whether this person must not be mailed on this list now."""
        return any(end is None or end > at for end in self._noes[number, where].values())

    def agrees(self, number: int, where: str) -> bool:
        """Whether this person has agreed to the letters of this list."""
        return (number, where) in self._agreed


def _names(where: str | None) -> tuple[str, ...]:
    return LISTS if where is None else (where,)


class World(RuleBasedStateMachine):
    """What all rules share: the store, the model, the time."""

    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.workspace = Workspace(self.folder)
        self.workspace.contacts.mkdir()
        self.database = Database("mailer.db", base=self.folder)
        self.will = Will()
        self.now: dt.datetime = NOW
        self.lists: dict[str, int] = {}
        with self.database.write() as connection:
            for name in LISTS:
                self.lists[name] = lists.find_or_add(connection, name, KEYRING, NOW)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.database.close()
            shutil.rmtree(self.folder)

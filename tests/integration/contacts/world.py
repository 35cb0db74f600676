"""A small workspace in which anything may happen to a few people, and the model of who may be mailed in it."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from apes_mailer.contacts import lists
from apes_mailer.model.keys import Keyring
from apes_mailer.model.suppression import ENDED_BY_OPTING_IN, Cause
from apes_mailer.store.database import Database
from apes_mailer.workspace import Workspace
from tests.support.ledgers import SECRET

PEOPLE, LISTS = 3, ("tous", "autres", "nouveaux")  # the last is not there from the beginning
BY_HAND, LINK, PAGE, PROVIDER, ACCOUNT, IMPORT = "by hand", "link", "page", "provider", "account", "import"
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


class Word(NamedTuple):
    """One line of what a person said about the letters of a list, or of all: yes or no, when, and by which way."""

    where: str | None
    yes: bool
    at: dt.datetime
    way: str


class Will:
    """The model: which noes stand against letters of a list to a person, by cause and way, and who has agreed to them.

    A yes takes as much away as its words can mean: the model never asks for more silence than the person did.
    """

    def __init__(self) -> None:
        everybody = [(number, name) for number in range(PEOPLE) for name in LISTS]
        self._noes: dict[tuple[int, str], dict[tuple[Cause, str], dt.datetime | None]] = {
            each: {} for each in everybody
        }
        self._said: dict[int, list[Word]] = {number: [] for number in range(PEOPLE)}

    def no(
        self, number: int, where: str | None, cause: Cause, until: dt.datetime | None = None, *, way: str = BY_HAND
    ) -> None:
        """Somebody said no, for one list or for all; what has no end keeps having none."""
        for name in _names(where):
            noes = self._noes[number, name]
            noes[cause, way] = None if (cause, way) in noes and noes[cause, way] is None else until

    def heard(self, number: int, where: str | None, cause: Cause, said: dt.datetime, *, way: str) -> list[str]:
        """Somebody else tells of a no; return the lists for which it counts."""
        own = cause in {Cause.AT_PROVIDER, Cause.IMPORTED}
        names = _names(where if own else None)
        counts = [name for name in names if not (own and self._came_back(number, name, said))]
        for name in counts:
            self.no(number, name, cause, way=way)
        return counts

    def _came_back(self, number: int, name: str, since: dt.datetime) -> bool:
        own = (word for word in self._said[number] if word.yes and not word.way.startswith(IMPORT))
        return any(word.where in {None, name} and word.at > since for word in own)

    def takes_back(self, number: int, where: str | None, causes: Collection[Cause], *, way: str | None = None) -> None:
        """Somebody who may took noes back; only what came by a way, if it is told."""
        for name in _names(where):
            noes = self._noes[number, name]
            self._noes[number, name] = {
                (cause, by): end for (cause, by), end in noes.items() if cause not in causes or way not in {None, by}
            }

    def says(self, number: int, where: str | None, at: dt.datetime, way: str, *, yes: bool) -> None:
        """The person agrees to the letters of a list, or of all, or does so no more."""
        self._said[number].append(Word(where, yes, at, way))

    def unsay(self, way: str, *, number: int | None = None) -> None:
        """What was said by a way does not count, of one person or of all."""
        for each, said in self._said.items():
            if number in {None, each}:
                said[:] = [word for word in said if word.way != way]

    def forget(self, number: int) -> None:
        """Nothing that was said is known any more."""
        self._said[number].clear()
        self.takes_back(number, None, set(Cause))

    def ways(self, number: int, where: str, causes: Collection[Cause]) -> set[str]:
        """By which ways a person has said no to a list, for these causes."""
        return {way for cause, way in self._noes[number, where] if cause in causes}

    def has_spoken(self, number: int, where: str) -> bool:
        """Whether anything is known that this person said of the list."""
        return any(word.where in {None, where} for word in self._said[number])

    def forbids(self, number: int, where: str, at: dt.datetime) -> bool:
        """Whether this person must not be mailed on this list now."""
        return any(end is None or end > at for end in self._noes[number, where].values())

    def agrees(self, number: int, where: str) -> bool:
        """Whether this person has agreed to the letters of this list."""
        said = [word.yes for word in self._said[number] if word.where in {None, where}]
        return said[-1:] == [True]


def _names(where: str | None) -> tuple[str, ...]:
    return LISTS if where is None else (where,)


class Known(dict[str, int]):
    """The numbers of the lists; one that is asked for and is not there is made."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def __missing__(self, name: str) -> int:
        with self._database.write() as connection:
            self[name] = lists.find_or_add(connection, name, KEYRING, NOW)
        return self[name]


class World(RuleBasedStateMachine):
    """What all rules share: the store, the model, the time."""

    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.workspace = Workspace(self.folder)
        self.workspace.contacts.mkdir()
        self.database = Database("mailer.db", base=self.folder)
        self.will = Will()
        self.now: dt.datetime = NOW
        self.lists = Known(self.database)
        for name in LISTS[:2]:
            assert self.lists[name]

    def agree(self, number: int, where: str, way: str = "") -> None:
        """The person opts in: what the person had said against the letters of this list is over."""
        self.will.takes_back(number, where, ENDED_BY_OPTING_IN)
        self.will.says(number, where, self.now, way, yes=True)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.database.close()
            shutil.rmtree(self.folder)

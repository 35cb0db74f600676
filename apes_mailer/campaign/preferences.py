"""What a reader decides on the page behind the link of a letter: which letters, none for a while, what is counted.

The link proves who reads, as far as a letter does, and letters are forwarded: it stops what comes, takes back what it
stopped lately, and shows nothing of the person. Any other yes to letters takes a letter of its own.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from apes_mailer.campaign import unsubscribe
from apes_mailer.contacts import consents, lists, opting_in, suppressions
from apes_mailer.contacts.consents import Consent, Proof
from apes_mailer.contacts.suppressions import ALL_LISTS
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.keys import Keyring, TokenContent
from apes_mailer.model.suppression import ENDED_BY_OPTING_IN, Cause
from apes_mailer.store.database import Connection, Database

MONTHS = (1, 3, 6)
"""For how many months letters can be paused."""

COUNTED = (Purpose.OPENS, Purpose.CLICKS)
"""What is counted of a reader who agrees."""

SOURCE = unsubscribe.PAGE
"""The source of what is recorded here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicList:
    """A list that readers know as a letter of its own; ``open`` when anybody may sign up for it."""

    name: str
    title: str
    about: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A letter that a reader can have, and whether the reader gets it."""

    list: PublicList
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand with a reader.

    ``stopped``: the reader wants no letter at all. ``paused_until`` is the end of a pause, ``held`` whether something
    keeps letters away that the reader cannot end. ``listed``: the address may be on a list that letters go to, and
    ``imported_at`` is the stamp of the import that put it there. ``said_last`` is what the reader last said of the
    letter and did not take back, ``counted`` what of being counted; None: nothing.
    """

    choices: Sequence[Choice]
    stopped: bool
    paused_until: dt.datetime | None
    held: bool
    listed: bool
    imported_at: str | None
    said_last: Consent | None
    counted: Mapping[Purpose, State | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """The store, the keys, and the lists that readers know; none when the letter is the only one."""

    database: Database
    keyring: Keyring
    lists: Sequence[PublicList]

    def standing(self, link: TokenContent, at: dt.datetime) -> Standing:
        """Return how things stand with the reader of a link."""
        with self.database.read() as connection:
            key, scope = link.contact_key, unsubscribe.scope_of(connection, link)
            list_id = lists.find_by_tag(connection, link.list_tag)
            holding = suppressions.holding(connection, key, at=at, list_id=scope if list_id is None else list_id)
            said_last = consents.latest(connection, key, scope if list_id is None else list_id, Purpose.LETTER)
            undone = said_last is not None and said_last.state is State.WITHDRAWN and not holding
            ends = [each.until for each in holding if each.cause is Cause.PAUSED and each.until]
            return Standing(
                choices=self._choices(connection, link, at),
                stopped=any(not each.list_name and each.cause in _SAID for each in holding),
                paused_until=dt.datetime.fromisoformat(max(ends)) if ends else None,
                held=any(each.cause not in ENDED_BY_OPTING_IN for each in holding),
                listed=lists.is_on_any(connection, key) or _kept_as_file(connection, list_id),
                imported_at=lists.imported_at(connection, key),
                said_last=None if undone else said_last,
                counted={purpose: _said(consents.latest(connection, key, ALL_LISTS, purpose)) for purpose in COUNTED},
            )

    def _choices(self, connection: Connection, link: TokenContent, at: dt.datetime) -> list[Choice]:
        """Return what the reader can choose from: letters that the reader has or had, and those open to all."""
        choices: list[Choice] = []
        for each in self.lists:
            number = lists.number(connection, each.name)
            on_it = self._is_on(connection, each, number, link)
            said_no = self._said_no(connection, link.contact_key, number, at)
            if on_it or each.open:
                choices.append(Choice(list=each, chosen=on_it and not said_no))
        return choices

    def _is_on(self, connection: Connection, public: PublicList, number: int, link: TokenContent) -> bool:
        # Of a list kept as a file, only the letter that brought the reader here tells.
        came_by_it = self.keyring.list_tag(public.name) == link.list_tag and _kept_as_file(connection, number)
        return came_by_it or lists.is_member(connection, number, link.contact_key)

    @staticmethod
    def _said_no(connection: Connection, key: bytes, number: int, at: dt.datetime) -> bool:
        return any(each.cause in _SAID for each in suppressions.holding(connection, key, list_id=number, at=at))

    def choose(self, link: TokenContent, wanted: AbstractSet[str], origin: str, at: dt.datetime) -> list[str]:
        """Begin and stop the letters of lists: of those that the reader can choose from, exactly ``wanted`` come.

        Return the lists whose letters do not begin so: only who reads the mail of the address can ask for them.
        ``origin`` is from where on the network the reader asks.
        """
        proof, to_confirm = Proof(source=SOURCE, origin=origin), list[str]()
        with self.database.write() as connection:
            # Those that begin come first: what held for all lists then goes on holding for each of the others.
            for choice in sorted(self._choices(connection, link, at), key=lambda each: each.list.name not in wanted):
                number = lists.find_or_add(connection, choice.list.name, self.keyring, at)
                if choice.list.name in wanted and not choice.chosen:
                    if self._may_come_back(connection, choice, number, link, at):
                        proof = replace(proof, wording=choice.list.title)
                        opting_in.opt_in(connection, link.contact_key, list_id=number, at=at, proof=proof)
                    else:
                        to_confirm.append(choice.list.name)
                elif choice.list.name not in wanted and choice.chosen:
                    _stop(connection, number, link.contact_key, at)
        return to_confirm

    def come_back(self, link: TokenContent, at: dt.datetime) -> list[str]:
        """Take back what the link stopped; return the list of the link when its letters do not begin so."""
        if unsubscribe.undo(self.database, link, at):
            return []
        with self.database.read() as connection:
            return list(filter(None, [lists.name_of_tag(connection, link.list_tag)]))

    def _may_come_back(
        self, connection: Connection, choice: Choice, number: int, link: TokenContent, at: dt.datetime
    ) -> bool:
        """Whether letters begin without being confirmed: they came before, and were stopped lately by such a link."""
        held = suppressions.holding(connection, link.contact_key, list_id=number, at=at)
        ended = (unsubscribe.can_undo(each, at) for each in held if each.cause in ENDED_BY_OPTING_IN)
        return self._is_on(connection, choice.list, number, link) and all(ended)

    def pause(self, link: TokenContent, months: int, at: dt.datetime) -> None:
        """Send nothing for some months; a pause that there is ends."""
        until = _months_later(at, months)
        with self.database.write() as connection:
            scope = unsubscribe.scope_of(connection, link)
            suppressions.remove(connection, link.contact_key, list_id=scope, cause=Cause.PAUSED)
            suppressions.add(
                connection, link.contact_key, list_id=scope, cause=Cause.PAUSED, at=at, until=until, source=SOURCE
            )

    def end_pause(self, link: TokenContent) -> None:
        """End a pause, of all letters or of those that the link is of, and nothing else."""
        with self.database.write() as connection:
            everything, of_link = unsubscribe.scope_of(connection, link), lists.find_by_tag(connection, link.list_tag)
            for scope in {everything, everything if of_link is None else of_link}:
                suppressions.remove(connection, link.contact_key, list_id=scope, cause=Cause.PAUSED)

    def allow(self, link: TokenContent, said: Mapping[Purpose, bool], proof: Proof, at: dt.datetime) -> None:
        """Record what the reader says of being counted, where that is anything new."""
        with self.database.write() as connection:
            for purpose, agrees in said.items():
                before = _said(consents.latest(connection, link.contact_key, ALL_LISTS, purpose))
                state = State.GIVEN if agrees else State.WITHDRAWN if before is State.GIVEN else State.REFUSED
                if state is before or (not agrees and before is State.WITHDRAWN):
                    continue
                consents.record(
                    connection,
                    link.contact_key,
                    list_id=ALL_LISTS,
                    purpose=purpose,
                    state=state,
                    at=at,
                    proof=proof,
                )


_SAID = ENDED_BY_OPTING_IN - {Cause.PAUSED}


def _kept_as_file(connection: Connection, list_id: int | None) -> bool:
    """Whether the store cannot tell who is on a list: it knows the list, and has nobody on it."""
    return list_id is not None and not lists.has_members(connection, list_id)


def _stop(connection: Connection, number: int, key: bytes, at: dt.datetime) -> None:
    suppressions.add(connection, key, list_id=number, cause=Cause.UNSUBSCRIBED, at=at, source=SOURCE)
    consents.withdraw(connection, key, list_id=number, at=at, source=SOURCE)


def _said(consent: Consent | None) -> State | None:
    return None if consent is None else consent.state


def _months_later(at: dt.datetime, months: int) -> dt.datetime:
    """Return the same day of a later month, or its last day."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))

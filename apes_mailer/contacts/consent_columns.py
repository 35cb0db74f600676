"""What a row says of the consent of a person: since when, from where, on which legal basis.

Services write it into columns of their own when they export a list. A date on which a contact was merely added is no
consent, unless another column says in so many words that the person agreed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, Self

from apes_mailer.contacts.letter_columns import is_question
from apes_mailer.contacts.moments import is_unread, moment
from apes_mailer.contacts.opt_outs import says_yes

# In the order in which they are believed: a confirmed address says more than a form that anybody can fill in.
_TIMES = """
    CONFIRM_TIME OPTIN_TIME OPT_IN_TIME OPTIN_DATE OPT_IN_DATE DATE_OPTIN DATE_OPT_IN
    CONSENT_TIME CONSENT_DATE DATE_CONSENTEMENT DATE_DE_CONSENTEMENT DATE_DU_CONSENTEMENT
    SUBSCRIBED_AT SUBSCRIPTION_DATE DATE_ABONNEMENT DATE_D_ABONNEMENT
""".split()
_ADDED = "ADDED_TIME CREATED_AT DATE_AJOUT DATE_D_AJOUT DATE_DE_CREATION".split()
# Beside questions of a form, such as "Souhaitez-vous recevoir notre lettre ?".
_AGREEMENTS = "OPT_IN OPTIN DOUBLE_OPT_IN DOUBLE_OPTIN CONSENTEMENT CONSENT NEWSLETTER INFOLETTRE".split()
_SOURCES = """
    CONSENT_SOURCE SOURCE_CONSENTEMENT SOURCE_DU_CONSENTEMENT OPTIN_SOURCE ORIGINE_CONSENTEMENT
    ORIGINE_DU_CONSENTEMENT SOURCE ORIGINE
""".split()
_BASES = "BASE_LEGALE BASE_JURIDIQUE LEGAL_BASIS LAWFUL_BASIS".split()


class Consent(NamedTuple):
    """A consent that a row tells of: since when (UTC, if it says), from where, on which legal basis."""

    at: dt.datetime | None
    source: str
    basis: str


class Unread(NamedTuple):
    """A cell that should hold the time of a consent, and in which no time is found."""

    field: str
    written: str


class ConsentColumns:
    """Finds the consent in the values of a row."""

    def __init__(self, fields: Sequence[str]) -> None:
        """``fields`` are the names of the values of each row."""
        place = {field: number for number, field in enumerate(fields)}
        self._fields = tuple(fields)
        self._times = [place[name] for name in _TIMES if name in place]
        asked = [name for name in fields if is_question(name) and name not in {*_TIMES, *_AGREEMENTS}]
        agreements = [*(name for name in _AGREEMENTS if name in place), *asked]
        self._agreements = [place[name] for name in agreements]
        self._added = [place[name] for name in _ADDED if name in place]
        self._sources = [place[name] for name in _SOURCES if name in place]
        self._bases = [place[name] for name in _BASES if name in place]
        self.names = [*(name for name in _TIMES if name in place), *agreements]
        """The columns that tell of a consent, in the order in which they are believed."""

    @classmethod
    def among(cls, fields: Sequence[str]) -> Self | None:
        """Return what finds the consent in rows with these fields; None when none of them tells of one."""
        found = cls(fields)
        return found if found.names else None

    def of(self, values: Sequence[str]) -> Consent | None:
        """Return the consent that a row tells of, if it does."""
        at = _first_moment(values, self._times)
        if at is None:
            if not self._agrees(values):
                return None
            at = _first_moment(values, self._added)
        return Consent(at, _first(values, self._sources), _first(values, self._bases))

    def unread(self, values: Sequence[str]) -> Unread | None:
        """Return the cell for the want of whose time the consent of a row has none, or is none; mostly nothing."""
        if _first_moment(values, self._times):
            return None
        places = self._times
        if self._agrees(values):
            places = [*self._times, *self._added] if not _first_moment(values, self._added) else []
        return next((Unread(self._fields[place], values[place]) for place in places if is_unread(values[place])), None)

    def _agrees(self, values: Sequence[str]) -> bool:
        return any(says_yes(values[place]) for place in self._agreements)


def _first_moment(values: Sequence[str], places: Sequence[int]) -> dt.datetime | None:
    return next((at for place in places if (at := moment(values[place]))), None)


def _first(values: Sequence[str], places: Sequence[int]) -> str:
    return next((values[place] for place in places if values[place]), "")

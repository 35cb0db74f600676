"""Rows of people who said no to letters, as other services and spreadsheets mark them.

A mark that might be read either way counts as a no: a person left out by mistake can be put back, a letter that was
sent cannot.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from apes_mailer.model.spelling import plain
from apes_mailer.model.suppression import Cause

_SHOWN = 60  # characters of a mark
_BLANK = " -–—.?"  # with which people fill a cell that they leave empty


def _parsed(form: str, written: str) -> dt.datetime:
    return dt.datetime.strptime(written, form)  # noqa: DTZ007 - no zone is written


# Words of a column's name. Those of the first two groups stand anywhere in it, those of the last are all of it.
_SAYS_NO = re.compile(
    r"(?:^|_)(?:(?:e_?mail_?)?(?:blacklist|blocklist)\w*|liste_noire|desinscri\w*|desabonn\w*|unsub|unsubscribed|"
    r"opt_?out|opted_out|clean_time|ne_(?:plus|pas)_(?:contacter|ecrire|mailer)|do_not_(?:e_?mail|contact)|"
    r"no_bulk_emails?|ne_\w*(?:pas|plus)_\w*(?:recevoir|contacter?|contactee?))(?:_|$)"
).search
_SAYS_YES = re.compile(
    r"(?:^|_)(?:opt_?in|newsletters?|infolettres?|lettres?_d_informations?|abonnee?|subscribed)(?:_|$)"
).search
_STATUS = re.compile(
    r"(?:statut|status|etat|e_?mail_marketing(?:_status)?|marketing(?:_status)?|abonnement|subscription(?:_status)?|"
    r"(?:statut|status|etat)_(?:e_?mail|abonnement|d_abonnement|de_l_abonnement|inscription|newsletter)|"
    r"e_?mail_(?:statut|status|subscription)(?:_status)?|consentement|consent)"
).fullmatch
# Columns about another channel, and columns that count or lead somewhere, mark nobody.
_ELSEWHERE = re.compile(
    r"(?:^|_)(?:sms|whatsapp|push|courrier|postal|campaign|lien|link|url|nombre|nb|count|taux|rate|lue?s|ouvert\w*)(?:_|$)"
).search
# What people wrote in words of their own is theirs, and no evidence is needed beyond its being there.
_FREE_TEXT = re.compile(r"REASON|RAISON|MOTIF|COMMENT|NOTE|OTHER").search

_NO = frozenset({"non", "n", "no", "false", "faux", "0", "jamais", "never", "none"})
_REFUSED = _NO | {"refus", "refuse", "refusee"}
_YES = frozenset({"oui", "o", "yes", "y", "true", "vrai", "1", "x", "ok"})
_WORDS_OF_NO = re.compile(
    r"(?:^|_)(?:unsubscribed?|desinscri\w*|desabonn\w*|non_(?:abonnee?|inscrite?)|not_subscribed|opt(?:ed)?_?out|"
    r"blacklist\w*|blocklist\w*|blocked|liste_noire|archived|refuse\w*|ne_(?:plus|pas)_(?:contacter|ecrire))(?:_|$)"
).search
_WORDS_OF_BOUNCING = re.compile(
    r"(?:^|_)(?:cleaned|(?:hard_?)?bounced?|invalid|undeliverable|npai|(?:e_?mail|adresse)_invalide)(?:_|$)"
).search
_WORDS_OF_COMPLAINT = re.compile(r"(?:^|_)(?:complain\w*|spam|plainte|signale_comme_spam)(?:_|$)").search

_FRENCH_DATES = [
    partial(_parsed, form) for form in ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
]


_Reader = Callable[[str], Cause | None]
"""Tells the cause that a cell states, or None."""


class Mark(NamedTuple):
    """What a row says of a person who is not to be written to."""

    cause: Cause
    at: dt.datetime | None
    """When, in UTC, if the row tells."""
    evidence: str
    """The column and its words, as in ``STATUT: désinscrit``."""


class Marks:
    """Finds the mark in the values of a row."""

    def __init__(self, readers: Sequence[tuple[int, str, _Reader]], *, everybody: Cause | None = None) -> None:
        """``everybody`` is the cause that holds for each row, whatever is written in it."""
        self._readers = readers
        self._everybody = everybody

    def of(self, values: Sequence[str]) -> Mark | None:
        """Return the mark of a row, the worst of several; None for a person who may be written to."""
        found = [(cause, name, values[place]) for place, name, read in self._readers if (cause := read(values[place]))]
        if not found:
            return Mark(self._everybody, None, "") if self._everybody else None
        causes = {cause for cause, _, _ in found}
        cause = next(each for each in (Cause.COMPLAINED, Cause.IMPORTED, Cause.BOUNCED) if each in causes)
        at = next((at for _, _, written in found if (at := moment(written))), None)
        said = "; ".join(name if _FREE_TEXT(name) else f"{name}: {written[:_SHOWN]}" for _, name, written in found)
        return Mark(cause, at, said)


def find(fields: Sequence[str], file_name: str = "") -> Marks | None:
    """Return what finds marks in rows with these fields; None when none of them can hold one.

    Mailchimp says in the name of a file, too, that it holds those who left, or whose address is dead.
    """
    readers = [(place, field, read) for place, field in enumerate(fields) if (read := _reader(plain(field)))]
    everybody = _of_everybody(plain(file_name))
    return Marks(readers, everybody=everybody) if readers or everybody else None


def _of_everybody(file_name: str) -> Cause | None:
    if file_name.startswith(("unsubscribed_", "non_subscribed_")):
        return Cause.IMPORTED
    return Cause.BOUNCED if file_name.startswith("cleaned_") else None


def _reader(name: str) -> _Reader | None:
    """Return what tells the cause that a cell of this column states, or nothing for columns that state none."""
    if _ELSEWHERE(name):
        return None
    if _SAYS_NO(name):
        return _bounce_unless_no if name.startswith("clean") else _no_unless_denied
    if _SAYS_YES(name):
        return _no_if_denied
    return _no_if_said if _STATUS(name) else None


@lru_cache(maxsize=4096)
def _no_unless_denied(written: str) -> Cause | None:
    """A column such as ``Désinscrit``: whatever is in it says so, but for a no."""
    if not written.strip(_BLANK) or plain(written) in _NO or written.startswith(("http://", "https://", "0000-")):
        return None
    return _no_if_said(written) or Cause.IMPORTED


def _bounce_unless_no(written: str) -> Cause | None:
    return Cause.BOUNCED if _no_unless_denied(written) else None


@lru_cache(maxsize=4096)
def _no_if_denied(written: str) -> Cause | None:
    """A column such as ``Newsletter``: only a no in it says no; an empty cell says nothing."""
    return Cause.IMPORTED if plain(written) in _REFUSED else _no_if_said(written)


@lru_cache(maxsize=4096)
def _no_if_said(written: str) -> Cause | None:
    """A column such as ``Statut``: it says no in words of its own."""
    word = plain(written)
    if _WORDS_OF_COMPLAINT(word):
        return Cause.COMPLAINED
    if _WORDS_OF_NO(word):
        return Cause.IMPORTED
    return Cause.BOUNCED if _WORDS_OF_BOUNCING(word) else None


def says_yes(written: str) -> bool:
    """Whether a cell of a column such as ``Opt-in`` agrees in so many words."""
    return plain(written) in _YES


@lru_cache(maxsize=4096)
def moment(written: str) -> dt.datetime | None:
    """Return the time that a cell holds, in UTC: ISO 8601 or French; None when it holds none.

    Services export UTC without saying so, and a day of a spreadsheet is a day, so a time without a zone is UTC.
    """
    for read in (dt.datetime.fromisoformat, *_FRENCH_DATES):
        try:
            found = read(written.strip())
            return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            continue
    return None

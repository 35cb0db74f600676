"""Rows of people who said no to letters, as other services and spreadsheets mark them.

A mark that might be read either way counts as a no: a person left out by mistake can be put back, a letter that was
sent cannot.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from apes_mailer.contacts import letter_columns
from apes_mailer.contacts.letter_columns import Kind
from apes_mailer.contacts.moments import moment
from apes_mailer.model.spelling import plain
from apes_mailer.model.suppression import Cause

_SHOWN = 60  # characters of a mark
_BLANK = " -–—.?☐"  # with which people fill a cell that they leave empty, or a box that they do not tick

# What people wrote in words of their own is theirs, and no evidence is needed beyond its being there.
_FREE_TEXT = re.compile(r"REASON|RAISON|MOTIF|COMMENT|NOTE|OTHER").search

_NO = frozenset({"non", "n", "no", "false", "faux", "0", "jamais", "never", "none"})
_YES = frozenset({"oui", "o", "yes", "y", "true", "vrai", "1", "x", "ok", "accepte", "j_accepte", "d_accord"})
_SIGNS_OF_NO = re.compile(r"[\s☐✗✘✖❌🚫⛔👎]+").fullmatch
_SIGNS_OF_YES = re.compile(r"[\s☑☒✓✔✅👍\ufe0f]+").fullmatch
# Where somebody was asked. "Non renseigné" says that nobody answered.
_DENIED = re.compile(
    r"(?:non|no(?!_\d)|pas|jamais|never|not|stop|desaccord|refus\w*|oppos\w*|declin\w*|denied|retire\w*|revo\w*|"
    r"withdrawn?|disagree\w*|annule\w*)(?:_|$)|(?:\w+_)?n[e]?_(?:\w+_)?(?:pas|plus)(?:_|$)|(?:\w+_)?plus_de_"
).match
_UNANSWERED = re.compile(
    r"non?_(?:renseign|communiqu|precis|defini|repon|disponib|applicab|concern|connu|saisi|answer)|not_(?:known|applic|avail)"
).match
_WORDS_OF_NO = re.compile(
    r"(?:^|_)(?:unsubscribed?|desinscri\w*|desabonn\w*|non_(?:abonnee?|inscrite?)|not_subscribed|opt(?:ed)?_?out|"
    r"blacklist\w*|blocklist\w*|blocked|liste_noire|archived|refuse\w*|ne_(?:plus|pas)_(?:contacter|ecrire|envoyer)|"
    r"decedee?|deceased)(?:_|$)"
).search
_FAILED_PAYMENT = re.compile(r"(?:paiement_|payment_)?(?:refusee?|refused|invalide?|blocked|archived)").fullmatch
_WORDS_OF_YES = re.compile(
    r"(?:oui|yes)_\w+|subscribed|subscriber|abonnee?|(?:re)?inscrite?|acti(?:f|ve)|confirm\w*|opt(?:ed)?_?in|granted|"
    r"accord\w*|accept\w*"
).fullmatch
_WORDS_OF_BOUNCING = re.compile(
    r"(?:^|_)(?:cleaned|(?:hard_?)?bounced?|invalid|undeliverable|npai|(?:e_?mail|adresse)_invalide)(?:_|$)"
).search
_WORDS_OF_COMPLAINT = re.compile(r"(?:^|_)(?:complain\w*|spam|plainte|signale_comme_spam)(?:_|$)").search


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
    readers = [(place, field, read) for place, field in enumerate(fields) if (read := _reader(field, fields))]
    everybody = _of_everybody(plain(file_name))
    return Marks(readers, everybody=everybody) if readers or everybody else None


def _of_everybody(file_name: str) -> Cause | None:
    if file_name.startswith(("unsubscribed_", "non_subscribed_")):
        return Cause.IMPORTED
    return Cause.BOUNCED if file_name.startswith("cleaned_") else None


def _reader(name: str, beside: Sequence[str]) -> _Reader | None:
    """Return what tells the cause that a cell of this column states, or nothing for columns that state none."""
    if letter_columns.is_of_payment(name, beside):
        return _no_unless_of_payment
    match letter_columns.kind(name):
        case Kind.NO:
            return _no_unless_denied
        case Kind.DEAD:
            return _bounce_unless_no
        case Kind.YES:
            return _no_if_denied
        case Kind.STATUS:
            return _no_if_said
        case _:
            return None


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
    return _no_if_said(written) or (Cause.IMPORTED if says_no(written) else None)


@lru_cache(maxsize=4096)
def _no_if_said(written: str) -> Cause | None:
    """A column such as ``Statut``: it says no in words of its own."""
    word = plain(written)
    if _WORDS_OF_COMPLAINT(word):
        return Cause.COMPLAINED
    if _WORDS_OF_NO(word):
        return Cause.IMPORTED
    return Cause.BOUNCED if _WORDS_OF_BOUNCING(word) else None


def _no_unless_of_payment(written: str) -> Cause | None:
    """The ``Statut`` of a payment: a no to letters in it counts, a payment that came to nothing is none."""
    return None if _FAILED_PAYMENT(plain(written)) else _no_if_said(written)


def says_yes(written: str) -> bool:
    """Whether a cell of a column such as ``Opt-in`` agrees in so many words."""
    return plain(written) in _YES or (bool(written.strip()) and bool(_SIGNS_OF_YES(written)))


@lru_cache(maxsize=4096)
def says_no(written: str) -> bool:
    """Whether the answer to a question, such as ``Souhaitez-vous recevoir notre lettre ?``, is no."""
    word = plain(written)
    if word in _NO or (written.strip() and _SIGNS_OF_NO(written)):
        return True
    return bool(_DENIED(word)) and not _UNANSWERED(word)


@lru_cache(maxsize=4096)
def is_unclear(written: str) -> bool:
    """Whether a cell of a column such as ``Newsletter`` has something in it that is neither a yes nor a no."""
    word = plain(written)
    if not written.strip(_BLANK) or _UNANSWERED(word) or word in {"n_a", "na", "nc", "n_c", "nsp"}:
        return False
    is_heard = says_yes(written) or _no_if_denied(written) or _WORDS_OF_YES(word)
    return not is_heard and moment(written) is None

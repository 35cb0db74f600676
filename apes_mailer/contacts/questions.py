"""What a file leaves open for a person: cells that may be a refusal of letters, and are not read as one.

No list of the words in which people say no is complete. What looks like a refusal and is in none of the known columns
is told, with the way to say that it is one, before anything is imported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from apes_mailer.contacts import letter_columns
from apes_mailer.contacts.letter_columns import Kind
from apes_mailer.contacts.opt_outs import is_unclear, says_no, says_yes
from apes_mailer.model.spelling import plain

_MOST_WORDS = 1000  # different cells of a column; one with more is no question with a few answers
_SHOWN = 40  # characters of a cell
_MOST_SHOWN = 3  # different cells of a column
_SHORT = 2  # words of an answer
_ODD = 10  # one cell of so many may be neither yes nor no in a column of yes and no

_is_address = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+").fullmatch
# Cheap to look for, and in every refusal that the pattern after them finds.
_STEMS = ("sinscri", "sabonn", "unsub", "opt", "plus", "pas", "stop", "refus", "oppos", "rgpd", "gdpr")
_MAIL = r"(?:e_?mails?|mails?|mailings?|courriels?|newsletters?|infolettres?|lettres?)"
_refuses = re.compile(
    r"(?:^|_)(?:desinscri\w*|desabonn\w*|unsubscri\w*|opt_?out|stop$|"
    r"n[e]?_(?:\w+_){0,4}?(?:plus|pas)_(?:\w+_){0,4}?(?:recevoir|envoyer|ecrire|contacter|mailer|solliciter|relancer|"
    rf"{_MAIL})|(?:plus|pas|stop)_(?:de_|d_|les_)?{_MAIL}|(?:refus\w*|oppos\w*)_(?:\w+_){{0,4}}?{_MAIL}|"
    r"(?:rgpd|gdpr)_(?:non|no|refus\w*|oppos\w*))(?:_|$)"
).search


class Answers(NamedTuple):
    """A column that is not known to be about letters, with nearly nothing but yes and no in it."""

    field: str
    noes: int
    yeses: int


class Unclear(NamedTuple):
    """A column about letters with words that are neither a yes nor a no: how many, and the most frequent of them."""

    field: str
    cells: int
    words: Sequence[str]


class Aside(NamedTuple):
    """Cells that speak of a refusal in a column of other things: how many, the line of the first, and its words."""

    field: str
    cells: int
    line: int
    words: str


class _Column:
    """What is counted of one column while the rows go by."""

    def __init__(self, place: int, kind: Kind | None) -> None:
        self.place = place
        self.kind = kind
        self.words: Counter[str] | None = Counter()  # None: too many of them to be answers to a question
        self.addresses = self.filled = 0
        self.asides, self.line, self.aside = 0, 0, ""

    def take(self, lines: Sequence[int], cells: Sequence[str]) -> None:
        if self.words is not None:
            self.words.update(cells)
            if len(self.words) > _MOST_WORDS:
                self.words = None
        if self.kind is None:
            self._look_for_refusals(lines, cells)
            if not self.filled:
                self.filled = len(cells) - cells.count("")
                self.addresses = sum(1 for cell in cells if _is_address(cell))

    def _look_for_refusals(self, lines: Sequence[int], cells: Sequence[str]) -> None:
        text = "\n".join(cells).lower()
        if not any(stem in text for stem in _STEMS):
            return
        for line, cell in zip(lines, cells, strict=True):
            if len(cell) > 3 and _refuses(plain(cell)):
                self.asides += 1
                if not self.line:
                    self.line, self.aside = line, cell[:_SHOWN]


def _is_short(answer: str) -> bool:
    """Tell ``Non merci`` from a sentence."""
    return len(answer.split()) <= _SHORT


class Questions:
    """Looks at the rows of a file as they go by."""

    def __init__(self, fields: Sequence[str], settled: Collection[str] = ()) -> None:
        """``fields`` are the names of the values of each row; of those ``settled``, a person said what they are."""
        kinds = {field: letter_columns.kind(field) for field in fields}
        asked = {None, Kind.YES, Kind.STATUS}
        self._columns: Mapping[str, _Column] = {
            field: _Column(place, kinds[field])
            for place, field in enumerate(fields)
            if kinds[field] in asked and (kinds[field] or field not in settled) and not letter_columns.is_proof(field)
        }

    def take(self, lines: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        """Take in the values of some rows, and the lines that they are on."""
        for column in self._columns.values():
            place = column.place
            column.take(lines, [row[place] for row in rows])

    def answers(self) -> Iterator[Answers]:
        """Yield the columns of yes and no of which nobody knows whether they are about letters, if there is a no."""
        for field, column in self._columns.items():
            if column.kind is not Kind.YES and column.words:
                noes = sum(count for word, count in column.words.items() if _is_short(word) and says_no(word))
                yeses = sum(count for word, count in column.words.items() if says_yes(word))
                others = column.words.total() - column.words[""] - noes - yeses
                if noes and others * _ODD <= noes + yeses:
                    yield Answers(field, noes, yeses)

    def unclear(self) -> Iterator[Unclear]:
        """Yield the columns about letters that hold words which are neither a yes nor a no."""
        for field, column in self._columns.items():
            if column.kind is Kind.YES and column.words:
                words = Counter({word: count for word, count in column.words.items() if is_unclear(word)})
                if words:
                    shown = [word[:_SHOWN] for word, _ in words.most_common(_MOST_SHOWN)]
                    yield Unclear(field, words.total(), shown)

    def asides(self) -> Iterator[Aside]:
        """Yield the columns of other things where a cell speaks of a refusal."""
        counted = {each.field for each in self.answers()}
        for field, column in self._columns.items():
            if column.asides and field not in counted:
                yield Aside(field, column.asides, column.line, column.aside)

    def addresses(self) -> Iterator[str]:
        """Yield the columns that hold addresses too, as their first rows show."""
        for field, column in self._columns.items():
            if column.addresses * 2 > column.filled:
                yield field

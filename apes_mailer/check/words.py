"""Enough words: in the plain text part for those who read it, in the letter for those who see no pictures."""

from __future__ import annotations

from collections.abc import Iterator

from apes_mailer.check import known, prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding

_TEXT_SHARE = 0.7  # of the words of the issue, which the plain text part has at least
_WORDS_TO_COMPARE = 40
_FEW_SIGNS = 400


def text_part(letter: CheckedLetter) -> Iterator[Finding]:
    """The plain text part is the whole letter, and no stub that sends its readers elsewhere."""
    said = [word for _, words in prose.texts(letter) for word in known.key(words).split()]
    there = len(known.key(letter.text).split())
    if len(said) >= _WORDS_TO_COMPARE and there < _TEXT_SHARE * len(said):
        yield finding("text-part-stub", count=there, wanted=len(said))


def enough(letter: CheckedLetter) -> Iterator[Finding]:
    """A letter with pictures says something in words too."""
    signs = sum(len(words) for _, words in prose.texts(letter))
    if letter.template.pictures() and signs < _FEW_SIGNS:
        yield finding("words-few", count=signs, least=_FEW_SIGNS)

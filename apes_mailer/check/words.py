"""Enough words: in the plain text part for those who read it, in the letter for those who see no pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check import known, prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding
from apes_mailer.model.message import Part, Parts

_TEXT_SHARE = 0.7  # of the words of the issue, which the plain text part has at least
_WORDS_TO_COMPARE = 40
_FEW_SIGNS = 400

_HTML_TAG = re.compile(r"&lt;&lt;[^&<>\n]{1,120}&gt;&gt;?|\{\{[^{}\n]{1,120}\}\}")
_PLAIN_TAG = re.compile(r"<<[^<>\n]{1,120}>>?|\{\{[^{}\n]{1,120}\}\}")


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


def tags(letter: CheckedLetter) -> Iterator[Finding]:
    """Every merge tag was understood: none is left where readers would see its brackets."""
    template = letter.template
    parts: tuple[tuple[str, Parts, re.Pattern[str]], ...] = (
        ("subject", template.subject, _PLAIN_TAG),
        ("html", template.html, _HTML_TAG),
        ("text", template.text, _PLAIN_TAG),
    )
    for part, found, pattern in parts:
        for tag in dict.fromkeys(match for each in found for match in _left(each, pattern)):
            yield finding(f"merge-tag-left.{part}", "subject" if part == "subject" else "", tag=tag)


def _left(part: Part, pattern: re.Pattern[str]) -> list[str]:
    found = pattern.findall(part) if isinstance(part, str) else []
    return [tag.replace("&lt;", "<").replace("&gt;", ">") for tag in found]

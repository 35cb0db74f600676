"""Words that look like a heading and are none: whoever moves through a letter by its headings passes them by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding
from apes_mailer.model.text import Markdown

_LONGEST = 80  # characters; what is longer is a sentence that somebody stresses
_ALL_BOLD = re.compile(r"(?:\*\*|__)(?P<words>[^*_\n]+)(?:\*\*|__)|#{1,6}[ \t]+(?P<heading>[^\n]+?)[ \t#]*")
_ENDS_A_SENTENCE = tuple(".!?…:;,»)")


def in_texts(letter: CheckedLetter) -> Iterator[Finding]:
    """No paragraph of a text stands for a heading over those that follow it."""
    for path, text in letter.values:
        if isinstance(text, Markdown):
            paragraphs = [paragraph.strip() for paragraph in re.split(r"\n[ \t]*\n", text)]
            for paragraph in paragraphs[:-1]:
                match = _ALL_BOLD.fullmatch(paragraph)
                words = (match["words"] or match["heading"]).strip() if match else ""
                if words and len(words) <= _LONGEST and not words.endswith(_ENDS_A_SENTENCE):
                    yield finding("heading-false", path, words=words)

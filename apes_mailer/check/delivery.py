"""What mail programs and providers do to a letter that breaks their rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding, Severity
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.message import Slot

CLIPPED_AT = 102_000
"""Bytes of HTML from which Gmail shows only the beginning of a letter, without its footer."""

_LARGE = 80_000
_C1 = re.compile("[\x80-\x9f]")
_OUTSIDE_LATIN_1 = re.compile("[^\x00-\xff]")


def size(letter: CheckedLetter) -> Iterator[Finding]:
    """The HTML stays below the size at which Gmail cuts it."""
    weight = len(letter.html.encode())
    if weight < _LARGE:
        return
    clipped = weight >= CLIPPED_AT
    yield Finding(
        rule="size",
        severity=Severity.ERROR if clipped else Severity.WARNING,
        message=f"the letter weighs {weight / 1000:.0f} kB; Gmail cuts letters from {CLIPPED_AT // 1000} kB on",
        cure="Shorten it: fewer articles, with links to the full text on the web site.",
    )


def unsubscribe(letter: CheckedLetter) -> Iterator[Finding]:
    """Both parts show the unsubscribe link."""
    for part, parts in (("HTML", letter.template.html), ("plain text", letter.template.text)):
        link = LinkTag(Special.UNSUBSCRIBE)
        if not any(isinstance(item, Slot) and item.expression == link for item in parts):
            yield Finding(
                rule="unsubscribe-link",
                severity=Severity.ERROR,
                message=f"the {part} part has no unsubscribe link",
                cure="Write <<unsubscribe>> into the theme's footer; the law asks for it in every letter.",
            )


def charset(letter: CheckedLetter) -> Iterator[Finding]:
    """Both parts hold a character outside Latin-1; otherwise SendGrid sends ISO-8859-1, which Gmail clips."""
    for part, text in (("HTML", letter.html), ("plain text", letter.text)):
        if not _OUTSIDE_LATIN_1.search(text):
            yield Finding(
                rule="charset",
                severity=Severity.ERROR,
                message=f"the {part} part could be sent in an old character set, and Gmail would then cut it",
                cure="Use one typographic character that Latin-1 lacks, for example ’ or œ, in the theme's footer.",
            )


def control_characters(letter: CheckedLetter) -> Iterator[Finding]:
    """No character of the range that Windows programs leave behind, which makes Gmail clip the smallest letter."""
    for part, text in (("HTML", letter.html), ("plain text", letter.text), ("subject", letter.issue.subject)):
        found = sorted(set(_C1.findall(text)))
        if found:
            names = ", ".join(f"U+{ord(character):04X}" for character in found)
            yield Finding(
                rule="control-character",
                severity=Severity.ERROR,
                message=f"the {part} holds invisible control characters ({names}), often from a word processor",
                cure="Type the words around them again.",
            )

"""What mail programs and providers do to a letter that breaks their rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import document
from apes_mailer.check.page.cascade import WIDE, Palette, Scene, looks
from apes_mailer.check.page.parts import TINY
from apes_mailer.model.c1 import CODES, MEANT
from apes_mailer.model.finding import Finding
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.message import has_slot

CLIPPED_AT = 102_000
"""Bytes of HTML from which Gmail shows only the beginning of a letter, without its footer."""

_LARGE = 80_000
_OUTSIDE_LATIN_1 = re.compile("[^\x00-\xff]")


def size(letter: CheckedLetter) -> Iterator[Finding]:
    """The HTML stays below the size at which Gmail cuts it."""
    weight = len(letter.html.encode())
    if weight >= _LARGE:
        name = "size.clipped" if weight >= CLIPPED_AT else "size.large"
        yield finding(name, weight=round(weight / 1000), limit=CLIPPED_AT // 1000)


def unsubscribe(letter: CheckedLetter) -> Iterator[Finding]:
    """Both parts show the unsubscribe link; in the HTML it has words that are seen."""
    link = LinkTag(Special.UNSUBSCRIBE)
    for part, parts in (("html", letter.template.html), ("text", letter.template.text)):
        if not has_slot(parts, link):
            yield finding(f"unsubscribe-link.{part}", "theme")
        elif part == "html" and not _is_seen(letter):
            yield finding("unsubscribe-link.hidden", "theme")


def preferences(letter: CheckedLetter) -> Iterator[Finding]:
    """Where something is counted, both parts lead to the page where a reader takes the consent back."""
    link = LinkTag(Special.PREFERENCES)
    for part, parts in (("html", letter.template.html), ("text", letter.template.text)):
        shown = has_slot(parts, link)
        if shown and not letter.has_page:
            yield finding(f"preferences-link.nowhere-{part}", "theme")
        elif letter.tracking and not shown:
            yield finding(f"preferences-link.{part}", "theme")


def _is_seen(letter: CheckedLetter) -> bool:
    """Whether the page has a link to unsubscribe by, with words or a picture that says so, of a size to be read."""
    page = document.read(letter.html)
    links = [link for link in page.all("a") if link.attributes.get("href") == letter.unsubscribe_url and link.words()]
    shown = looks(page, Scene(Palette.LIGHT, WIDE))
    return any(
        shown[link.index].shown and shown[link.index].opacity and shown[link.index].size > TINY for link in links
    )


def charset(letter: CheckedLetter) -> Iterator[Finding]:
    """Both parts hold a character outside Latin-1; otherwise SendGrid sends ISO-8859-1, which Gmail clips."""
    for part, text in (("html", letter.html), ("text", letter.text)):
        if not _OUTSIDE_LATIN_1.search(text):
            yield finding(f"charset.{part}")


def control_characters(letter: CheckedLetter) -> Iterator[Finding]:
    """No character of the range that Windows programs leave behind, which makes Gmail clip the smallest letter.

    Those whose meaning is known were put right when the issue was read, and are only told.
    """
    for repair in letter.repairs:
        names = ", ".join(f"U+{ord(code):04X}" for code in repair.codes)
        signs = " ".join(MEANT[code] for code in repair.codes)
        found = finding("control-character.repaired", repair.field, names=names, signs=signs)
        yield replace(found, line=repair.line)
    for part, text in (("html", letter.html), ("text", letter.text), ("subject", letter.issue.subject)):
        if found := sorted(set(CODES.findall(text))):
            names = ", ".join(f"U+{ord(character):04X}" for character in found)
            yield finding(f"control-character.{part}", "subject" if part == "subject" else "", names=names)

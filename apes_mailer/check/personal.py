"""What of a reader goes to those who run a web site: with what the letter loads, and with the links that it offers."""

from __future__ import annotations

from collections.abc import Iterator

from apes_mailer.check import loading
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import document
from apes_mailer.model import merge
from apes_mailer.model.field import EMAIL
from apes_mailer.model.finding import Finding
from apes_mailer.model.merge import ContactField, PictureLink
from apes_mailer.model.message import MessageTemplate, Part
from apes_mailer.model.text import Link, Markdown

_MARK = "apes-slot-"


def loads(letter: CheckedLetter) -> Iterator[Finding]:
    """Everybody loads the same: an address of one reader's own tells that this reader has opened the letter, and when.

    A pixel that counts readers is nothing else, wherever it is loaded from.
    """
    addresses = loading.addresses(_with_marks(letter.template))
    for address in dict.fromkeys(address for address in addresses if _MARK in address):
        yield finding("personal-load", host=loading.host(address) or address.partition(_MARK)[0])


def links(letter: CheckedLetter) -> Iterator[Finding]:
    """No link gives away who follows it, to whoever keeps the page, its log and its statistics."""
    slots = list(dict.fromkeys(letter.template.slots()))
    for link in document.read(_with_marks(letter.template)).all("a", "area"):
        address = link.attributes.get("href", "")
        if not address.lower().startswith(("http:", "https:")):
            continue
        for number, slot in enumerate(slots):
            if isinstance(slot.expression, ContactField) and f"{_MARK}{number}-" in address:
                name = slot.expression.name
                case = "personal-link.address" if name == EMAIL else "personal-link.field"
                yield finding(case, _where(letter, name), name=name, host=loading.host(address))


def _with_marks(template: MessageTemplate) -> str:
    """Return the HTML with a mark, which no address changes, in each slot but those of pictures."""
    numbers = {slot: number for number, slot in enumerate(dict.fromkeys(template.slots()))}

    def text(part: Part) -> str:
        if isinstance(part, str):
            return part
        return part.expression.name if isinstance(part.expression, PictureLink) else f"{_MARK}{numbers[part]}-"

    return "".join(map(text, template.html))


def _where(letter: CheckedLetter, name: str) -> str:
    """Return the field of the issue with a link that has this tag; empty when the theme has it."""
    for path, value in letter.values:
        if isinstance(value, Link | Markdown) and any(_names(found, name) for found in merge.find(value)):
            return path
    return ""


def _names(found: merge.TagMatch, name: str) -> bool:
    return isinstance(found.expression, ContactField) and found.expression.name == name

"""Merge tags: what an author writes where a recipient's own value goes.

``<<contact.PRENOM>>``, ``<<contact.PRENOM|cher lecteur>>``, ``<<unsubscribe>>``, ``<<preferences>>``, ``<<browser>>``;
the form ``{{contact.PRENOM}}`` of other services is understood too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from apes_mailer.model.field import field_named

_TAG = re.compile(r"<<(?P<angle>[^<>\n]{0,200})>>|\{\{(?P<brace>[^{}\n]{0,200})\}\}")
_CONTACT = re.compile(r"\s*contact\s*\.\s*(?P<name>[^|]+?)\s*(?:\|(?P<fallback>.*))?", re.DOTALL)


class Special(StrEnum):
    """Tags that are not a field of the contact."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class ContactField:
    """The value of one field of the recipient, with the words to use when it is empty."""

    name: str
    fallback: str | None = None

    def __str__(self) -> str:
        return f"<<contact.{self.name}>>" if self.fallback is None else f"<<contact.{self.name}|{self.fallback}>>"


@dataclass(frozen=True, slots=True)
class LinkTag:
    """The recipient's links to unsubscribe and to change preferences, or the link to the web version."""

    kind: Special

    def __str__(self) -> str:
        return f"<<{self.kind}>>"


@dataclass(frozen=True, slots=True)
class PictureLink:
    """Where a picture of the letter can be fetched; ``name`` is its published, content-hashed name."""

    name: str

    def __str__(self) -> str:
        return f"<<picture.{self.name}>>"


Expression = ContactField | LinkTag | PictureLink


@dataclass(frozen=True, slots=True, kw_only=True)
class TagMatch:
    """A tag found in a text: where it stands, what was written, and what it means (None: not understood)."""

    start: int
    end: int
    written: str
    expression: Expression | None


def parse(inside: str) -> Expression | None:
    """Return the meaning of what stands between the brackets of a tag, or None."""
    word = inside.strip().lower()
    if word in {special.value for special in Special}:
        return LinkTag(Special(word))
    match = _CONTACT.fullmatch(inside)
    name = field_named(match["name"]) if match else ""
    if match is None or not name:
        return None
    fallback = match["fallback"]
    return ContactField(name, None if fallback is None else fallback.strip())


def find(text: str) -> list[TagMatch]:
    """Return the tags of a text, in order."""
    return [
        TagMatch(
            start=match.start(),
            end=match.end(),
            written=match.group(),
            expression=parse(match["angle"] if match["angle"] is not None else match["brace"]),
        )
        for match in _TAG.finditer(text)
    ]

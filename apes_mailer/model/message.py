"""The message template: a letter with slots where each recipient's own values go.

Preview, test and send fill the same template; its :attr:`MessageTemplate.digest` proves it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from apes_mailer.model.merge import ContactField, Expression, LinkTag, PictureLink, Special


class Context(StrEnum):
    """Where a slot stands, and so how its value must be escaped."""

    HTML = "html"  # text between tags
    ATTRIBUTE = "attribute"  # inside an attribute, either quote
    URL = "url"  # the whole of a link
    URL_PART = "url_part"  # a piece of a link: percent-encoded
    ADDRESS = "address"  # a piece of what follows mailto: or tel:, where @ and + must stay (RFC 6068 2, RFC 3966 3)
    PLAIN = "plain"  # the text/plain part
    HEADER = "header"  # a header line such as the subject


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a value."""

    expression: Expression
    context: Context

    @property
    def must_be_filled(self) -> bool:
        """Whether nothing stands here for a contact without a value: a field without words to fall back on."""
        return isinstance(self.expression, ContactField) and self.expression.fallback is None


Part = str | Slot
Parts = tuple[Part, ...]


def has_slot(parts: Parts, expression: Expression) -> bool:
    """Whether a part of a letter has a place for the value of an expression."""
    return any(isinstance(part, Slot) and part.expression == expression for part in parts)


def _to_json(part: Part) -> object:
    if isinstance(part, str):
        return part
    match part.expression:
        case ContactField(name, fallback):
            return {"field": name, "fallback": fallback, "in": part.context.value}
        case LinkTag(kind):
            return {"link": kind.value, "in": part.context.value}
        case PictureLink(name):
            return {"picture": name, "in": part.context.value}


def _from_json(part: str | Mapping[str, str | None]) -> Part:
    if isinstance(part, str):
        return part
    context = Context(str(part["in"]))
    if "field" in part:
        return Slot(ContactField(str(part["field"]), part["fallback"]), context)
    if "link" in part:
        return Slot(LinkTag(Special(str(part["link"]))), context)
    return Slot(PictureLink(str(part["picture"])), context)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """Subject, HTML and plain text of a letter, each as literals and slots, and the letter's language."""

    subject: Parts
    html: Parts
    text: Parts
    language: str

    def slots(self) -> Iterator[Slot]:
        """Every slot, in the order subject, text, HTML; repeated as often as it stands there."""
        for parts in (self.subject, self.text, self.html):
            yield from (part for part in parts if isinstance(part, Slot))

    def fields(self) -> dict[str, list[Slot]]:
        """The contact fields that the letter uses, each with its distinct slots."""
        found: dict[str, list[Slot]] = {}
        for slot in self.slots():
            if isinstance(slot.expression, ContactField):
                slots = found.setdefault(slot.expression.name, [])
                if slot not in slots:
                    slots.append(slot)
        return found

    def pictures(self) -> list[str]:
        """The published names of the pictures that the letter shows, without repeats."""
        names = (slot.expression.name for slot in self.slots() if isinstance(slot.expression, PictureLink))
        return list(dict.fromkeys(names))

    def with_pictures(self, names: Mapping[str, str]) -> MessageTemplate:
        """Return the template with other names for its pictures; ``names`` has each of them."""

        def named(part: Part) -> Part:
            if isinstance(part, Slot) and isinstance(part.expression, PictureLink):
                return Slot(PictureLink(names[part.expression.name]), part.context)
            return part

        return MessageTemplate(
            subject=tuple(map(named, self.subject)),
            html=tuple(map(named, self.html)),
            text=tuple(map(named, self.text)),
            language=self.language,
        )

    def to_json(self) -> str:
        """Return the canonical serialisation, the one the digest is taken over."""
        body = {
            "language": self.language,
            "subject": [_to_json(part) for part in self.subject],
            "text": [_to_json(part) for part in self.text],
            "html": [_to_json(part) for part in self.html],
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> MessageTemplate:
        """Rebuild a template from :meth:`to_json`."""
        body = json.loads(text)
        return cls(
            language=body["language"],
            subject=tuple(_from_json(part) for part in body["subject"]),
            text=tuple(_from_json(part) for part in body["text"]),
            html=tuple(_from_json(part) for part in body["html"]),
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the unfilled template, in hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

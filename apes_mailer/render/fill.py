"""Putting values into slots, so that no value can break out of its place."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import quote

from apes_mailer.model.merge import ContactField, Expression, LinkTag, PictureLink, Special
from apes_mailer.model.message import Context, Parts, Slot

# Direction overrides could turn the words around a value; line breaks and other controls could end a header.
_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]+")
_SAFE_URL = re.compile(r"(?:https?://[^\s/\"'<>\\]|mailto:[^\s\"'<>\\]+@)[^\s\"'<>\\]*", re.IGNORECASE)
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the links that the letter does not know itself lead to.

    ``pictures`` is put before a picture's name; ``browser`` is the address of the web version, if there is one.
    """

    pictures: str
    browser: str = ""


def clean(value: str) -> str:
    """Return a value on one line, without control characters and direction overrides."""
    value = _CONTROL.sub(" ", value)
    return _DIRECTION.sub("", value).strip()


def is_url(value: str) -> bool:
    """Whether a value may be the whole of a link: http, https or mailto."""
    return _SAFE_URL.fullmatch(clean(value)) is not None


def _isolated(value: str) -> str:
    # A name in Hebrew or Arabic would otherwise reorder the punctuation after it.
    if any(unicodedata.bidirectional(c) in {"R", "AL", "AN"} for c in value):
        return f"{_FIRST_STRONG_ISOLATE}{value}{_POP_ISOLATE}"
    return value


def escape(value: str, context: Context) -> str:
    """Return a value made harmless for the place it goes to.

    In ``Context.URL`` a value that is not an http, https or mailto address becomes ``#``.
    """
    value = clean(value)
    match context:
        case Context.HTML | Context.ATTRIBUTE:
            return html.escape(_isolated(value) if not value.isascii() else value, quote=True)
        case Context.PLAIN | Context.HEADER:
            return value if value.isascii() else _isolated(value)
        case Context.URL:
            return html.escape(value, quote=True) if is_url(value) else "#"
        case Context.URL_PART:
            return quote(value, safe="")
        case _:
            assert_never(context)


def contact_value(slot: Slot, values: Mapping[str, str]) -> str:
    """Return the escaped value of a contact field, its fallback when empty or no address where one is needed."""
    field = slot.expression
    if not isinstance(field, ContactField):
        raise TypeError(field)
    value = values.get(field.name, "")
    if field.fallback is not None and (not clean(value) or (slot.context is Context.URL and not is_url(value))):
        value = field.fallback
    return escape(value, slot.context)


def constant(expression: Expression, links: Links) -> str | None:
    """Return the value that is the same for every recipient, or None when each recipient has an own one."""
    match expression:
        case PictureLink(name):
            return f"{links.pictures}{name}"
        case LinkTag(Special.BROWSER):
            return links.browser
        case _:
            return None


def fill(parts: Parts, values: Mapping[str, str], links: Links, unsubscribe: str) -> str:
    """Return the text that one recipient reads."""
    out: list[str] = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part.expression, ContactField):
            out.append(contact_value(part, values))
        else:
            value = constant(part.expression, links)
            out.append(link_value(unsubscribe if value is None else value, part.context))
    return "".join(out)


def link_value(url: str, context: Context) -> str:
    """Return one of our own addresses, escaped for its place; it may be relative."""
    return html.escape(url, quote=True) if context not in {Context.PLAIN, Context.HEADER} else url


def show_tags(parts: Parts, links: Links) -> str:
    """Return the text with the merge tags of contacts shown as written, for people to read."""
    out: list[str] = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
            continue
        value = constant(part.expression, links) or str(part.expression)
        out.append(link_value(value, part.context))
    return "".join(out)

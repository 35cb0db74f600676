"""Putting values into slots, so that no value can break out of its place."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import quote

from apes_mailer.model.batch import Envelope
from apes_mailer.model.merge import ContactField, Expression, LinkTag, PictureLink, Special
from apes_mailer.model.message import Context, Parts, Slot

# Direction overrides could turn the words around a value; line breaks and other controls could end a header.
_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]+")
# The blocks of Unicode whose letters run from right to left.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_SAFE_URL = re.compile(r"(?:https?://[^\s/\"'<>\\]|mailto:[^\s\"'<>\\]+@)[^\s\"'<>\\]*", re.IGNORECASE)
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
# Letters, digits and the punctuation of names and addresses: nearly every value is made of these, and is the same
# whatever text it goes into, JSON included.
is_harmless = re.compile(
    # No letter may be in both sets: a value could then be read in so many ways that trying them all takes for ever.
    r"[A-Za-z0-9\u00c0-\u024f@._+,/:()-]+(?:[ \u2019][A-Za-z0-9\u00c0-\u024f@._+,/:()-]+)*"
).fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the links that the letter does not know itself lead to.

    ``pictures`` is put before a picture's name; ``browser`` is the address of the web version, if there is one.
    ``unsubscribe`` is what stands for everybody's own link when the provider puts it in; otherwise it is empty.
    """

    pictures: str
    browser: str = ""
    unsubscribe: str = ""


def links_of(envelope: Envelope, *, pictures: str | None = None) -> Links:
    """Return where the links of a letter lead by its envelope; ``pictures`` is another place for its pictures."""
    return Links(
        pictures=envelope.pictures_url if pictures is None else pictures,
        browser=envelope.browser_url,
        unsubscribe=envelope.provider_link,
    )


def clean(value: str) -> str:
    """Return a value on one line, without control characters and direction overrides."""
    value = _CONTROL.sub(" ", value)
    return _DIRECTION.sub("", value).strip()


def is_url(value: str) -> bool:
    """Whether a value may be the whole of a link: http, https or mailto."""
    return _SAFE_URL.fullmatch(clean(value)) is not None


def _isolated(value: str) -> str:
    # A name in Hebrew or Arabic would otherwise reorder the punctuation after it.
    if _RIGHT_TO_LEFT.search(value):
        return f"{_FIRST_STRONG_ISOLATE}{value}{_POP_ISOLATE}"
    return value


TEXTUAL = frozenset({Context.HTML, Context.ATTRIBUTE, Context.PLAIN, Context.HEADER})
"""The contexts in which a value that :func:`is_harmless` accepts stays as it is."""


def escape(value: str, context: Context) -> str:
    """Return a value made harmless for the place it goes to.

    In ``Context.URL`` a value that is not an http, https or mailto address becomes ``#``.
    """
    if is_harmless(value) and context in TEXTUAL:
        return value
    value = clean(value)
    match context:
        case Context.HTML | Context.ATTRIBUTE:
            return html.escape(_isolated(value), quote=True)
        case Context.PLAIN | Context.HEADER:
            return _isolated(value)
        case Context.URL:
            return html.escape(value, quote=True) if is_url(value) else "#"
        case Context.URL_PART:
            return quote(value, safe="")
        case Context.ADDRESS:
            return quote(value, safe="@+")
        case _:
            assert_never(context)


def contact_value(field: ContactField, context: Context, values: Mapping[str, str]) -> str:
    """Return the escaped value of a contact field, its fallback when empty or no address where one is needed."""
    value = values.get(field.name) or ""
    if field.fallback is not None and (not clean(value) or (context is Context.URL and not is_url(value))):
        value = field.fallback
    return escape(value, context)


def constant(expression: Expression, links: Links) -> str | None:
    """Return the value that is the same for every recipient, or None when each recipient has an own one."""
    match expression:
        case PictureLink(name):
            return f"{links.pictures}{name}"
        case LinkTag(Special.BROWSER):
            return links.browser
        case LinkTag(Special.UNSUBSCRIBE) if links.unsubscribe:
            return links.unsubscribe
        case _:
            return None


def constant_value(slot: Slot, links: Links) -> str | None:
    """Return :func:`constant`, escaped for its place; what a provider looks for stays as it is."""
    value = constant(slot.expression, links)
    if value is None or value == links.unsubscribe:
        return value
    return link_value(value, slot.context)


def fill(parts: Parts, values: Mapping[str, str], links: Links, unsubscribe: str) -> str:
    """Return the text that one recipient reads."""
    out: list[str] = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part.expression, ContactField):
            out.append(contact_value(part.expression, part.context, values))
        else:
            value = constant_value(part, links)
            if value is None:
                value = link_value(own_link(part.expression, unsubscribe), part.context)
            out.append(value)
    return "".join(out)


def own_link(expression: Expression, unsubscribe: str) -> str:
    """Return a link of one recipient, from the one to unsubscribe: the page of preferences is below it."""
    return f"{unsubscribe}/preferences" if expression == LinkTag(Special.PREFERENCES) else unsubscribe


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
        out.append(constant_value(part, links) or link_value(str(part.expression), part.context))
    return "".join(out)

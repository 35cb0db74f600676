"""A letter as a mail program shows it that leaves half of it out.

What each program does is in ``known.py``; here is how it is done. The result is a page for a browser: conditional
comments are opened or gone, and what the program does not understand is taken out.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import Any, Literal

from lxml import html as parser

from tools.clients import css

_html: Any = parser  # has no type information

# "downlevel-revealed" first: its opening would pass for the beginning of the other form.
_REVEALED = re.compile(r"<!--\[if ([^\]]*)\]><!-->(.*?)<!--<!\[endif\]-->", re.DOTALL)
_HIDDEN = re.compile(r"<!--\[if ([^\]]*)\]>(.*?)<!\[endif\]-->", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_WORD_PADDING = re.compile(r"(^|;)mso-padding-alt:")
_WORD = 16  # the version of Outlook 2016 to 2024

Dark = Literal["palette", "outlook.com", "partly inverted", "inverted", "unchanged"]
"""What becomes of a letter in the dark: its own palette, by media query or by the attributes of Outlook.com; light
backgrounds and dark texts inverted; every colour inverted; or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What a mail program makes of a letter."""

    name: str
    is_word: bool = False
    """Conditional comments for ``mso`` are opened, and cells have the padding that is meant for Word."""

    styles: bool = True
    """``<style>`` is obeyed."""

    style_limit: int | None = None
    """Bytes of all ``<style>`` together; the one that goes beyond, and those after it, are dropped."""

    media_queries: bool = True
    dark: Dark = "palette"
    unknown_selectors: re.Pattern[str] | None = None
    unknown_properties: frozenset[str] = frozenset()
    unknown_values: re.Pattern[str] | None = None
    """Of any property; the declaration is dropped."""

    properties_of: tuple[tuple[str, frozenset[str]], ...] = ()
    """Properties that are understood on some elements only, in ``style`` attributes."""

    inline_important: bool = True
    glued_important: bool = True
    """A declaration survives whose ``!important`` follows without a space."""

    unknown_elements: frozenset[str] = frozenset()
    """Their content stays."""

    unknown_attributes: frozenset[str] = frozenset()
    head: bool = True
    """Metadata in the head are obeyed; a web mail puts letters into a page of its own."""

    body: bool = True
    """Attributes of ``<body>`` are kept, if only on a ``<div>``."""

    own_css: str = ""
    """What the program's own style sheet does to letters."""

    pictures: bool = True
    narrow: bool = True
    """It has a window, or an app, as narrow as a phone."""


def as_shown(letter: str, client: Client) -> str:
    """Return the page that a program shows of a letter's HTML."""
    root = _html.document_fromstring(_without_conditions(letter, client))
    if not client.head:
        for meta in root.xpath("//head/*[not(self::style) and not(self::title)]"):
            meta.drop_tree()
    _limit_styles(root, client)
    _limit_elements(root, client)
    if not client.body:
        for name in list(root.body.attrib):
            del root.body.attrib[name]
    if client.own_css:
        style = _html.Element("style")
        style.text = client.own_css
        root.head.insert(0, style)
    return str(_html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>"))


def _without_conditions(letter: str, client: Client) -> str:
    def choose(match: re.Match[str]) -> str:
        return match[2] if client.is_word and _holds(match[1]) else ""

    def choose_revealed(match: re.Match[str]) -> str:
        return match[2] if not client.is_word or _holds(match[1]) else ""

    return _COMMENT.sub("", _HIDDEN.sub(choose, _REVEALED.sub(choose_revealed, letter)))


def _holds(condition: str) -> bool:
    """Whether a condition holds in Word: ``mso | IE``, ``!mso``, ``lte mso 11``, ``(gte mso 9)|(IE)``."""
    return any(_term_holds(term.strip(" ()")) for term in condition.split("|"))


def _term_holds(term: str) -> bool:
    match = re.fullmatch(r"(!)?\s*(?:(lt|lte|gt|gte)\s+)?(mso|IE)(?:\s+(\d+))?", term)
    if match is None:
        raise ValueError(f"a condition that is not understood: {term}")
    negated, relation, program, version = match.groups()
    compare = {"lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge}.get(relation, operator.eq)
    return (program == "mso" and compare(_WORD, int(version or _WORD))) is not bool(negated)


def _limit_styles(root: Any, client: Client) -> None:
    room = client.style_limit
    for style in root.xpath("//style"):
        text = str(style.text or "")
        if room is not None:
            room -= len(text.encode())
        media = style.get("media")
        if not client.styles or (room is not None and room < 0) or (media and not client.media_queries):
            style.drop_tree()
            continue
        style.text = css.rules(
            text,
            keeps=lambda declaration: _understands(client, declaration),
            at_rule=lambda prelude: _at_rule(client, prelude),
            selector=lambda part: not (client.unknown_selectors and client.unknown_selectors.search(part)),
        )


def _at_rule(client: Client, prelude: str) -> bool:
    return client.media_queries and (client.dark == "palette" or "prefers-color-scheme" not in prelude)


def _understands(client: Client, declaration: css.Declaration) -> bool:
    return (
        declaration.name not in client.unknown_properties
        and not (client.unknown_values and client.unknown_values.search(f"{declaration.name}:{declaration.value}"))
        and (client.glued_important or not declaration.glued)
    )


def _limit_elements(root: Any, client: Client) -> None:
    for element in root.xpath("//body/descendant-or-self::*"):
        for name in client.unknown_attributes.intersection(element.attrib):
            del element.attrib[name]
        if "style" in element.attrib:
            style = css.declarations(element.get("style"), _inline(client, str(element.tag)))
            element.set("style", _WORD_PADDING.sub(r"\1padding:", style) if client.is_word else style)
        if element.tag in client.unknown_elements:
            element.drop_tag()


def _inline(client: Client, tag: str) -> css.Keeps:
    elsewhere = {name for name, elements in client.properties_of if tag not in elements}

    def keeps(declaration: css.Declaration) -> bool:
        return (
            _understands(client, declaration)
            and declaration.name not in elsewhere
            and not (declaration.important and not client.inline_important)
        )

    return keeps

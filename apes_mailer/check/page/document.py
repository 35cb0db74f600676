"""The elements of a page, each with the rules of its style sheets that match it."""

from __future__ import annotations

import functools
import importlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cssselect2 import ElementWrapper, Matcher

from apes_mailer.check.page import css

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

_lxml: Any = importlib.import_module("lxml.etree")  # compiled: type checkers do not see what is in it

_CONDITIONAL = re.compile(r"<!--\[if\s(?P<condition>[^\]]*)\]>(?P<content>.*?)<!\[endif\]-->", re.DOTALL)
_FOR_OTHERS = re.compile(r"<!--\[if\s[^\]]*\]><!-->.*?<!--<!\[endif\]-->", re.DOTALL)
_LOOKS = ("style", "bgcolor", "background", "color", "text", "height", "hidden")
_OUTLOOK_COM = ("data-ogsc", "data-ogsb")


@dataclass(frozen=True, kw_only=True, eq=False)
class Element:
    """An element with its place in the tree; ``rules`` match it, the weakest first, whatever their conditions.

    ``looks_like`` is everything of the element itself that has a say in how it looks.
    """

    index: int
    tag: str
    attributes: Mapping[str, str]
    parent: Element | None
    rules: tuple[css.Rule, ...]
    looks_like: tuple[object, ...]
    content: list[Element | str] = field(default_factory=list)

    @property
    def children(self) -> list[Element]:
        """The elements right inside this one."""
        return [each for each in self.content if isinstance(each, Element)]

    @property
    def style(self) -> str:
        """The ``style`` attribute."""
        return self.attributes.get("style", "")

    def up(self) -> Iterator[Element]:
        """Yield this element and those around it, from the inside out."""
        element: Element | None = self
        while element:
            yield element
            element = element.parent

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield this element and those inside it, in the order of the page; of these tags, if any are given."""
        if not tags or self.tag in tags:
            yield self
        for child in self.children:
            yield from child.all(*tags)

    def words(self) -> str:
        """Return the text inside, in one line, and the alternative texts of pictures."""
        return self._words

    @cached_property
    def _words(self) -> str:
        # Each link of a paragraph asks for the words of the whole paragraph.
        return readable("".join(_pieces(self)))

    @cached_property
    def own_words(self) -> str:
        """The text right inside, with an ellipsis where there are words in an element of their own."""
        pieces = (readable(each) for each in self.content if isinstance(each, str))
        return " … ".join(piece for piece in pieces if piece)


_WITHIN_LINES = "a abbr b big code em font i img mark s small span strong sub sup u"
_IN_LINE = frozenset(_WITHIN_LINES.split())


def _pieces(element: Element) -> Iterator[str]:
    apart = "" if element.tag in _IN_LINE else " "
    yield apart
    if element.tag == "img":
        yield element.attributes.get("alt", "")
    for each in element.content:
        if isinstance(each, str):
            yield each
        else:
            yield from _pieces(each)
    yield apart


def readable(text: str) -> str:
    """Return what can be read of a text: in one line; empty when it is made of spaces and joiners only."""
    if all(unicodedata.category(sign) in {"Zs", "Zl", "Zp", "Cf", "Cc"} for sign in text):
        return ""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Page:
    """The elements of a page in their order, the first of which is ``<html>``, and its style sheets."""

    elements: tuple[Element, ...]
    sheets: tuple[css.Sheet, ...]
    styles: str

    def all(self, *tags: str) -> list[Element]:
        """The elements of these tags."""
        return [element for element in self.elements if element.tag in tags]

    def rules(self) -> Iterator[css.Rule]:
        """The rules of all style sheets."""
        for sheet in self.sheets:
            yield from sheet.rules


@functools.lru_cache(maxsize=4)
def read(html: str) -> Page:
    """Return the page that mail programs other than Outlook for Windows see; they pass over its conditional comments.

    Selectors on ``data-ogsc`` and ``data-ogsb``, which Outlook.com adds to what it darkens, match everywhere.
    """
    root = _parsed(html)
    for each in root.iter():
        each.attrib.update(dict.fromkeys(_OUTLOOK_COM, ""))
    styles = [(str(each.text or ""), str(each.get("media", ""))) for each in root.iter("style")]
    sheets = tuple(css.sheet(text, media) for text, media in styles)
    elements: list[Element] = []
    wrapper: Any = ElementWrapper
    _add(wrapper.from_html_root(root), None, _matcher(sheets), elements)
    return Page(elements=tuple(elements), sheets=sheets, styles="".join(text for text, _ in styles))


def _parsed(html: str) -> Any:
    parser = _lxml.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    root = _lxml.fromstring(html.encode() or b" ", parser)
    return _lxml.Element("html") if root is None else root


def _matcher(sheets: tuple[css.Sheet, ...]) -> Any:
    matcher: Any = Matcher()
    for sheet in sheets:
        for rule in sheet.rules:
            for selector in css.compiled(rule.selector):
                matcher.add_selector(selector, rule)
    return matcher


def _add(wrapper: Any, parent: Element | None, matcher: Any, elements: list[Element]) -> Element:
    node = wrapper.etree_element
    tag = str(node.tag).lower()
    element = Element(
        index=len(elements),
        tag=tag,
        looks_like=(tag, "href" in node.attrib, *map(node.get, _LOOKS)),
        attributes={str(name).lower(): str(value) for name, value in node.attrib.items() if name not in _OUTLOOK_COM},
        parent=parent,
        rules=tuple(rule for _, _, pseudo, rule in matcher.match(wrapper) if pseudo is None),
    )
    elements.append(element)
    if node.text:
        element.content.append(str(node.text))
    for child in wrapper.iter_children():
        element.content.append(_add(child, element, matcher, elements))
        if child.etree_element.tail:
            element.content.append(str(child.etree_element.tail))
    return element


def as_word_outlook(html: str) -> Page:
    """Return the page that Outlook for Windows sees: what is in comments for it, without what is kept from it."""
    opened = _CONDITIONAL.sub(
        lambda comment: "" if "!mso" in comment["condition"] else comment["content"], _FOR_OTHERS.sub("", html)
    )
    return read(opened)

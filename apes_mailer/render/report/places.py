"""Where the links of a letter stand: under which heading, and with which words."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_html: Any = importlib.import_module("lxml.html")  # without type information
_HEADINGS = {"h1", "h2", "h3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The words of a link, or of its picture, and the heading above it or around it; empty when there is none."""

    words: str
    part: str


def places(page: str) -> Mapping[str, Place]:
    """Return the place of each link of a letter by its address; of several the first.

    An article whose heading is a link itself goes by that heading.
    """
    found: dict[str, Place] = {}
    heading = ""
    for element in _html.document_fromstring(page).iter():
        if element.tag in _HEADINGS:
            heading = _words(element)
        elif element.tag == "a" and (url := element.get("href")) and url not in found:
            found[url] = Place(words=_words(element), part=heading)
    return found


def _words(element: Any) -> str:
    """Return the words of an element; a picture says its own."""
    pieces = [*element.itertext(), *(picture.get("alt") or "" for picture in element.iter("img"))]
    return " ".join(" ".join(pieces).split())

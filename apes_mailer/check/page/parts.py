"""Parts of a page that rules treat by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from apes_mailer.check.page.cascade import Look
from apes_mailer.check.page.document import Element, Page

TINY = 2.0
"""Pixels; words of this size are there to be hidden."""

_BOXES = {"td", "div", "p", "span"}


def is_button(link: Element, looks: Sequence[Look]) -> bool:
    """Tell whether a link is seen as a button: it, or a box around nothing else, has a background or a border."""
    boxes = [link]
    if link.parent and link.parent.tag in _BOXES and link.parent.words() == link.words():
        boxes.append(link.parent)
    return any(looks[box.index].painted or looks[box.index].bordered for box in boxes)


def footer(page: Page, unsubscribe_url: str) -> frozenset[int]:
    """Return the part that ends a letter, by index: what is around the unsubscribe link, without the first heading."""
    links = [link for link in page.all("a") if link.attributes.get("href") == unsubscribe_url]
    first = next(iter(page.all("h1")), None)
    if not links or first is None:
        return frozenset()
    beginning = set(first.up())
    within = [element for element in links[-1].up() if element not in beginning]
    return frozenset(element.index for element in within[-1].all()) if within else frozenset()

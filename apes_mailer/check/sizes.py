"""Sizes: of words, lines, buttons and of the letter as a whole. All in CSS pixels."""

from __future__ import annotations

from collections.abc import Iterator

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import cascade, document, parts, values
from apes_mailer.check.page.cascade import Look, Palette
from apes_mailer.check.page.document import Element, Page
from apes_mailer.check.whereabouts import field_of, quoted
from apes_mailer.model.finding import Finding

_SMALLEST, _SMALLEST_IN_FOOTER = 14.0, 12.0
_LEAST_LEADING = 1.4  # of the size of the words
_BUTTON = 44.0  # WCAG 2.2, 2.5.5
_NARROWEST, _WIDEST = 600.0, 640.0
_ROUNDING = 0.01


def _text(page: Page) -> Iterator[tuple[Element, str, Look]]:
    """Yield what is read in light colours, wide or on a phone, with its look."""
    for scene in cascade.scenes(page):
        if scene.palette in {Palette.BARE, Palette.LIGHT}:
            looks = cascade.looks(page, scene)
            for element in page.elements:
                look = looks[element.index]
                if look.shown and look.size > parts.TINY and (words := element.own_words):
                    yield element, words, look


def text_size(letter: CheckedLetter) -> Iterator[Finding]:
    """Words are of 14 px or more, 12 in the footer; one finding for each size. Raised signs may be smaller."""
    page = document.read(letter.html)
    footer = parts.footer(page, letter.unsubscribe_url)
    seen: set[tuple[str, float]] = set()
    for element, words, look in _text(page):
        case, least = ("footer", _SMALLEST_IN_FOOTER) if element.index in footer else ("text", _SMALLEST)
        size = round(look.size, 1)
        if size < least and (case, size) not in seen and not any(each.tag in {"sup", "sub"} for each in element.up()):
            seen.add((case, size))
            yield finding(f"text-size.{case}", field_of(letter, words), words=quoted(words), size=size, least=least)


def line_height(letter: CheckedLetter) -> Iterator[Finding]:
    """Lines of what is read are 1.4 times as high as their words, or more; large words may stand closer."""
    seen: set[float] = set()
    for _, words, look in _text(document.read(letter.html)):
        ratio = round(look.line_height / look.size, 2)
        if ratio < _LEAST_LEADING and not look.large and ratio not in seen:
            seen.add(ratio)
            yield finding(
                "line-height", field_of(letter, words), words=quoted(words), ratio=ratio, least=_LEAST_LEADING
            )


def button_height(letter: CheckedLetter) -> Iterator[Finding]:
    """The part of a button that answers to a finger is 44 px high or more; one finding for each height."""
    page = document.read(letter.html)
    looks = cascade.looks(page, cascade.scenes(page)[0])
    seen: set[float] = set()
    for link in page.all("a"):
        look = looks[link.index]
        height = round(max(look.line_height, look.height) + look.padding, 1)
        if not look.shown or not parts.is_button(link, looks) or height >= _BUTTON or height in seen:
            continue
        seen.add(height)
        words = link.words()
        yield finding("button-size", field_of(letter, words), words=quoted(words), height=height, least=_BUTTON)


def letter_width(letter: CheckedLetter) -> Iterator[Finding]:
    """The widest part of the letter is 600 to 640 px wide, so that it fits beside a list of messages."""
    widths = [width for element in document.read(letter.html).all("table", "td", "div") for width in _widths(element)]
    if widths and not _NARROWEST - _ROUNDING <= max(widths) <= _WIDEST + _ROUNDING:
        yield finding("letter-width", width=round(max(widths)), least=_NARROWEST, most=_WIDEST)


def _widths(element: Element) -> Iterator[float]:
    said = values.of_style(element.style, important=False)
    attribute = element.attributes.get("width", "")
    for value in (said.get("width", ""), said.get("max-width", ""), f"{attribute}px" if attribute.isdigit() else ""):
        if width := values.pixels(value, em=16):
            yield width

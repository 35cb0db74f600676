"""What declarations say that decides how words look, each property by its longhand name."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping

from apes_mailer.check.page import colour, css

Values = Mapping[str, str]
"""Longhand properties and their values."""

_SIDES = ("top", "right", "bottom", "left")
_LENGTH = re.compile(r"(?P<number>[-+]?(?:\d+\.?\d*|\.\d+))(?P<unit>[a-z]+|%)?", re.IGNORECASE)
_PIXELS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "rem": 16.0}
_KEYWORDS = {
    "xx-small": 9.0,
    "x-small": 10.0,
    "small": 13.0,
    "medium": 16.0,
    "large": 18.0,
    "x-large": 24.0,
    "xx-large": 32.0,
}
_FONT = re.compile(
    r"(?:^|\s)(?P<size>[\d.]+(?:px|pt|em|rem|%)|(?:xx?-)?(?:small|large)|medium)(?:\s*/\s*(?P<leading>\S+))?\s"
)


def of_style(text: str, *, important: bool) -> Values:
    """Return what a ``style`` attribute says, its ordinary declarations or its important ones."""
    return of_declarations(css.declarations(text), important=important)


@functools.lru_cache(maxsize=4096)
def of_declarations(declarations: tuple[css.Declaration, ...], *, important: bool) -> Values:
    """Return what declarations say, the ordinary ones or the important ones."""
    chosen = (each for each in declarations if each.important is important)
    return dict(pair for each in chosen for pair in _longhands(each.name, each.value))


def _longhands(name: str, value: str) -> Iterator[tuple[str, str]]:
    match name:
        case "background":
            yield from _background(value)
        case "font":
            yield from _font(value)
        case "padding" | "border-width":
            yield from _sides(name, value.split())
        case "border":
            yield from ((f"border-{side}", value) for side in _SIDES)
        case "text-decoration":
            yield "text-decoration-line", value
        case _:
            yield name, value


def _background(value: str) -> Iterator[tuple[str, str]]:
    """A shorthand sets what it does not name back to nothing."""
    without_pictures = re.sub(r"url\([^)]*\)|[\w-]*gradient\(.*\)", " ", value)
    picture = without_pictures != value
    tokens = re.findall(r"[\w-]+\([^)]*\)|[^\s,/]+", without_pictures)
    yield "background-color", next((token for token in tokens if colour.parse(token)), "transparent")
    yield "background-image", value if picture else "none"


def _font(value: str) -> Iterator[tuple[str, str]]:
    found = _FONT.search(value)
    if found:
        yield "font-size", found["size"]
        yield "line-height", found["leading"] or "normal"
        yield "font-weight", next((word for word in value.split() if word == "bold" or word.isdigit()), "normal")


def _sides(name: str, parts: list[str]) -> Iterator[tuple[str, str]]:
    if 1 <= len(parts) <= 4:
        top, right, bottom, left = (parts * 4)[:4] if len(parts) != 3 else (*parts, parts[1])
        start, end = name.partition("-")[::2]
        for side, part in zip(_SIDES, (top, right, bottom, left), strict=True):
            yield "-".join(filter(None, (start, side, end))), part


def pixels(text: str, *, em: float, whole: float | None = None) -> float | None:
    """Return a length in pixels; ``whole`` is what 100 % is. None for what cannot be told, such as ``auto``."""
    found = _LENGTH.fullmatch(text.strip())
    if not found:
        return None
    number, unit = float(found["number"]), (found["unit"] or "").lower()
    if unit == "em":
        return number * em
    if unit == "%":
        return None if whole is None else number / 100 * whole
    if not unit:
        return number if number == 0 else None
    return number * _PIXELS[unit] if unit in _PIXELS else None


def font_size(text: str, parent: float) -> float:
    """Return a font size in pixels; the parent's for what cannot be told."""
    word = text.strip().lower()
    if word in {"smaller", "larger"}:
        return parent / 1.2 if word == "smaller" else parent * 1.2
    found = _KEYWORDS.get(word) or pixels(word, em=parent, whole=parent)
    return parent if found is None else found


def attribute_hints(tag: str, attributes: Mapping[str, str]) -> Values:
    """Return what the old attributes say, such as ``bgcolor``."""
    hints = {"background-color": attributes.get("bgcolor"), "background-image": attributes.get("background")}
    if tag in {"td", "th", "table", "tr"}:
        hints["height"] = _with_unit(attributes.get("height"))
    if tag == "font":
        hints["color"] = attributes.get("color")
    if tag == "body":
        hints["color"] = attributes.get("text")
    if "hidden" in attributes:
        hints["display"] = "none"
    return {name: value for name, value in hints.items() if value}


def _with_unit(value: str | None) -> str | None:
    return f"{value}px" if value and value.isdigit() else value


def merged(layers: Iterable[Values]) -> dict[str, str]:
    """Return values of several origins; the later ones win."""
    result: dict[str, str] = {}
    for layer in layers:
        result.update(layer)
    return result

"""The cascade: how each element of a page looks in a scene, such as a phone in dark mode."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from apes_mailer.check.page import colour, css, values
from apes_mailer.check.page.colour import BLACK, WHITE, Colour
from apes_mailer.check.page.document import Element, Page


class Palette(StrEnum):
    """Which colours a mail program shows."""

    BARE = "bare"  # no <style> at all: SFR, La Poste, Gmail with foreign accounts
    LIGHT = "light"
    DARK = "dark"  # by prefers-color-scheme
    OUTLOOK = "outlook"  # dark mode of Outlook.com, by the attributes it adds


@dataclass(frozen=True, slots=True)
class Scene:
    """A palette on a screen of a width in pixels."""

    palette: Palette
    width: int

    def uses(self, rule: css.Rule) -> bool:
        """Tell whether a rule of a style sheet applies."""
        if self.palette is Palette.BARE:
            return False
        if "data-ogs" in rule.selector and self.palette is not Palette.OUTLOOK:
            return False
        dark = self.palette is Palette.DARK
        return all(css.applies(query, width=self.width, dark=dark) for query in rule.media)


WIDE, PHONE = 640, 375
"""Widths of screens in pixels."""


@dataclass(frozen=True, slots=True)
class Look:
    """How an element looks: lengths in pixels, colours with what is behind them already mixed in.

    ``painted`` says whether it has a background of its own, ``bordered`` a border; ``over_picture`` whether words on it
    rest on a picture and nothing else.
    """

    colour: Colour = BLACK
    background: Colour = WHITE
    painted: bool = False
    bordered: bool = False
    over_picture: bool = False
    size: float = 16.0
    weight: int = 400
    leading: float = 1.2
    leading_is_factor: bool = True
    underlined: bool = False
    opacity: float = 1.0
    shown: bool = True
    padding: float = 0.0
    height: float = 0.0

    @property
    def line_height(self) -> float:
        """The height of a line in pixels."""
        return self.leading * self.size if self.leading_is_factor else self.leading

    @property
    def large(self) -> bool:
        """Whether words are of 24 px, or of 18.66 and bold: large text of WCAG 2.2, 1.4.3."""
        return self.size >= 24 or (self.size >= 18.66 and self.weight >= 700)

    @property
    def contrast(self) -> float:
        """The contrast ratio of words."""
        return colour.contrast(self.colour.faded(self.opacity), self.background)


_BLOCKS = (
    "html body div p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre hr center section article header footer main"
)
NEVER_SHOWN = frozenset({"head", "style", "script", "title", "meta", "link", "base", "template", "noscript"})
"""Elements that are no part of what is seen."""


def _defaults() -> Mapping[str, values.Values]:
    """What every mail program starts from: the style sheet that HTML suggests (HTML standard, 15.3)."""
    sheet: dict[str, dict[str, str]] = {tag: {"display": "block"} for tag in _BLOCKS.split()}
    sheet |= {tag: {"display": "none"} for tag in NEVER_SHOWN}
    for tag, size in {"h1": "2em", "h2": "1.5em", "h3": "1.17em", "h4": "1em", "h5": "0.83em", "h6": "0.67em"}.items():
        sheet[tag] |= {"font-size": size, "font-weight": "bold"}
    sheet |= {tag: {"font-weight": "bolder"} for tag in ("b", "strong")}
    sheet |= {tag: {"font-size": "smaller"} for tag in ("small", "sub", "sup")}
    sheet |= {tag: {"text-decoration-line": "underline"} for tag in ("u", "ins")}
    sheet |= {"table": {"display": "table"}, "tr": {"display": "table-row"}, "td": {"display": "table-cell"}}
    return MappingProxyType(sheet | {"th": {"display": "table-cell", "font-weight": "bold"}})


_SAYING = (
    *("background", "border", "color", "display", "font", "height", "line-height", "max-height"),
    *("opacity", "overflow", "padding", "text-decoration", "visibility"),
)
"""What the names of the properties that decide on looks begin with."""

_DEFAULTS = _defaults()
_LINK: values.Values = {"color": "#0000ee", "text-decoration-line": "underline"}


def scenes(page: Page) -> list[Scene]:
    """Return the scenes worth looking at: without styles, wide, on a phone; and dark where the page has such rules."""
    rules = list(page.rules())
    found = [Scene(Palette.BARE, WIDE), Scene(Palette.LIGHT, WIDE), Scene(Palette.LIGHT, PHONE)]
    if any("prefers-color-scheme" in query for rule in rules for query in rule.media):
        found += [Scene(Palette.DARK, WIDE), Scene(Palette.DARK, PHONE)]
    if any("data-ogs" in rule.selector for rule in rules):
        found.append(Scene(Palette.OUTLOOK, WIDE))
    return found


@functools.lru_cache(maxsize=32)
def looks(page: Page, scene: Scene) -> tuple[Look, ...]:
    """Return the look of every element, in the order of the page."""
    result: list[Look] = []
    known = _known(page)
    active = {id(rule) for rule in page.rules() if scene.uses(rule) and _matters(rule)}
    for element in page.elements:
        around = result[element.parent.index] if element.parent else _canvas(page, scene)
        rules = tuple(rule for rule in element.rules if id(rule) in active)
        key = (id(around), element.looks_like, rules)
        look = known.get(key)
        if look is None:
            look = _look(_cascaded(element, rules), around)
            look = known[key] = known.setdefault(look, look)
        result.append(look)
    return tuple(result)


@functools.lru_cache(maxsize=4)
def _known(_: Page) -> dict[object, Look]:
    """The looks of a page that were worked out already, by what they come from and by themselves.

    Most elements look the same in several scenes, and like others around them: one object for all keeps this fast.
    """
    return {}


def _matters(rule: css.Rule) -> bool:
    """Tell whether a rule has a say in looks."""
    return any(each.name.startswith(_SAYING) for each in rule.declarations)


_CANVAS = Look()
_DARK_CANVAS = Look(colour=WHITE, background=Colour(0.12, 0.12, 0.12))


def _canvas(page: Page, scene: Scene) -> Look:
    """What is behind a page: dark in dark mode, if the page says that it knows how to be dark."""
    schemes = " ".join(
        each.attributes.get("content", "") for each in page.all("meta") if each.attributes.get("name") == "color-scheme"
    )
    if scene.palette is Palette.DARK and "dark" in schemes:
        return _DARK_CANVAS
    return _CANVAS


def _cascaded(element: Element, rules: tuple[css.Rule, ...]) -> dict[str, str]:
    link: values.Values = _LINK if element.tag == "a" and "href" in element.attributes else {}
    return values.merged(
        [
            _DEFAULTS.get(element.tag, {}),
            link,
            values.attribute_hints(element.tag, element.attributes),
            *(values.of_declarations(rule.declarations, important=False) for rule in rules),
            values.of_style(element.style, important=False),
            *(values.of_declarations(rule.declarations, important=True) for rule in rules),
            values.of_style(element.style, important=True),
        ]
    )


def _look(said: Mapping[str, str], around: Look) -> Look:
    size = values.font_size(said.get("font-size", ""), around.size)
    leading, is_factor = _leading(said.get("line-height"), size, around)
    decoration = said.get("text-decoration-line", "")
    padding = [values.pixels(said.get(f"padding-{side}", "0"), em=size) or 0.0 for side in ("top", "bottom")]
    look = replace(
        around,
        colour=_colour(said.get("color"), around),
        size=size,
        weight=_weight(said.get("font-weight"), around.weight),
        leading=leading,
        leading_is_factor=is_factor,
        underlined="underline" in decoration or (around.underlined and said.get("display") != "inline-block"),
        opacity=around.opacity * _opacity(said.get("opacity")),
        shown=around.shown and not _is_hidden(said),
        bordered=all(_is_border(said.get(f"border-{side}")) for side in ("top", "bottom")),
        padding=sum(padding),
        height=values.pixels(said.get("height", ""), em=size) or 0.0,
    )
    return _painted(look, said, around)


def _colour(text: str | None, around: Look) -> Colour:
    return (colour.parse(text) if text else None) or around.colour


def _leading(text: str | None, size: float, around: Look) -> tuple[float, bool]:
    if text is None or text == "inherit":
        return around.leading, around.leading_is_factor
    if text == "normal":
        return 1.2, True
    try:
        return float(text), True
    except ValueError:
        length = values.pixels(text, em=size, whole=size)
        return (around.leading, around.leading_is_factor) if length is None else (length, False)


def _weight(text: str | None, around: int) -> int:
    match text:
        case "bold":
            return 700
        case "normal":
            return 400
        case "bolder":
            return 400 if around < 350 else 700 if around < 550 else 900
        case _:
            return int(text) if text and text.isdigit() else around


def _opacity(text: str | None) -> float:
    try:
        return min(1.0, max(0.0, float(text or 1)))
    except ValueError:
        return 1.0


def _is_border(text: str | None) -> bool:
    return bool(text) and text.split()[0] not in {"none", "0", "0px"}


def _is_hidden(said: Mapping[str, str]) -> bool:
    clipped = said.get("overflow") == "hidden" and said.get("max-height", "").strip("px") == "0"
    return (
        said.get("display", "").lower() == "none"
        or said.get("visibility", "").lower() in {"hidden", "collapse"}
        or clipped
    )


def _painted(look: Look, said: Mapping[str, str], around: Look) -> Look:
    own = colour.parse(said.get("background-color", ""))
    painted = own is not None and own.alpha > 0
    picture = said.get("background-image", "none") not in {"none", "initial"}
    return replace(
        look,
        background=own.over(around.background) if own else around.background,
        painted=painted,
        over_picture=not (own and own.alpha == 1) and (picture or around.over_picture),
    )

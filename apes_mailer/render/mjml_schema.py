"""What MJML knows: its components, their attributes with types, and which component may stand in which.

The facts are in ``mjml_schema.json``, exported from npm's mjml by ``tools/export_mjml_schema.mjs``. Where the engine
that compiles the letter (mrml 6.0, in mjml-python 1.4) is stricter than MJML itself, the engine counts: ``_CONTENT``
and ``_ENGINE_REFUSES`` were measured with it.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from enum import Enum, auto
from importlib import resources
from typing import TypedDict, cast


class Content(Enum):
    """What may stand between the tags of an element."""

    ELEMENTS = auto()  # MJML components only
    HTML = auto()  # text and HTML
    TEXT = auto()  # text only
    NOTHING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One MJML tag. ``attributes`` maps names to types in MJML's notation, such as ``unit(px,%){1,4}``."""

    name: str
    content: Content
    children: frozenset[str]
    parents: tuple[str, ...]
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueType:
    """The values that an attribute takes; ``expected`` describes them to a person."""

    pattern: re.Pattern[str]
    expected: str


class _RawComponent(TypedDict):
    ending: bool
    children: list[str]
    attributes: dict[str, str]


class _RawSchema(TypedDict):
    source: dict[str, str]
    colors: str
    components: dict[str, _RawComponent]


_CONTENT = {
    "mj-accordion-title": Content.TEXT,
    "mj-breakpoint": Content.NOTHING,
    "mj-carousel-image": Content.NOTHING,
    "mj-divider": Content.NOTHING,
    "mj-font": Content.NOTHING,
    "mj-html-attribute": Content.TEXT,
    "mj-image": Content.NOTHING,
    "mj-include": Content.NOTHING,
    "mj-preview": Content.TEXT,
    "mj-spacer": Content.NOTHING,
    "mj-style": Content.TEXT,
    "mj-title": Content.TEXT,
}
_ENGINE_REFUSES = {
    (parent, "mj-raw") for parent in ("mjml", "mj-accordion", "mj-accordion-element", "mj-navbar", "mj-social")
}
# No parent here recommends itself as the place for a child.
_DISCOURAGED_PARENTS = frozenset({"mj-attributes", "mj-hero"})


@functools.cache
def _raw() -> _RawSchema:
    text = resources.files("apes_mailer.render").joinpath("mjml_schema.json").read_text(encoding="utf-8")
    return cast("_RawSchema", json.loads(text))


@functools.cache
def components() -> dict[str, Component]:
    """Return every MJML tag by its name. ``mj-all`` and ``mj-class`` take the attributes of all others."""
    raw = _raw()["components"]
    union = {name: kind for part in raw.values() for name, kind in part["attributes"].items()}
    union.pop("mj-class")
    found = {name: _component(name, part, raw) for name, part in raw.items()}
    for name, attributes in (("mj-all", union), ("mj-class", union | {"name": "string"})):
        found[name] = Component(
            name=name,
            content=Content.NOTHING,
            children=frozenset(),
            parents=("mj-attributes",),
            attributes=attributes,
        )
    return found


def _component(name: str, part: _RawComponent, raw: dict[str, _RawComponent]) -> Component:
    default = Content.HTML if part["ending"] else Content.ELEMENTS
    children = frozenset(child for child in part["children"] if (name, child) not in _ENGINE_REFUSES)
    if "*" in children:  # of mj-attributes: the defaults of what has a class
        children = frozenset(child for child, other in raw.items() if "mj-class" in other["attributes"])
        children = children - {"mj-raw"} | {"mj-all", "mj-class"}
    parents = [parent for parent, other in raw.items() if name in other["children"]]
    return Component(
        name=name,
        content=_CONTENT.get(name, default),
        children=children,
        parents=tuple(p for p in parents if p not in _DISCOURAGED_PARENTS and (p, name) not in _ENGINE_REFUSES),
        attributes=part["attributes"],
    )


@functools.cache
def value_type(notation: str) -> ValueType:
    """Return what a type in MJML's notation accepts.

    Stricter than MJML in two things: numbers are numbers (``1,5px`` is not), and an integer holds nothing else.
    """
    kind, _, rest = notation.partition("(")
    arguments = rest.partition(")")[0].split(",")
    match kind:
        case "unit" | "unitWithNegative":
            return _unit(arguments, signed=kind == "unitWithNegative", up_to=4 if notation.endswith("{1,4}") else 1)
        case "enum":
            words = [word for word in arguments if word]
            pattern = "|".join(re.escape(word) for word in arguments)
            return ValueType(pattern=re.compile(pattern), expected=f"one of: {', '.join(words)}")
        case "color":
            return ValueType(pattern=_color(), expected='a colour, such as "#1b6e53", "rgb(27, 110, 83)" or "white"')
        case "integer":
            return ValueType(pattern=re.compile(r"\d+"), expected='a whole number, such as "0"')
        case "boolean":
            return ValueType(pattern=re.compile("true|false"), expected='"true" or "false"')
        case _:
            return ValueType(pattern=re.compile(".*", re.DOTALL), expected="any text")


def _color() -> re.Pattern[str]:
    channel = r"\s*\d{1,3}\s*"
    names = _raw()["colors"].replace(" ", "|")
    return re.compile(
        rf"#(?:[0-9a-f]{{3}}){{1,2}}|rgb\({channel}(?:,{channel}){{2}}\)"
        rf"|rgba\({channel}(?:,{channel}){{2}},\s*(?:\d(?:\.\d{{1,3}})?|\.\d{{1,3}})\s*\)|{names}",
        re.IGNORECASE,
    )


def _unit(units: list[str], *, signed: bool, up_to: int) -> ValueType:
    sizes = [unit for unit in units if unit and unit != "auto"]
    suffix = "|".join(re.escape(unit) for unit in sizes) + ("|" if "" in units else "")
    one = rf"(?:{'-?' if signed else ''}(?:\d+(?:\.\d+)?|\.\d+)(?:{suffix})|0{'|auto' if 'auto' in units else ''})"
    words = [f'a number with {" or ".join(sizes)}, such as "12{sizes[0]}"']
    words += ["a number alone"] if "" in units else []
    words += ['"auto"'] if "auto" in units else []
    count = f", or up to {up_to} of them with spaces between" if up_to > 1 else ""
    return ValueType(pattern=re.compile(rf"{one}(?:\s+{one}){{0,{up_to - 1}}}"), expected=" or ".join(words) + count)


VOID_HTML = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
"""HTML elements without content (WHATWG HTML, 13.1.2)."""

_OTHER_HTML = (
    "a abbr acronym address article aside audio b bdi bdo big blockquote body button canvas caption center cite code"
    " colgroup data dd del details dfn dir div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6"
    " head header hgroup html i iframe ins kbd label legend li main map mark nav noscript object ol optgroup option"
    " p picture pre q rp rt ruby s samp script section select small span strike strong style sub summary sup svg"
    " table tbody td template textarea tfoot th thead time title tr tt u ul var video"
)
HTML = VOID_HTML | frozenset(_OTHER_HTML.split())
"""HTML elements by name, those included that only mail still uses."""

"""Which features of HTML and CSS a page uses, by their names in the figures."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from apes_mailer.check.clients import support
from apes_mailer.check.page import cascade, css
from apes_mailer.check.page.document import Element, Page


class Use(NamedTuple):
    """A feature, the code that uses it, and the element; none for what stands in ``<style>``.

    ``on_phones_only`` says whether it is in a rule for narrow screens.
    """

    feature: str
    code: str
    element: Element | None = None
    on_phones_only: bool = False


_LOGICAL = ("block", "inline")
_LONGHANDS = {
    "border": "css-border",
    "padding": "css-padding",
    "margin": "css-margin",
    "outline": "css-outline",
    "column": "css-column-layout-properties",
    "columns": "css-column-count",
    "grid": "css-grid-template",
    "animation": "css-animation",
    "transition": "css-transition",
    "mask": "css-mask-image",
    "row": "css-gap",
    "inset": "css-inset",
    "scroll": "css-scroll-snap",
}
"""Properties that share the feature of the first word of their name."""

_PROPERTIES = {
    **dict.fromkeys(("top", "right", "bottom", "left"), "css-left-right-top-bottom"),
    **dict.fromkeys(("grid-column", "grid-row", "grid-area"), "css-display-grid"),
    **dict.fromkeys(("flex", "flex-grow", "flex-shrink", "flex-basis", "flex-flow"), "css-display-flex"),
    "border-collapse": "css-border-collapse",
}
_FUNCTIONS = {
    "calc": "css-unit-calc",
    "var": "css-variables",
    "clamp": "css-function-clamp",
    "min": "css-function-min",
    "max": "css-function-max",
    "light-dark": "css-function-light-dark",
    "linear-gradient": "css-linear-gradient",
    "radial-gradient": "css-radial-gradient",
    "conic-gradient": "css-conic-gradient",
    "rgb": "css-rgb",
    "rgba": "css-rgba",
    **dict.fromkeys(("lab", "lch", "oklab", "oklch"), "css-modern-color"),
}
_MEDIA = {
    "prefers-color-scheme": "css-at-media-prefers-color-scheme",
    "prefers-reduced-motion": "css-at-media-prefers-reduced-motion",
    "orientation": "css-at-media-orientation",
    "hover": "css-at-media-hover",
    "device-pixel-ratio": "css-at-media-device-pixel-ratio",
}
_SELECTORS = {
    ">": "css-selector-child",
    "+": "css-selector-adjacent-sibling",
    "~": "css-selector-general-sibling",
    "#": "css-selector-id",
    "*": "css-selector-universal",
    ".": "css-selector-class",
}
_TAGS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(("ul", "ol", "li", "dl", "dt", "dd"), "html-lists"),
    **dict.fromkeys(("article", "aside", "details", "figcaption", "figure", "footer", "header"), "html-semantics"),
    **dict.fromkeys(("main", "mark", "nav", "section", "summary", "time"), "html-semantics"),
    "map": "html-image-maps",
}
_ATTRIBUTES = frozenset(
    {"align", "background", "cellpadding", "cellspacing", "dir", "height", "hidden", "inert", "lang", "loading"}
    | {"popover", "required", "role", "srcset", "target", "valign", "width"}
)
_FORMATS = {"jpg": "jpg", "jpeg": "jpg", "heic": "heif"}
_FUNCTION = re.compile(r"([a-z-]+)\(")
_UNIT = re.compile(r"\d(%|[a-z]+)\b|\d(%)")
_PSEUDO = re.compile(r"(::?)([a-z-]+)")


def used(page: Page) -> Iterator[Use]:
    """Yield each use of a feature of which there are figures."""
    known = support.figures()
    for use in _all(page):
        if use.feature in known:
            yield use


def _all(page: Page) -> Iterator[Use]:
    for element in page.elements:
        for feature, code in (*_of_element(element), *_of_declarations(css.declarations(element.style))):
            yield Use(feature, code, element)
    for sheet in page.sheets:
        for name in sheet.at_rules:
            yield Use(f"css-at-{name.lstrip('@')}", name)
    for rule in page.rules():
        wide, phone = (css.on_screen(rule, width) for width in (cascade.WIDE, cascade.PHONE))
        if wide or phone:
            yield from (Use(feature, code, on_phones_only=not wide) for feature, code in _of_rule(rule))


def _of_rule(rule: css.Rule) -> Iterator[tuple[str, str]]:
    yield from _of_selector(rule.selector)
    yield from _of_media(rule.media)
    yield from _of_declarations(rule.declarations)
    if rule.nesting:
        yield "css-nesting", rule.selector


def _of_element(element: Element) -> Iterator[tuple[str, str]]:
    tag = element.tag
    yield _TAGS.get(tag, f"html-{tag}"), f"<{tag}>"
    if tag in {"input", "button"}:
        kind = element.attributes.get("type", "text" if tag == "input" else "submit")
        yield f"html-{tag}-{kind}", f'<{tag} type="{kind}">'
    for name, value in element.attributes.items():
        if name in _ATTRIBUTES or name.startswith("aria-"):
            yield _of_attribute(name), name
        if name == "href" and value.startswith(("#", "mailto:")):
            kind = "anchor" if value.startswith("#") else "mailto"
            yield f"html-{kind}-links", f'href="{value[: 1 if kind == "anchor" else 7]}…"'
    if tag == "img":
        yield from _of_picture(element.attributes.get("src", ""))
    if tag == "meta" and element.attributes.get("name") == "color-scheme":
        yield "html-meta-color-scheme", '<meta name="color-scheme">'


def _of_attribute(name: str) -> str:
    return {"loading": "html-loading-attribute", "inert": "css-inert-attribute"}.get(name, f"html-{name}")


def _of_picture(address: str) -> Iterator[tuple[str, str]]:
    if address.startswith("data:"):
        yield "image-base64", "data:"
        return
    ending = re.sub(r"[?#].*", "", address).rpartition(".")[2].lower()
    yield f"image-{_FORMATS.get(ending, ending)}", f".{ending}"


@functools.lru_cache(maxsize=1024)
def _of_declarations(declarations: tuple[css.Declaration, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        pair
        for name, value in ((each.name, each.value.lower()) for each in declarations)
        for pair in ((_of_property(name, value), f"{name}: {value}"), *_of_value(name, value))
    )


def _of_property(name: str, value: str) -> str:
    """Return the feature of a property; of ``display``, it depends on the value."""
    if name == "display":
        kind = value.removeprefix("inline-")
        return f"css-display-{kind}" if kind in {"flex", "grid", "none"} else "css-display"
    if name == "position" and value in {"static", "relative", "initial"}:
        return ""
    if name in _PROPERTIES:
        return _PROPERTIES[name]
    if f"css-{name}" in support.figures():
        return f"css-{name}"
    first, *more = name.split("-")
    if set(more) & set(_LOGICAL) and first in {"border", "margin", "padding"}:
        return f"css-{first}-inline-block"
    if first == "border" and more[-1:] == ["radius"]:
        return "css-border-radius" if more[0] in {"top", "bottom"} else "css-border-radius-logical"
    return _LONGHANDS.get(first, "")


def _of_value(name: str, value: str) -> Iterator[tuple[str, str]]:
    for function in _FUNCTION.findall(value):
        yield _FUNCTIONS.get(function.removeprefix("repeating-"), ""), f"{name}: {value}"
    if name == "background" and "url(" in value:
        yield "css-background-image", f"{name}: {value}"
    if value == "initial":
        yield "css-unit-initial", f"{name}: {value}"
    if not name.startswith(("mso-", "font-family", "background-image")) and "url(" not in value and "#" not in value:
        for found in _UNIT.finditer(value):
            unit = found[1] or found[2]
            yield f"css-unit-{'percent' if unit == '%' else unit}", f"{name}: {value}"
    if name == "font-family" and re.search(r"\b(?:system-ui|ui-[a-z]+)\b", value):
        yield "css-sytem-ui", f"{name}: {value}"  # so misspelt in the figures


def _of_media(queries: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for query in queries:
        yield "css-at-media", f"@media {query}"
        for word, feature in _MEDIA.items():
            if word in query:
                yield feature, f"@media {query}"


def _of_selector(selector: str) -> Iterator[tuple[str, str]]:
    for single in (part.strip() for part in selector.split(",")):
        bare = re.sub(r"\[[^\]]*\]|\([^)]*\)", "", single)
        yield from ((feature, single) for sign, feature in _SELECTORS.items() if sign in bare)
        if "[" in single:
            yield "css-selector-attribute", single
        if re.search(r"\.[\w-]+\.", bare):
            yield "css-selector-chaining", single
        for colons, name in _PSEUDO.findall(bare):
            element = colons == "::" or name in {"before", "after", "first-letter", "first-line"}
            yield f"css-pseudo-{'element' if element else 'class'}-{name}", single


def kind(feature: str) -> str:
    """Return which sort of thing happens where a feature is not supported, as the catalogue calls it."""
    return next((name for name, features in _KINDS.items() if features.match(feature)), "property")


_KINDS: Mapping[str, re.Pattern[str]] = {
    "layout": re.compile(
        r"css-(display-(flex|grid)|float|position|left-right|inset|flex|grid|justify|align-items|gap|column)"
    ),
    "background": re.compile(r"css-(background-|.*-gradient$)|html-background"),
    "value": re.compile(r"css-(unit|function|variables|modern-color|rgba?$)"),
    "rule": re.compile(r"css-(selector|pseudo|at-|nesting)"),
    "picture": re.compile(r"image-|html-(picture|srcset|svg)"),
    "element": re.compile(r"html-"),
}

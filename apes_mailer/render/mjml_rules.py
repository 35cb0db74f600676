"""What is wrong with one MJML element: its attributes, and the traps of the engine that compiles it.

The traps are measured with mrml 6.0 (mjml-python 1.4): it takes the MJML without a word and prints something else.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator, Mapping

from apes_mailer.render import css_check, html_rules
from apes_mailer.render.mjml_schema import HTML, Component, components, value_type
from apes_mailer.render.mjml_tokens import Attributes, Fault

_BORDERS = ("border-top", "border-right", "border-bottom", "border-left")
_CLASS_OF_ITS_OWN = "Give the element a css-class and style it in the theme's CSS."
_REMOVE = "Remove it."

IGNORED: dict[str, dict[str, str]] = {
    "mj-accordion-title": {"font-weight": _CLASS_OF_ITS_OWN},
    "mj-body": {"id": _REMOVE},
    "mj-carousel-image": {"rel": _REMOVE},
    "mj-image": {"sizes": _REMOVE} | dict.fromkeys(_BORDERS, 'Use "border", which is one for all four sides.'),
    "mj-raw": {"position": _REMOVE},
    "mj-section": dict.fromkeys(("gutter", "text-padding"), "Give the columns padding-left and padding-right."),
    "mj-social": {"border": "Give the border to each <mj-social-element> by CSS.", "table-layout": _REMOVE},
    "mj-social-element": dict.fromkeys(("border", "icon-position", "sizes", "srcset"), _REMOVE),
    "mj-spacer": dict.fromkeys(("border", *_BORDERS), "Use <mj-divider> for a line."),
    "mj-table": {"font-weight": _CLASS_OF_ITS_OWN, "role": _REMOVE},
    "mj-text": {"background-color": 'Use "container-background-color".'},
    "mj-wrapper": dict.fromkeys(("gap", "gutter", "text-padding"), "Give the sections padding-top and padding-bottom."),
}
"""Attributes that MJML has and the engine ignores, with the cure."""

BANNED = {
    "mj-font": ("<mj-font> makes every reader's mail program call a foreign host", "Use fonts that readers have."),
    "mj-hero": (
        "<mj-hero> comes out wrong in Outlook: no background colour under its text, and paddings ignored",
        "Use <mj-section> with a background-color and an <mj-image>.",
    ),
    "mj-html-attributes": ("the MJML engine refuses <mj-html-attributes>", "Write the attribute in <mj-raw>."),
    "mj-include": ("<mj-include> cannot be used in a theme", 'Include files with {% include "…" %}.'),
}
"""Tags that a theme must not use: what is wrong with them, and the cure."""

_OWN_PICTURES = {"mj-accordion": ("icon-wrapped-url", "icon-unwrapped-url"), "mj-carousel": ("left-icon", "right-icon")}
_OF_CSS = frozenset({
    *_BORDERS,
    *("border", "border-radius", "border-style", "background-position", "font-family", "font-style", "font-weight"),
    *("text-decoration", "text-transform"),
})  # fmt: skip
_NEEDS_ALT = ("mj-image", "mj-carousel-image", "mj-social-element")
# The engine computes the width of what they hold without the horizontal part of the shorthand.
_LONGHAND_ONLY = ("mj-section", "mj-wrapper", "mj-column", "mj-all")
_ZERO = re.compile(r"0+(?:\.0*)?(?:px|%)?")
_INSTEAD = {
    "class": 'Did you mean "css-class"?',
    "id": 'Use "css-class".',
    "style": "Use the attributes of MJML, or a css-class and the theme's CSS.",
}


@functools.lru_cache(maxsize=512)
def did_you_mean(word: str, choices: tuple[str, ...]) -> str:
    """Return the choice that looks like a misspelt word; empty when none does."""
    return next(iter(difflib.get_close_matches(word.lower(), choices, n=1, cutoff=0.65)), "")


def meant_tag(name: str) -> str:
    """Return the MJML or HTML tag that a misspelt one looks like; empty when none does."""
    known = tuple(components())
    return did_you_mean(name, known if name.lower().startswith("mj") else (*known, *sorted(HTML)))


@functools.lru_cache(maxsize=4096)
def attribute_faults(tag: str, attributes: Attributes) -> tuple[Fault, ...]:
    """Return the faults of an MJML element's attributes, each for itself; offsets are those of the attributes."""
    component = components()[tag]
    found = ((item, _fault_of_one(component, item.name, item.value)) for item in attributes.items)
    return tuple(Fault(item.offset, *fault, f"<{tag}>") for item, fault in found if fault)


def _fault_of_one(component: Component, name: str, value: str | None) -> tuple[str, str] | None:
    notation = component.attributes.get(name)
    if notation is None:
        return f'there is no attribute "{name}"', _cure_for_unknown(component, name)
    if value is None:
        return f'the attribute "{name}" has no value', f'Write {name}="…".'
    cure = IGNORED.get(component.name, {}).get(name)
    if cure:
        return f'the MJML engine ignores "{name}" here', cure
    if name == "background-url":
        return 'Outlook needs VML for "background-url", with no alternative text', "Put the picture into an <mj-image>."
    if component.name == "mj-style" and name == "inline":
        return "the MJML engine does not inline <mj-style>", "Write the rules into the theme's CSS file."
    if name == "mj-class" and len(value.split()) > 1:
        return "more than one class in mj-class; engines differ in which one wins", "Keep one mj-class."
    return _fault_of_value(name, value, notation)


def _cure_for_unknown(component: Component, name: str) -> str:
    if name in _INSTEAD and component.attributes:
        return _INSTEAD[name]
    meant = did_you_mean(name, tuple(component.attributes))
    if meant:
        return f'Did you mean "{meant}"?'
    if not component.attributes:
        return f"<{component.name}> takes no attributes."
    return f"<{component.name}> takes: {', '.join(component.attributes)}."


def _fault_of_value(name: str, value: str, notation: str) -> tuple[str, str] | None:
    if notation == "string":
        return _fault_of_text(name, value)
    kind = value_type(notation)
    if kind.pattern.fullmatch(value):
        return None
    likely = next((text for text in _corrections(value) if kind.pattern.fullmatch(text)), None)
    cure = f'Write {name}="{likely}".' if likely else f"Write {kind.expected}."
    return f'"{value}" is not a value for "{name}"', cure


def _fault_of_text(name: str, value: str) -> tuple[str, str] | None:
    """Judge what MJML takes as any text, and prints into a style or an attribute as it is."""
    if name == "css-class":
        return html_rules.class_fault(name, value)
    if name == "lang":
        return html_rules.value_fault(name, value)
    css = name.removeprefix("inner-").removeprefix("tb-").removeprefix("ico-")
    if css in _OF_CSS and (faults := css_check.style_faults(f"{css}:{value}")):
        return f'"{value}" is not a value for "{name}"', faults[0].hint
    return None


def _corrections(value: str) -> Iterator[str]:
    """Yield what a value may have meant."""
    plain = " ".join(value.split()).replace(",", ".").lower()
    yield plain
    yield f"#{plain}"
    yield re.sub(r"(?<=\d)\s+(?=px|%)", "", plain)
    yield " ".join(f"{part}px" if part.replace(".", "", 1).isdigit() else part for part in plain.split())


def horizontal_shorthand(tag: str, attributes: Mapping[str, str]) -> tuple[str, str] | None:
    """Return message and cure when a padding shorthand would make pictures and Outlook's columns too wide."""
    if tag not in _LONGHAND_ONLY or "padding" not in attributes:
        return None
    padding = attributes["padding"].split()
    if not 1 <= len(padding) <= 4:
        return None
    if "padding-left" in attributes and "padding-right" in attributes:
        return None
    top, right, bottom, left = (padding * 4)[:4] if len(padding) < 3 else (padding + padding[1:2])[:4]
    if _ZERO.fullmatch(right) and _ZERO.fullmatch(left):
        return None
    sides = {"top": top, "right": right, "bottom": bottom, "left": left}
    longhand = " ".join(f'padding-{side}="{size}"' for side, size in sides.items())
    return (
        "the MJML engine forgets the left and right part of this padding when it computes widths",
        f"Write {longhand}.",
    )


def missing_attribute(tag: str, own: Mapping[str, str], inherited: Mapping[str, str]) -> tuple[str, str] | None:
    """Return message and cure when an attribute is missing that MJML does not ask for, and readers need.

    ``own`` stand on the element itself, ``inherited`` count its class and the defaults of ``<mj-attributes>`` too.
    """
    if tag not in _OWN_PICTURES and tag not in _NEEDS_ALT:
        return None
    lacking = [name for name in _OWN_PICTURES.get(tag, ()) if not inherited.get(name)]
    if lacking:
        return "its default pictures are loaded from a foreign host", f"Give it your own: {', '.join(lacking)}."
    if tag == "mj-social-element" and inherited.get("name") and not inherited.get("src"):
        return "its default picture is loaded from a foreign host", "Give it your own picture with src, and no name."
    shows_picture = tag != "mj-social-element" or inherited.get("src")
    if tag in _NEEDS_ALT and shows_picture and "alt" not in own:
        return "the picture has no alternative text", 'Add alt="…"; alt="" if it is decoration only.'
    return None

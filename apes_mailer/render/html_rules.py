"""What is wrong with the attributes of an HTML element in a theme: a browser passes over them without a word."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator

from apes_mailer.render import css_check
from apes_mailer.render.mjml_schema import value_type
from apes_mailer.render.mjml_tokens import Attributes, Fault
from apes_mailer.render.tokens import NO_PLACE, WORD

# WHATWG HTML, and what mail still needs beside it: attributes that Outlook obeys where it ignores CSS.
_NAMES = frozenset(
    "abbr align alink alt background bgcolor border cellpadding cellspacing charset cite class clear color cols colspan"
    " content datetime dir disabled face frame headers height hidden href hreflang hspace http-equiv id lang link"
    " loading media name noshade nowrap rel reversed role rowspan rows rules scope size sizes span src srcset start"
    " style summary tabindex target text title translate type usemap valign value vlink vspace width xmlns".split()
)
_FAMILIES = ("aria-", "data-", "x-apple-", "xmlns:", "xml:", "v:", "o:", "mso-")
_PIXELS = re.compile(r"[1-9]\d{0,3}|(?:\d{1,2}|100)%")
_NUMBER = re.compile(r"\d{1,3}")
_VALUES: dict[str, tuple[re.Pattern[str], str]] = {
    "align": (re.compile("left|right|center|justify"), "left, right or center"),
    "bgcolor": (value_type("color").pattern, "a colour, such as #1b6e53"),
    "border": (_NUMBER, "a number of pixels, such as 0"),
    "cellpadding": (_NUMBER, "a number of pixels, such as 0"),
    "cellspacing": (_NUMBER, "a number of pixels, such as 0"),
    "dir": (re.compile("ltr|rtl|auto"), "ltr, rtl or auto"),
    "height": (_PIXELS, "a number of pixels, without px, or a percentage"),
    "lang": (re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"), "a language, such as fr"),
    "role": (
        re.compile("presentation|none|article|banner|contentinfo|heading|img|link|list|listitem|main|navigation|note"),
        "presentation, none, article, heading, img, link, list, main or navigation",
    ),
    "scope": (re.compile("row|col|rowgroup|colgroup"), "row or col"),
    "valign": (re.compile("top|middle|bottom|baseline"), "top, middle or bottom"),
    "width": (_PIXELS, "a number of pixels, without px, or a percentage"),
}
_META = frozenset(
    "author color-scheme description format-detection generator referrer robots supported-color-schemes viewport"
    " x-apple-disable-message-reformatting".split()
)
_NEEDED = {
    "a": (("href", "name", "id"), 'Add href="…".'),
    "img": (("src",), 'Add src="…".'),
}


@functools.lru_cache(maxsize=4096)
def attribute_faults(tag: str, attributes: Attributes) -> tuple[Fault, ...]:
    """Return the faults of an HTML element's attributes; offsets are those of the attributes."""
    return tuple(_faults(tag.lower(), attributes))


def _faults(tag: str, attributes: Attributes) -> Iterator[Fault]:
    if ":" in tag:  # VML, which has attributes of its own
        return
    for item in attributes.items:
        fault = _fault(item.name.lower(), item.value or "")
        if fault:
            yield Fault(item.offset, *fault, f"<{tag}>")
    name = attributes.values.get("name", "")
    if tag == "meta" and name and name not in _META:
        close = difflib.get_close_matches(name, sorted(_META), n=1, cutoff=0.6)
        cure = f'Did you mean "{close[0]}"?' if close else "Remove it."
        yield Fault(0, f'no mail program knows a <meta> of the name "{name}"', cure, "<meta>")
    wrong = any(item.name.lower() not in _NAMES for item in attributes.items)  # the one that is missing, misspelt
    needed, cure = _NEEDED.get(tag, ((), ""))
    if needed and not wrong and not attributes.values.keys() & {*needed}:
        yield Fault(0, f"it has no {needed[0]}", cure, f"<{tag}>")
    if tag == "img" and not wrong and "alt" not in attributes.values:
        yield Fault(0, "the picture has no alternative text", 'Add alt="…"; alt="" if it is decoration only.', "<img>")


def _fault(name: str, value: str) -> tuple[str, str] | None:
    if name.startswith(_FAMILIES):
        return None
    if name not in _NAMES:
        close = difflib.get_close_matches(name, sorted(_NAMES), n=1, cutoff=0.6)
        return f'there is no attribute "{name}" in HTML', f'Did you mean "{close[0]}"?' if close else "Remove it."
    if name in _VALUES:
        pattern, expected = _VALUES[name]
        return None if pattern.fullmatch(value) else (f'"{value}" is not a value for "{name}"', f"Write {expected}.")
    if name == "style" and (tag := WORD.search(value)):
        return f'{tag[0]} stands inside the attribute "style", where no value is safe', NO_PLACE
    if name == "style" and (faults := css_check.style_faults(value)):
        return faults[0].message, faults[0].hint
    return None

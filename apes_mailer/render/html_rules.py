"""What is wrong with the attributes of an HTML element in a theme: a browser passes over them without a word."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator, Sequence

from apes_mailer.render import css_check
from apes_mailer.render.mjml_schema import value_type
from apes_mailer.render.mjml_tokens import Attributes, Fault
from apes_mailer.render.tokens import NO_PLACE, WORD

# WHATWG HTML, and what mail still needs beside it: attributes that Outlook obeys where it ignores CSS, and the one by
# which SendGrid leaves a link alone that it would count.
_ATTRIBUTES = (
    "abbr align alink alt background bgcolor border cellpadding cellspacing charset cite class clear clicktracking"
    " color cols colspan content datetime dir disabled face frame headers height hidden href hreflang hspace http-"
    " equiv id lang link loading media name noshade nowrap rel reversed role rowspan rows rules scope size sizes"
    " span src srcset start style summary tabindex target text title translate type usemap valign value vlink vspace"
    " width xmlns"
)
_NAMES = frozenset(_ATTRIBUTES.split())
_FAMILIES = ("aria-", "data-", "x-apple-", "xmlns:", "xml:", "v:", "o:", "mso-")
_PIXELS = re.compile(r"[1-9]\d{0,3}|(?:\d{1,2}|100)%")
_NUMBER = re.compile(r"\d{1,3}")
_VALUES: dict[str, tuple[re.Pattern[str], str]] = {
    "align": (re.compile("left|right|center|justify"), "left, right or center"),
    "bgcolor": (value_type("color").pattern, "a colour, such as #1b6e53"),
    "border": (_NUMBER, "a number of pixels, such as 0"),
    "cellpadding": (_NUMBER, "a number of pixels, such as 0"),
    "cellspacing": (_NUMBER, "a number of pixels, such as 0"),
    "clicktracking": (re.compile("off"), "off"),
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
_CLASS = re.compile(r"[A-Za-z_][\w-]*")
_ROWS = ("table", "tbody", "thead", "tfoot", "mj-table")
_PARENTS = {
    "dd": ("dl", "div"),
    "dt": ("dl", "div"),
    "li": ("ul", "ol"),
    "tbody": ("table", "mj-table"),
    "td": ("tr",),
    "tfoot": ("table", "mj-table"),
    "th": ("tr",),
    "thead": ("table", "mj-table"),
    "tr": _ROWS,
}
_ITEMS_ONLY = {"ol": ("li",), "tr": ("td", "th"), "ul": ("li",), **dict.fromkeys(_ROWS[1:4], ("tr",))}
_WORDS_ONLY = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p"})
_BLOCKS = _WORDS_ONLY | {"blockquote", "div", "dl", "hr", "ol", "table", "ul"}
_META = frozenset({
    *("author", "color-scheme", "description", "format-detection", "generator", "referrer", "robots"),
    *("supported-color-schemes", "viewport", "x-apple-disable-message-reformatting"),
})  # fmt: skip
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
        yield Fault(0, f'no mail program knows a <meta> of the name "{name}"', _cure(name, _META), "<meta>")
    wrong = any(item.name.lower() not in _NAMES for item in attributes.items)  # the one that is missing, misspelt
    needed, cure = _NEEDED.get(tag, ((), ""))
    if needed and not wrong and not attributes.values.keys() & {*needed}:
        yield Fault(0, f"it has no {needed[0]}", cure, f"<{tag}>")
    if tag == "img" and not wrong and "alt" not in attributes.values:
        yield Fault(0, "the picture has no alternative text", 'Add alt="…"; alt="" if it is decoration only.', "<img>")


def _cure(name: str, known: frozenset[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f'Did you mean "{close[0]}"?' if close else "Remove it."


def _fault(name: str, value: str) -> tuple[str, str] | None:
    if name.startswith(_FAMILIES):
        return None
    if name not in _NAMES:
        return f'there is no attribute "{name}" in HTML', _cure(name, _NAMES)
    if name == "class":
        return class_fault(name, value)
    if name == "style" and (tag := WORD.search(value)):
        return f'{tag[0]} stands inside the attribute "style", where no value is safe', NO_PLACE
    if name == "style" and (faults := css_check.style_faults(value)):
        return faults[0].message, faults[0].hint
    return value_fault(name, value)


def value_fault(name: str, value: str) -> tuple[str, str] | None:
    """Return message and cure for a value that an attribute of HTML cannot have."""
    if name not in _VALUES or _VALUES[name][0].fullmatch(value):
        return None
    return f'"{value}" is not a value for "{name}"', f"Write {_VALUES[name][1]}."


def class_fault(name: str, value: str) -> tuple[str, str] | None:
    """Return message and cure for a word that no stylesheet can name."""
    wrong = next((word for word in value.split() if not _CLASS.fullmatch(word)), "")
    return (
        (f'"{wrong}" cannot be a class in "{name}"', "Use letters, digits and hyphens, a letter first.")
        if wrong
        else None
    )


def nesting_fault(tag: str, ancestors: Sequence[str]) -> tuple[str, str, str] | None:
    """Return what is wrong with the place of an element, the cure, and the element around it that does not take it.

    ``ancestors`` begin with the parent. Source: the content models of WHATWG HTML, as far as browsers move an element
    elsewhere, or close one, to obey them.
    """
    parent = ancestors[0]
    if tag in _PARENTS and parent not in _PARENTS[tag]:
        return f"<{tag}> cannot stand in <{parent}>", f"It goes into <{_PARENTS[tag][0]}>.", parent
    if tag in _BLOCKS and (text := next((each for each in ancestors if each in _WORDS_ONLY), "")):
        return f"<{tag}> cannot stand in <{text}>, which browsers close before it", f"Add </{text}> before it.", text
    if tag == "a" and "a" in ancestors:
        return "a link cannot stand in a link", "Add </a> before it.", "a"
    if parent in _ITEMS_ONLY and tag not in _ITEMS_ONLY[parent]:
        return f"<{tag}> cannot stand in <{parent}>", f"Put it into <{_ITEMS_ONLY[parent][0]}>.", parent
    return None

"""The validator of a theme's CSS: what browsers and the inliner would drop without a word is told with its line.

The grammar is tinycss2's (CSS Syntax Level 3), the values are those of cssutils' profiles (CSS 2.1 and the modules that
mail programs know of CSS 3), with the few that ``_PROPERTIES`` adds.
"""

from __future__ import annotations

import difflib
import functools
import re
import warnings
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any, NamedTuple

import tinycss2
from cssselect2 import parser as selectors

from apes_mailer.render.mjml_schema import HTML


class Fault(NamedTuple):
    """What is wrong at a line of the CSS, counted from 0, and how to mend it."""

    line: int
    message: str
    hint: str


_PROPERTIES = {
    **dict.fromkeys(("break-after", "break-before"), "auto|avoid(-page)?|always|page|left|right"),
    "break-inside": "auto|avoid(-page)?",
    "color-scheme": r"(normal|light|dark|only)(\s+(light|dark|only))*",
    "display": "(inline-)?(flex|grid)|flow-root|contents",
    "font-weight": r"[1-9]\d{0,2}|1000",
    "hyphens": "none|manual|auto",
    "object-fit": "fill|contain|cover|none|scale-down",
    "overflow-wrap": "normal|break-word|anywhere",
    "text-size-adjust": r"none|auto|\d+%",
    "word-break": "normal|break-all|keep-all|break-word",
    "word-wrap": "normal|break-word|anywhere",
}
"""Properties, and values of properties, that have come since and that letters use; patterns in lower case."""

_LATER_CSS = (
    "animation aspect-ratio background-clip background-origin background-size border-image box-sizing column-count"
    " column-gap flex flex-basis flex-direction flex-flow flex-grow flex-shrink flex-wrap font-feature-settings"
    " forced-color-adjust gap grid-template-columns isolation justify-content align-items align-self line-break"
    " mix-blend-mode opacity order print-color-adjust row-gap tab-size text-align-last text-decoration-color"
    " text-decoration-line text-decoration-style text-decoration-thickness text-overflow text-underline-offset"
    " text-wrap transform transition will-change"
)
_ANY_VALUE = frozenset(_LATER_CSS.split())
"""Properties of later CSS whose values are not judged: few mail programs know them, and the support figures tell."""

_COLOR = r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})"
_LATER_FUNCTIONS = frozenset({"calc", "clamp", "linear-gradient", "max", "min", "radial-gradient"})
_ANY_FONT = frozenset({"cursive", "fantasy", "inherit", "initial", "monospace", "sans-serif", "serif", "system-ui"})
_AT_RULES = frozenset({"charset", "font-face", "media", "supports"})
_MEDIA = frozenset({
    *("all", "and", "not", "only", "or", "print", "screen"),
    *("color-scheme", "dark", "height", "hover", "landscape", "light", "max-device-width", "max-height", "max-width"),
    *("min-device-width", "min-height", "min-width", "min-device-pixel-ratio", "orientation", "portrait"),
    *("prefers-color-scheme", "prefers-contrast", "prefers-reduced-motion", "resolution", "width", "more", "reduce"),
})  # fmt: skip
_OF_OTHERS = ("mj-", "moz-", "gmail", "im", "ExternalClass", "yahoo", "apple-")
"""What the classes begin with that the MJML engine or a mail program gives to elements."""
_OLD_TAGS = frozenset({"o", "u", "v"})
_PIECE = re.compile(r"""/\*.*?\*/|"[^"\n]*"|'[^'\n]*'|[{};]|\n""", re.DOTALL)
_parse_selector: Any = getattr(selectors, "parse")  # noqa: B009 - untyped
Tokens = Sequence[Any]


@functools.lru_cache(maxsize=64)
def stylesheet_faults(css: str, classes: frozenset[str] | None = None) -> tuple[Fault, ...]:
    """Return the faults of a stylesheet in the order of lines; ``classes`` are those that letters can have,
    if known. Never raises.
    """
    if open_brace := _braces(css):
        return (open_brace,)
    return tuple(sorted(_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), classes)))


@functools.lru_cache(maxsize=1024)
def style_faults(style: str) -> tuple[Fault, ...]:
    """Return the faults of a ``style`` attribute, given as it stands in the HTML."""
    return tuple(_declarations(tinycss2.parse_component_value_list(unescape(style), skip_comments=True)))


def _braces(css: str) -> Fault | None:
    """Return the first brace without its partner: whatever follows it would be read as something else."""
    opened: list[tuple[int, bool]] = []  # the line, and whether rules stand inside
    line = begins = 0
    for match in _PIECE.finditer(css):
        sign = match[0]
        if sign == "{":
            if opened and not opened[-1][1]:
                break
            opened.append((line, css[begins : match.start()].lstrip().startswith("@")))
        elif sign == "}":
            if not opened:
                return Fault(line, "this } closes nothing", "Remove it, or add the { of its rule.")
            opened.pop()
        if sign != "\n":
            begins = match.end()
        line += sign.count("\n")
    return Fault(opened[-1][0], "this { is never closed", "Add } at the end of its rule.") if opened else None


def _rules(rules: Tokens, classes: frozenset[str] | None) -> Iterator[Fault]:
    for rule in rules:
        if rule.type == "qualified-rule":
            yield from _selector(rule, classes)
            yield from _declarations(rule.content)
        elif rule.type == "at-rule":
            yield from _at_rule(rule, classes)
        else:
            yield Fault(rule.source_line - 1, "this is no rule of CSS", "Write it as: selector { property: value; }")


def _at_rule(rule: Any, classes: frozenset[str] | None) -> Iterator[Fault]:
    line, name = rule.source_line - 1, rule.lower_at_keyword
    if name not in _AT_RULES:
        yield Fault(line, f"@{name} has no place in a letter", _meant(name, _AT_RULES, "@") or "Remove it.")
    elif name in {"media", "supports"}:
        if name == "media":
            unknown = [word for word in _words(rule.prelude) if word.removeprefix("-webkit-") not in _MEDIA]
            for word in unknown:
                yield Fault(line, f'"{word}" is nothing that @media can ask for', _meant(word, _MEDIA) or "Correct it.")
        if rule.content is None:
            yield Fault(line, f"@{name} has no rules", "Put them between { and }.")
            return
        inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        yield from _rules(inner, classes)
    elif name == "font-face":
        yield from _declarations(rule.content or [])


def _words(tokens: Tokens) -> Iterator[str]:
    for token in tokens:
        if token.type == "ident":
            yield token.lower_value
        elif token.type == "() block":
            inside = [each for each in token.content if each.type != "whitespace"]
            if len(inside) > 1 and inside[0].type == "ident" and inside[1] != ":":
                yield f"({tinycss2.serialize(token.content)})"
            yield from _words(token.content)


# Selectors


def _selector(rule: Any, classes: frozenset[str] | None) -> Iterator[Fault]:
    text = str(tinycss2.serialize(rule.prelude)).strip()
    line = rule.source_line - 1
    try:
        list(_parse_selector(rule.prelude))
    except selectors.SelectorError:
        yield Fault(
            line, f'"{text}" is no selector', "Write tags such as h2, classes such as .card, and , between them."
        )
        return
    before = ""
    for token in rule.prelude:
        if token.type == "ident":
            yield from _name(token, before, classes)
        before = token.value if token.type == "literal" else ""


def _name(token: Any, before: str, classes: frozenset[str] | None) -> Iterator[Fault]:
    line, name = token.source_line - 1, token.value
    if before == ".":
        if classes is None or name in classes or name.startswith(_OF_OTHERS):
            return
        if cure := _meant(name, classes, ".", at_least=0.75):  # else it may be of a template that was replaced
            yield Fault(line, f'no template has the class "{name}"', cure)
    elif before not in {":", "|"} and name.lower() not in HTML | _OLD_TAGS:
        yield Fault(line, f'there is no tag "{name}"', _meant(name, HTML) or f"For a class, write .{name}")


# Declarations


def _declarations(tokens: Tokens) -> Iterator[Fault]:
    """Check what stands between braces, piece by piece between its semicolons."""
    piece: list[Any] = []
    for token in [*tokens, None]:
        if token is None or _is(token, ";"):
            if any(each.type != "whitespace" for each in piece):
                yield from _declaration([each for each in piece if each.type != "comment"])
            piece = []
        else:
            piece.append(token)


def _declaration(tokens: Tokens) -> Iterator[Fault]:
    while tokens[0].type == "whitespace":
        tokens = tokens[1:]
    line = tokens[0].source_line - 1
    text = " ".join(str(tinycss2.serialize(tokens)).split())
    colon = next((index for index, token in enumerate(tokens) if _is(token, ":")), None)
    name_tokens = [token for token in tokens[:colon] if token.type != "whitespace"]
    if any(token.type == "{} block" for token in tokens):
        yield Fault(line, f'"{_short(text)}" stands inside another rule', "Close the rule above it with }.")
    elif colon is None or len(name_tokens) != 1 or name_tokens[0].type != "ident":
        yield Fault(line, f'"{_short(text)}" is not a property with its value', "Write it as property: value;")
    else:
        value = [token for token in tokens[colon + 1 :] if not _is_important(token)]
        yield from _property(line, name_tokens[0].lower_value, value)


def _is(token: Any, sign: str) -> bool:
    return token.type == "literal" and token.value == sign


def _is_important(token: Any) -> bool:
    return _is(token, "!") or (token.type == "ident" and token.lower_value == "important")


def _property(line: int, name: str, tokens: Tokens) -> Iterator[Fault]:
    value = " ".join(str(tinycss2.serialize(tokens)).split())
    if not value:
        yield Fault(line, f'"{name}" has no value', "Write one after the colon.")
    elif name.startswith(("-", "mso-")):
        return  # what single mail programs have among themselves
    elif name not in _known():
        cure = _meant(name, _known()) or "Remove it."
        yield Fault(line, f'there is no property "{name}"', cure)
    elif name in {"font", "font-family"} and (last := value.replace(",", " ").split()[-1]).lower() not in _ANY_FONT:
        cure = "End it with sans-serif, serif or monospace, for those who lack the fonts before."
        yield Fault(line, f'"{last}" is a font that not everybody has', cure)
    elif not _is_value(name, value, tokens):
        cure = "Look for a slip, a forgotten unit such as px, or a forgotten ; before it."
        yield Fault(line, f'"{_short(value)}" is not a value for "{name}"', cure)


@functools.cache
def _profile() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of cssutils' own imports
        import cssutils
    return cssutils.profile


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(_profile().knownNames) | _PROPERTIES.keys() | _ANY_VALUE


def _is_value(name: str, value: str, tokens: Tokens) -> bool:
    if name in _ANY_VALUE or any(token.type == "function" and token.lower_name in _LATER_FUNCTIONS for token in tokens):
        return True
    if re.fullmatch(_PROPERTIES.get(name, "(?!)"), value.lower()):
        return True
    plain = re.sub(rf"(?<!\S){_COLOR}(?!\S)", "#000", value, flags=re.IGNORECASE) if "#" in value else value
    return bool(_profile().validate(name, plain))


def _meant(word: str, choices: frozenset[str], sign: str = "", *, at_least: float = 0.7) -> str:
    close = difflib.get_close_matches(word.lower(), sorted(choices), n=1, cutoff=at_least)
    return f'Did you mean "{sign}{close[0]}"?' if close else ""


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"

"""MJML cut into tags, texts and comments, with exact positions, and every fault of spelling on the way.

Reads anything: what a strict parser refuses becomes a ``Fault``, and reading goes on behind it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

_NAME = r"[A-Za-z_:][-\w:.]*"
# Text up to a "<", and in the usual case the whole tag: its attributes all quoted, with no "<" in them.
_PIECE = re.compile(
    rf"""([^<]*)<(?:(?P<closing>/?)(?P<name>[A-Za-z][-\w:.]*)"""
    rf"""(?P<attributes>(?:\s+{_NAME}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?P<selfclosing>/?)>)?"""
)
_TAG_NAME = re.compile(r"<(?P<closing>/?)(?P<name>[A-Za-z][-\w:.]*)")
_ATTRIBUTE = re.compile(rf"""({_NAME})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ATTRIBUTE_NAME = re.compile(_NAME)
_LOOSE_ATTRIBUTE = re.compile(
    r"""(?P<space>\s*)(?:(?P<name>[^\s"'<>/=]+)"""
    r"""(?P<equals>\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'<>]*)))?|(?P<junk>["'=/]+))"""
)
_TAG_END = re.compile(r"\s*(/?)>")
_UP_TO_TAG_END = re.compile(r"[^>]*?(?=/?>)")
_REST = re.compile(r"[^<>]*")
# What a value holds when its closing quote was forgotten: the rest of the tag and another, or the next attribute's "=".
_SWALLOWED = re.compile(rf"\s*/?>[^<]*<[/!A-Za-z]|\s+{_NAME}\s*=\s*\Z")
_MERGE_TAG = re.compile(r"<<[^<>]{0,200}>>|<<")
_CONDITION = re.compile(r"<!--\[if[^\]>]*\]>(?:<!-->)?|<!\[endif\]-->|<!--\s*<!\[endif\]-->")
_XML_ONLY = {"<![CDATA[": "]]>", "<?": "?>", "<!": ">"}


class Attribute(NamedTuple):
    """An attribute as written. ``value`` is None for a name alone; ``offset`` counts from the end of the tag's name."""

    name: str
    value: str | None
    offset: int


@dataclass(frozen=True, slots=True, eq=False)
class Attributes:
    """The attributes of one tag; ``repeated`` are those that it had before. Compared by identity: one for each text."""

    items: tuple[Attribute, ...]
    values: Mapping[str, str]
    repeated: tuple[Attribute, ...]


class Tag(NamedTuple):
    """An opening, closing or self-closed tag."""

    offset: int
    name: str
    closing: bool
    self_closing: bool
    attributes: Attributes

    def offset_of(self, relative: int) -> int:
        """Return the offset in the MJML for one that counts from the end of the tag's name."""
        return self.offset + 1 + len(self.name) + relative


class Text(NamedTuple):
    """Text with more than white space in it; ``offset`` is that of its first visible character."""

    offset: int
    text: str


class Comment(NamedTuple):
    """An HTML comment; a conditional comment gives none, because what it encloses is read as usual."""

    offset: int


class Fault(NamedTuple):
    """What is wrong at an offset, and how to mend it; ``field`` names the tag, if there is one."""

    offset: int
    message: str
    hint: str
    field: str = ""


_NONE = Attributes((), {}, ())
Token = Tag | Text | Comment | Fault


def tokens(mjml: str) -> Iterator[Token]:
    """Yield the parts of an MJML text in their order."""
    position = 0
    going = True
    while going:
        going = False
        for match in _PIECE.finditer(mjml, position):
            text, closing, name, attributes, self_closing = match.groups()
            start, position = match.end(1), match.end()
            if text and not text.isspace():
                yield Text(start - len(text.lstrip()), text.strip())
            if name is None or (closing and (attributes or self_closing)):
                position = yield from _unusual(mjml, start)
                going = True
                break
            parsed = _attributes(attributes) if attributes else _NONE
            yield Tag(start, name, closing == "/", self_closing == "/", parsed)
    if rest := mjml[position:].strip():
        yield Text(mjml.index(rest, position), rest)


def _collect(items: list[Attribute]) -> Attributes:
    seen: set[str] = set()
    repeated: list[Attribute] = []
    for item in items:
        name = item.name.lower()
        if name in seen:
            repeated.append(item)
        seen.add(name)
    return Attributes(tuple(items), {item.name: item.value or "" for item in items}, tuple(repeated))


@functools.lru_cache(maxsize=4096)
def _attributes(text: str) -> Attributes:
    found = _ATTRIBUTE.finditer(text)
    return _collect([Attribute(match[1], match[2] if match[3] is None else match[3], match.start()) for match in found])


def _unusual(mjml: str, start: int) -> Generator[Token, None, int]:
    """Read what is not a plain tag; return where it ends."""
    if mjml.startswith(("<!--", "<![endif]"), start):
        return (yield from _comment(mjml, start))
    if match := _MERGE_TAG.match(mjml, start):
        yield _raw_merge_tag(start, match.group())
        return match.end()
    if match := _TAG_NAME.match(mjml, start):
        return (yield from (_closing_tag if match["closing"] else _opening_tag)(mjml, match))
    for opening, closing in _XML_ONLY.items():
        if mjml.startswith(opening, start):
            yield Fault(start, f'"{opening}…{closing}" is not MJML', "Remove it; the MJML engine refuses it.")
            end = mjml.find(closing, start)
            return end + len(closing) if end >= 0 else start + len(opening)
    yield Fault(start, 'a "<" that begins no tag', 'Write "&lt;" for the character itself.')
    return start + 1


def _raw_merge_tag(offset: int, written: str) -> Fault:
    return Fault(
        offset,
        f"{written} stands raw in the MJML",
        'Print merge tags with {{ … }} from the template\'s values; for the character itself write "&lt;".',
    )


def _comment(mjml: str, start: int) -> Generator[Token, None, int]:
    if condition := _CONDITION.match(mjml, start):
        return condition.end()
    yield Comment(start)
    end = mjml.find("-->", start + 4)
    if end < 0:
        yield Fault(start, "the comment is never closed", 'Add "-->".')
        # Going on behind the line keeps the rest of the page from looking unclosed as well.
        newline = mjml.find("\n", start)
        return newline if newline >= 0 else len(mjml)
    body = mjml[start + 4 : end]
    if "--" in body or body.endswith("-"):
        yield Fault(start, 'the comment holds "--"', "Use another dash, or a comment of the template: {# … #}.")
    return end + 3


def _closing_tag(mjml: str, match: re.Match[str]) -> Generator[Token, None, int]:
    start, name = match.start(), match["name"]
    rest = _REST.match(mjml, match.end())
    end = rest.end() if rest else match.end()
    ended = mjml.startswith(">", end)
    if ended:
        message, hint = "a closing tag takes no attributes", f"Write </{name}>."
    else:
        message, hint = f'</{name} has no ">" at its end', f"Write </{name}>."
    yield Fault(start, message, hint, f"<{name}>")
    end = end + 1 if ended else match.end()
    yield Tag(start, name, True, False, _NONE)
    return end


def _opening_tag(mjml: str, match: re.Match[str]) -> Generator[Token, None, int]:
    start, name, base = match.start(), match["name"], match.end()
    attributes: list[Attribute] = []
    position = base
    while not (tag_end := _TAG_END.match(mjml, position)):
        part = _LOOSE_ATTRIBUTE.match(mjml, position)
        if part is None:
            yield Fault(start, f'the tag <{name}> has no ">" at its end', 'Add ">".', f"<{name}>")
            break
        attribute, position = yield from _loose_attribute(mjml, part, f"<{name}>")
        if attribute:
            attributes.append(attribute._replace(offset=attribute.offset - base))
    yield Tag(start, name, False, bool(tag_end and tag_end[1]), _collect(attributes))
    return tag_end.end() if tag_end else position


def _loose_attribute(
    mjml: str, part: re.Match[str], field: str
) -> Generator[Fault, None, tuple[Attribute | None, int]]:
    """Read one attribute, however it is written; its offset counts from the start of the MJML."""
    if part["junk"]:
        yield Fault(part.start("junk"), f"a stray {part['junk']} in the tag", "Remove it, or pair the quotes.", field)
        return None, part.end()
    name, offset, end = part["name"], part.start("name"), part.end()
    if not part["space"]:
        yield Fault(offset, f'no space before the attribute "{name}"', "Add a space.", field)
    if not _ATTRIBUTE_NAME.fullmatch(name):
        yield Fault(offset, f'"{name}" cannot be the name of an attribute', "Use letters, digits and hyphens.", field)
    value = part["double"] if part["single"] is None else part["single"]
    if part["equals"] and value is None:
        bare, end = _bare_value(mjml, part)
        yield _bare_fault(offset, name, bare, field)
        return Attribute(name, bare or "", offset), end
    if value and (hidden := _SWALLOWED.search(value)):
        yield Fault(offset, f'the value of "{name}" has no closing quote', "Add the quote.", field)
        return Attribute(name, value[: hidden.start()], offset), end - 1 - len(value) + hidden.start()
    if value and (merge_tag := _MERGE_TAG.search(value)):
        yield _raw_merge_tag(offset, merge_tag.group())
    return Attribute(name, value, offset), end


def _bare_value(mjml: str, part: re.Match[str]) -> tuple[str | None, int]:
    """Return a value with a quote missing and where it ends; None when it is the closing one."""
    bare, end = part["bare"], part.end()
    quote = mjml.startswith(('"', "'"), end)
    if quote and bare:
        return bare, end + 1
    if quote:
        rest = _UP_TO_TAG_END.match(mjml, end)
        return None, rest.end() if rest else len(mjml)
    if bare.endswith("/") and mjml.startswith(">", end):
        return bare[:-1], end - 1
    return bare, end


def _bare_fault(offset: int, name: str, bare: str | None, field: str) -> Fault:
    if bare is None:
        return Fault(offset, f'the value of "{name}" has no closing quote', "Add the quote.", field)
    return Fault(offset, f'the value of "{name}" is not quoted', f'Write {name}="{bare}".', field)

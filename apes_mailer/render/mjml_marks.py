"""Marks that tell where in a theme's templates each piece of the printed MJML came from.

``mark_lines`` writes them into a template before Jinja compiles it; they travel through includes, loops and macros
into the printed MJML, where ``strip_marks`` takes them out again and remembers what they said. A mark looks like an
attribute, `` apes-at="blocks/article.mjml:12+3"``: file (percent-encoded), line, and the number of line ends that are
sure to follow as they stand in the template. Marked MJML is an intermediate form; only ``strip_marks`` reads it.
"""

from __future__ import annotations

import functools
import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

# Stand-ins of the same length for template code, from the private use area: code that prints, and code that does not.
_PRINTS = "\ue000"
_SILENT = "\ue001"
_ANY_CODE = re.compile(f"[{_PRINTS}{_SILENT}]")
_CODE_START = re.compile(r"\{\{|\{%|\{#")
_RAW = re.compile(r"\{%[-+]?\s*raw\s*[-+]?%\}")
_END_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_IN_CODE = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{}\[\]()%]""", re.DOTALL)

# A name that is complete as written, or one that code completes: <h{{ level }}>, <mj-{{ kind }}>, <{{ tag }}>.
_TAG = re.compile(
    rf"(?<!<)</?(?:(?:h|[A-Za-z][\w-]*-)?{_PRINTS}[\w{_PRINTS}-]*+(?=[\s/>{_SILENT}]|\Z)"
    rf"|[A-Za-z](?:[\w-]*\w)?(?=[\s/>{_PRINTS}{_SILENT}]|\Z))"
)
# To its end, or as far as a tag with a quote too few may go.
_REST_OF_TAG = re.compile(r"""(?:[^"'<>]|"[^"<]*"|'[^'<]*')*(?P<ends>>)|[^<>]*""")
_LINE_IN_TAG = re.compile(r""""[^"]*"|'[^']*'|(?:\r\n|\r|\n)(?=[ \t]*(?P<begins>[^\s"'/>]))""")
_ATTRIBUTE_LINE = re.compile(r"(?:\r\n|\r|\n)(?=[ \t]*(?P<begins>[A-Za-z][-\w]*\s*=))")
# A line of CSS: it has a brace or a semicolon, and no tag.
_LINE_OF_CSS = re.compile(r"^(?=[^\n<]*[{};])[^\n<>]", re.MULTILINE)
_LINE_WITH_WORDS = re.compile(rf"^(?=[^\n]*[^\s{_SILENT}])", re.MULTILINE)
# Code that would take the space away with which a mark begins.
_TRIMS = re.compile(r"-[%}#]\}\s*\Z")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_MARK = re.compile(r' apes-at="([^"]*)"')
_SAID = re.compile(r"(?P<file>[^:]*):(?P<line>[0-9]{1,9})(?:\+(?P<sure>[0-9]{1,9}))?")
_TAG_BEFORE_MARK = re.compile(r"""</?[^\s<>"'=/]*""")


class Place(NamedTuple):
    """A line of a template."""

    file: str
    line: int


class MarkIndex:
    """Where each part of a stripped MJML text came from. Worked out when it is first asked for."""

    def __init__(self, text: str, parts: list[str]) -> None:
        """Take the stripped text, and the parts it is made of with a mark after each but the last."""
        self._text = text
        self._parts = parts

    @functools.cached_property
    def _marks(self) -> list[tuple[int, str]]:
        """Where each mark counts from, the beginning of its tag, and what it says."""
        ends = itertools.accumulate(len(part) for part in self._parts[::2])
        return [(self._tag_start(end), mark) for end, mark in zip(ends, self._parts[1::2], strict=False)]

    def _tag_start(self, offset: int) -> int:
        start = self._text.rfind("<", 0, offset)
        return start if _TAG_BEFORE_MARK.fullmatch(self._text, max(start, 0), offset) else offset

    def at(self, offset: int) -> Place | None:
        """Return the place that printed the character at ``offset``, as near as the marks around it tell.

        None when no mark stands before it.
        """
        before = bisect_right(self._marks, offset, key=lambda mark: mark[0]) - 1
        if before < 0:
            return None
        start, place, sure_lines = self._read(before)
        lines_since = self._text.count("\n", start, offset)
        if lines_since >= max(sure_lines, 1) and before + 1 < len(self._marks):
            # Code may have printed these lines, or none; what follows on the same line is the better witness.
            start, following, _ = self._read(before + 1)
            if self._text.find("\n", offset, start) < 0:
                return following
        return place and place._replace(line=place.line + min(lines_since, sure_lines))

    def _read(self, number: int) -> tuple[int, Place | None, int]:
        start, mark = self._marks[number]
        said = _SAID.fullmatch(mark)
        place = Place(unquote(said["file"]), int(said["line"])) if said else None
        return start, place, int(said["sure"] or 0) if said else 0

    def at_byte(self, offset: int) -> Place | None:
        """Return the place of an offset counted in bytes of the UTF-8 form, as the MJML engine counts."""
        before = self._text.encode("utf-8", "replace")[: max(offset, 0)]
        return self.at(len(before.decode("utf-8", "ignore")))


def mark_lines(source: str, name: str) -> str:
    """Return the source of an MJML template with a mark in every tag, on every further line of a long tag, and on
    every line of CSS. In a ``.css`` template each line that prints something has one.

    Template code (Jinja's default delimiters), comments and the number of lines stay as they are.
    """
    masked = _mask(source)
    lines = (_LINE_WITH_WORDS if name.endswith(".css") else _LINE_OF_CSS).finditer(masked)
    starts = {line.start() for line in lines if not _TRIMS.search(source, 0, line.start())}
    where = sorted(starts if name.endswith(".css") else starts.union(_mark_offsets(masked)))
    file = quote(name, safe="/", errors="replace")
    parts: list[str] = []
    done = line = 0
    for offset, following in itertools.pairwise([*where, len(source)]):
        parts.append(source[done:offset])
        line += _count_lines(source, done, offset)
        sure = _sure_lines(source, masked, offset, following)
        parts.append(f' apes-at="{file}:{line + 1}{f"+{sure}" if sure else ""}"')
        done = offset
    return "".join([*parts, source[done:]])


def strip_marks(mjml: str) -> tuple[str, MarkIndex]:
    """Return the MJML without its marks, and what they said."""
    parts = _MARK.split(mjml)
    text = "".join(parts[::2])
    return text, MarkIndex(text, parts)


def _mask(source: str) -> str:
    """Return the source with template code replaced, character for character, so that only printed text is left."""
    parts: list[str] = []
    done = 0
    for start, end, filler in _code_spans(source):
        parts += (source[done:start], filler * (end - start))
        done = end
    return "".join([*parts, source[done:]])


def _code_spans(source: str) -> Iterator[tuple[int, int, str]]:
    position = 0
    while found := _CODE_START.search(source, position):
        start = found.start()
        if raw := _RAW.match(source, start):
            yield start, raw.end(), _SILENT
            end_raw = _END_RAW.search(source, raw.end())
            if end_raw is None:
                return
            start, position = end_raw.span()
            yield start, position, _SILENT
        elif found.group() == "{#":
            end = source.find("#}", start + 2)
            position = end + 2 if end >= 0 else len(source)
            yield start, position, _SILENT
        else:
            position = _end_of_code(source, start + 2, "}}" if found.group() == "{{" else "%}")
            yield start, position, _PRINTS if found.group() == "{{" else _SILENT


def _end_of_code(source: str, position: int, closer: str) -> int:
    """Find the end as Jinja does: not within a string, not within brackets."""
    depth = 0
    while found := _IN_CODE.search(source, position):
        if depth == 0 and source.startswith(closer, found.start()):
            return found.start() + 2
        if found.group() in "{[(":
            depth += 1
        elif found.group() in "}])":
            depth = max(depth - 1, 0)
        position = found.end()
    return len(source)


def _mark_offsets(masked: str) -> Iterator[int]:
    for tag in _TAG.finditer(masked):
        yield tag.end()
        rest = _REST_OF_TAG.match(masked, tag.end())
        if rest and _NEWLINE.search(rest.group()):
            lines = (_LINE_IN_TAG if rest["ends"] else _ATTRIBUTE_LINE).finditer(masked, tag.end(), rest.end())
            yield from (line.end() for line in lines if line["begins"])


def _count_lines(source: str, start: int, end: int) -> int:
    return sum(1 for _ in _NEWLINE.finditer(source, start, end))


def _sure_lines(source: str, masked: str, start: int, end: int) -> int:
    """Count the line ends after a mark that are printed as they stand: those before the next piece of code."""
    code = _ANY_CODE.search(masked, start, end)
    if code is None:
        return _count_lines(source, start, end)
    trimmed = source.startswith("-", code.start() + 2)
    text = source[start : code.start()]
    text = text.rstrip() if trimmed else text
    return _count_lines(text, 0, len(text))

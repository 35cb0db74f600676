"""Proposals for values whose signs mean something to YAML: they become text in quotes, or a block of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from apes_mailer.reading.yaml.braces import unfolded
from apes_mailer.reading.yaml.entry import Entry, Rewrite, entries, entry_at, indentation, rewritten
from apes_mailer.reading.yaml.proposal import Proposal, is_written
from apes_mailer.reading.yaml.tree import Scan
from apes_mailer.reading.yaml.words import Words

_SIGNS = {
    "@": "an @",
    "`": "a back quote",
    "%": "a %",
    "*": "a *, which refers to another place for YAML",
    "&": "a &, which is a label for YAML",
    "!": "a !, which is a type for YAML",
    "[": "a [, which opens a list for YAML",
    "{": "a {, which opens a group of fields for YAML",
    "]": "a ], which closes a list for YAML",
    "}": "a }, which closes a group of fields for YAML",
    ",": "a comma",
    "?": "a ?",
    "-": "a dash, which is an item of a list for YAML",
    "|": "a |, which announces text on the lines below",
    ">": "a >, which announces text on the lines below",
}
_LINK = re.compile(r"\[(?P<words>[^\[\]]+)\]\((?:https?:|mailto:|tel:|www\.)[^)]*\)")
EMPTY = "is empty: nothing but a quotation mark is written"


def misread_values(
    lines: Sequence[str], fault: int, done: Scan, words: Words, *, with_fields_below: bool
) -> Iterator[Proposal]:
    """Propose to write as text the values that the parser has not read as they stand."""
    for entry in entries(lines):
        if entry.line > fault:
            return
        if _read_as_meant(lines, done, entry, words):
            continue
        below = next((at for at in range(entry.line + 1, entry.last + 1) if is_written(lines[at])), None)
        if with_fields_below == (below is not None and words.starts_field(lines[below]) and not entry.is_empty):
            yield from _as_fields(lines, entry, words)
            yield from _as_text(lines, entry, words, fault, only_line=with_fields_below)


def _read_as_meant(lines: Sequence[str], done: Scan, entry: Entry, words: Words) -> bool:
    """Tell whether the parser has read the value of an entry, and nothing is left behind it."""
    if entry.opens_block:
        return True
    line, column = entry.line, entry.value_column
    if entry.is_empty:
        below = _text_below(lines, entry, words)
        if below is None:
            return True
        line, column = below, indentation(lines[below])
    place = done.place(line, column)
    if place is None or place.end_line > entry.last:
        return False
    rest = lines[place.end_line][place.end_column :]
    return not is_written(rest)


def _text_below(lines: Sequence[str], entry: Entry, words: Words) -> int | None:
    """Return the first line of the text that stands below a field of text without a ``|``, or None."""
    if not words.is_text(entry.key):
        return None
    first = next((at for at in range(entry.line + 1, entry.last + 1) if is_written(lines[at])), None)
    return None if first is None or words.starts_field(lines[first]) else first


def _as_fields(lines: Sequence[str], entry: Entry, words: Words) -> Iterator[Proposal]:
    """Propose the fields of a group in braces on lines of their own."""
    correction = unfolded(lines, entry, words)
    if correction is not None:
        yield Proposal(
            line=entry.line,
            message="has a text in the braces that YAML cannot read there; give each field a line of its own",
            correction=correction,
            beyond=entry.line + len(correction.lines) - 1,
        )


def _as_text(lines: Sequence[str], entry: Entry, words: Words, fault: int, *, only_line: bool) -> Iterator[Proposal]:
    if words.is_line(entry.key) and _LINK.search(entry.value) and entry.last == entry.line:
        yield _words_only(lines, entry)
        return
    if entry.is_empty:
        yield _reading(entry, rewritten(lines, entry), "has text below it, but no | after the colon")
        return
    if only_line:
        yield _reading(entry, rewritten(lines, entry, entry.line), _reason(entry.value), beyond=fault)
        if lines[entry.line + 1].lstrip().startswith("-"):
            return
    whole = "\n".join([entry.value, *lines[entry.line + 1 : entry.last + 1]])
    yield _reading(entry, rewritten(lines, entry), _reason(whole))


def _words_only(lines: Sequence[str], entry: Entry) -> Proposal:
    """Propose the words of a link alone, where a link could not be followed."""
    value = _LINK.sub(lambda match: match["words"], entry.value)
    line = f"{lines[entry.line][: entry.value_column]}{value}"
    words = entry_at([line], 0)
    rewrite = rewritten([line], words or entry, 0)
    correction = replace(rewrite.correction, first=entry.line, last=entry.line)
    message = "cannot hold a link: this field is shown as it is written; links go in a text field"
    return Proposal(
        line=entry.line, message=message, correction=correction, reads=(entry.line, rewrite.column, rewrite.text)
    )


def _reading(entry: Entry, rewrite: Rewrite, message: str, beyond: int | None = None) -> Proposal:
    blank = not rewrite.text.strip()
    return Proposal(
        line=entry.line,
        message=EMPTY if blank else message,
        correction=rewrite.correction,
        reads=(entry.line, rewrite.column, rewrite.text),
        beyond=beyond,
        cure="Write something after the colon." if blank else "",
    )


def _reason(value: str) -> str:
    sign = value[0]
    if sign in {"'", '"'}:
        if value.count(sign) < 2:
            return "opens a quotation mark that is not closed"
        if sign == '"' and "\\" in value:
            return "holds a \\ between double quotes, where it has a meaning of its own"
        return "has text after the closing quotation mark"
    if sign in _SIGNS and (sign not in "-?" or value[1:2] in {"", " "}):
        return f"starts with {_SIGNS[sign]}"
    if re.search(r":(?:\s|$)", value):
        return "holds a colon and a space, which start a new field for YAML"
    return "cannot be read by YAML as it stands"

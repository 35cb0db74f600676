"""One line of YAML as its author sees it, ``key: value`` or ``- value``, and how to write its value so that it lasts.

This looks at lines only, so it works where a parser has given up.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apes_mailer.reading.yaml.source import Correction

_ENTRY = re.compile(
    r"""(?P<lead>[ ]*(?:-[ ]+)*)
        (?:(?P<key>[^\s\-#"'\[\]{}&*!|>%@`,?:][^#]{0,80}?)[ ]?:(?=[ \t]|$))?
        [ \t]*""",
    re.VERBOSE,
)
_BLOCK_HEADER = re.compile(r"[|>](?:[1-9][+-]?|[+-][1-9]?)?(?:[ \t]+#.*)?")
_WORDS_AFTER_HEADER = re.compile(r"[|>][+-]?[ \t]+(?=\S)")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#+(?=[ \t]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line that gives a field or an item a value.

    ``column`` is where the key or the item starts, ``last`` the last line that is indented below it. ``key`` is empty
    for an item without one; ``value`` is what is written after it on the line, a comment included.
    """

    line: int
    column: int
    key: str
    value: str
    value_column: int
    last: int

    @property
    def opens_block(self) -> bool:
        """The value is a ``|`` or ``>``: the text stands below."""
        return _BLOCK_HEADER.fullmatch(self.value) is not None

    @property
    def is_empty(self) -> bool:
        """Nothing but a comment is written on the line."""
        return not self.value or _COMMENT.match(self.value) is not None

    def last_with_dashes(self, lines: Sequence[str]) -> int:
        """Return the last line of the value when a list whose dashes stand in the column of the key counts as below."""
        last = self.last
        while last + 1 < len(lines) and re.match(rf"[ ]{{{self.column}}}-(?:[ ]|$)", lines[last + 1]):
            last = last_line_below(lines, last + 1, self.column)
        return last


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A correction, with the text that a parser must then find at ``column`` of the first line."""

    correction: Correction
    column: int
    text: str


def entry_at(lines: Sequence[str], line: int) -> Entry | None:
    """Return the entry that a line holds, or None."""
    match = _ENTRY.match(lines[line])
    if match is None or (match["key"] is None and not match["lead"].strip()):
        return None
    lead, key = match["lead"], match["key"] or ""
    column = len(lead) if key else lead.rindex("-")
    return Entry(
        line=line,
        column=column,
        key=key,
        value=lines[line][match.end() :].rstrip(" \t"),
        value_column=match.end(),
        last=last_line_below(lines, line, column),
    )


def entries(lines: Sequence[str]) -> Iterator[Entry]:
    """Yield the entries of some lines in order, without those that only look so inside a block of text."""
    line = 0
    while line < len(lines):
        entry = entry_at(lines, line)
        if entry is not None:
            yield entry
        line = entry.last + 1 if entry is not None and entry.opens_block else line + 1


def indentation(line: str) -> int:
    """Return the number of blanks that a line starts with."""
    return len(line) - len(line.lstrip())


def last_line_below(lines: Sequence[str], line: int, column: int) -> int:
    """Return the last line that follows a line without a break and is indented more than ``column``."""
    last = line
    for index in range(line + 1, len(lines)):
        if lines[index].strip():
            if indentation(lines[index]) <= column:
                break
            last = index
    return last


def text_column(lines: Sequence[str], entry: Entry) -> int:
    """Return the column where the text below an entry starts, or should start."""
    below = next((at for at in range(entry.line + 1, entry.last + 1) if lines[at].strip()), None)
    return entry.column + 2 if below is None else indentation(lines[below])


def quoted(text: str) -> str:
    """Return a one-line text as a YAML scalar in the quotes that read best."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def without_quotes(written: str) -> str:
    """Return what an author meant who put quotes around a text, or before it, that YAML then misread.

    ``'L'été'`` means ``L'été``, and ``"Il dit "oui" à tout"`` its inside; in ``"A" et "B"`` the quotes are part of
    the text.
    """
    sign = written[:1]
    if sign not in {"'", '"'}:
        return written
    around = len(written) > 1 and written.endswith(sign)
    inner = written[1:-1] if around else written[1:]
    at = inner.find(sign)
    closes_first = at >= 0 and not inner[at + 1 : at + 2].isalnum()
    if closes_first or (at >= 0 and sign == '"' and not around):
        return written
    return inner.replace("''", "'") if sign == "'" else inner.replace('\\"', '"')


def rewritten(lines: Sequence[str], entry: Entry, last: int | None = None) -> Rewrite:
    """Make the value of an entry plain text, whatever signs it holds.

    A value on one line is put in quotes; one that goes on below becomes a block after ``|``. A comment that is set
    off by ``# `` stays a comment.
    """
    last = entry.last if last is None else last
    if last > entry.line or _WORDS_AFTER_HEADER.match(entry.value):
        return _as_block(lines, entry, last)
    value, comment = _without_comment(entry.value)
    text = without_quotes(value)
    before = _before_value(lines, entry)
    correction = Correction(entry.line, entry.line, (f"{before}{quoted(text)}{comment}",))
    return Rewrite(correction=correction, column=len(before), text=text)


def _without_comment(value: str) -> tuple[str, str]:
    """Split a value from the comment behind it; a ``# `` between quotes is none."""
    after_quotes = value.rfind(value[0]) + 1 if value[:1] in {"'", '"'} else 0
    comment = _COMMENT.search(value, after_quotes)
    if comment is None:
        return value, ""
    before = value[: comment.start()].rstrip(" \t")
    return before, value[len(before) :]


def _before_value(lines: Sequence[str], entry: Entry) -> str:
    return lines[entry.line][: entry.value_column].rstrip() + " "


def _as_block(lines: Sequence[str], entry: Entry, last: int) -> Rewrite:
    below = textwrap.dedent("\n".join(lines[entry.line + 1 : last + 1]))
    first = "" if entry.is_empty else _WORDS_AFTER_HEADER.sub("", entry.value, count=1)
    text = without_quotes("\n".join(filter(None, (first, below))) if first else below.lstrip(" "))
    before = _before_value(lines, entry)
    indented = [" " * (entry.column + 2) + line if line.strip() else "" for line in text.split("\n")]
    return Rewrite(
        correction=Correction(entry.line, last, (f"{before}|", *indented)),
        column=len(before),
        text=text,
    )

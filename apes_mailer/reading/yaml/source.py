"""The lines of a file, and corrections of some of them that keep the line numbers of the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apes_mailer.errors import Problem

# What YAML 1.2.2 §5.1 does not allow, and the line breaks of YAML 1.1 that no editor shows as such.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_LINES_REPEATED = 8
_LINE_BREAKS = "\x85\u2028\u2029"
_DOCUMENT_MARK = re.compile(r"(---|\.\.\.)(\s.*)?")


@dataclass(frozen=True, slots=True)
class Source:
    """Lines to parse, each with its number in the file, counted from 1.

    Inside the program lines are counted from 0, as parsers do; only :meth:`number` speaks to people.
    """

    lines: tuple[str, ...]
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Source:
        """Split a text with any line endings; byte order marks are no text and fall away."""
        plain = text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
        lines = tuple(line if line.strip(" \t") else "" for line in plain.split("\n"))
        return cls(lines, tuple(range(1, len(lines) + 1)))

    @property
    def text(self) -> str:
        """The whole text, as a parser takes it."""
        return "\n".join(self.lines)

    def number(self, line: int) -> int:
        """Return the number in the file of a line counted from 0."""
        return self.numbers[min(line, len(self.numbers) - 1)]

    def corrected(self, correction: Correction) -> Source:
        """Return the source with a correction in place; added lines bear the number of the last one replaced."""
        first, last = correction.first, correction.last
        old = self.numbers[first : last + 1]
        new = (old + old[-1:] * len(correction.lines))[: len(correction.lines)]
        return Source(
            (*self.lines[:first], *correction.lines, *self.lines[last + 1 :]),
            (*self.numbers[:first], *new, *self.numbers[last + 1 :]),
        )


@dataclass(frozen=True, slots=True)
class Correction:
    """What to write in place of the lines ``first`` to ``last`` (counted from 0, both included).

    ``moves``: the lines are the same, in other columns.
    """

    first: int
    last: int
    lines: tuple[str, ...]
    moves: bool = False

    def hint(self, source: Source) -> str:
        """Say what to paste where; the lines keep their indentation. Many that only move are not repeated."""
        first, last = source.number(self.first), source.number(self.last)
        if self.moves and last - first > _MOST_LINES_REPEATED:
            old, new = source.lines[self.first], self.lines[0]
            by = len(old) - len(new)
            side = "left" if by > 0 else "right"
            return f"Move lines {first} to {last} by {abs(by)} columns to the {side}; the first becomes:\n{new}"
        place = f"line {first}" if first == last else f"lines {first} to {last}"
        return "\n".join([f"Replace {place} with:", *self.lines])


@dataclass(frozen=True, slots=True)
class Edit:
    """A word to write in place of the columns ``start`` to ``end`` (excluded) of one line."""

    line: int
    start: int
    end: int
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong at a line (counted from 0), with the correction if one is known, else a ``cure`` in words.

    Where only a word is to be replaced, ``edit`` says so; the correction of the line follows when all of its faults
    are known.
    """

    line: int
    message: str
    correction: Correction | None = None
    edit: Edit | None = None
    cure: str = ""

    def problem(self, source: Source, shown: str, field: str = "") -> Problem:
        """Return the fault in the form that people see; ``source`` is the text before the correction."""
        paste = self.correction.hint(source) if self.correction and any(self.correction.lines) else ""
        hint = " ".join(part for part in (self.cure, paste) if part)
        return Problem(message=self.message, file=shown, line=source.number(self.line), field=field, hint=hint)


def clean(source: Source) -> tuple[Source, list[Fault]]:
    """Return a source without characters and document marks that YAML cannot take, and a fault for each line."""
    faults: list[Fault] = []
    lines = list(source.lines)
    for fault in (*_forbidden_characters(lines), *_document_marks(lines)):
        faults.append(fault)
        if fault.correction is not None:
            lines[fault.line] = fault.correction.lines[0]
    return Source(tuple(lines), source.numbers), faults


def _forbidden_characters(lines: Sequence[str]) -> Iterator[Fault]:
    for index, line in enumerate(lines):
        match = _FORBIDDEN.search(line)
        if match is not None:
            yield Fault(
                line=index,
                message=f"holds {_character_name(match.group())}, which no letter can show",
                correction=Correction(index, index, (_FORBIDDEN.sub(_printable, line),)),
            )


def _character_name(character: str) -> str:
    code = f"U+{ord(character):04X}"
    if character in _LINE_BREAKS:
        return f"an invisible line break ({code}), as word processors write it"
    if "\x80" <= character <= "\x9f" and (meant := _printable_of(character)) != " ":
        return f"a damaged character ({code}), probably {meant}"
    if unicodedata.category(character) == "Cs":
        return f"half of a character ({code})"
    return f"an invisible control character ({code})"


def _printable(match: re.Match[str]) -> str:
    return _printable_of(match.group())


def _printable_of(character: str) -> str:
    """Return the Windows-1252 character that a C1 control usually was, or a space."""
    if "\x80" <= character <= "\x9f" and character not in _LINE_BREAKS:
        meant = character.encode("latin-1").decode("cp1252", errors="ignore")
        return meant or " "
    return " "


def _document_marks(lines: Sequence[str]) -> Iterator[Fault]:
    """Find ``---`` and ``...``, which end a YAML document, where they would cut the issue in two."""
    written = [index for index, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
    content = [index for index in written if not lines[index].startswith("%")]
    for index in content:
        mark = _DOCUMENT_MARK.fullmatch(lines[index].rstrip())
        opens = mark is not None and mark[1] == "---" and index == content[0] and not mark[2]
        closes = mark is not None and mark[1] == "..." and index == written[-1] and not mark[2]
        if mark is not None and not opens and not closes:
            yield Fault(
                line=index,
                message=f"{mark[1]} at the start of a line ends the issue for YAML; all below would be lost",
                correction=Correction(index, index, (mark[2].strip() if mark[2] else "",)),
                cure="Remove it, or indent it if it belongs to a text.",
            )

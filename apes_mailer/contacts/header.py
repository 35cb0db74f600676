"""The first lines of a contacts file: how its cells are separated, and what its columns are called."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from apes_mailer.contacts.columns import Columns, read_columns
from apes_mailer.errors import ContactsError
from apes_mailer.model.field import EMAIL, field_named

_DELIMITERS = ";\t,|"  # when a header has as many of one as of another, the earlier wins
_BLANK = ' \r\n\f\v\u00a0"' + _DELIMITERS  # of what a line without any text may consist
_TITLES = 20  # lines of title that may stand above the names of the columns
_SAMPLED = 50  # rows that show which column holds the addresses
_LONGEST = 1 << 17  # characters of a header, which quoted line breaks may spread over several lines

_holds_address = re.compile(r"(?<=[^\s@<>])@[^\s@<>.]+\.[^\s@<>]").search
_separator_line = re.compile(r'"?sep=(?P<delimiter>[^\w\s"]|\t)"?[\r\n]*', re.IGNORECASE).fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """How to read what follows: the delimiter, the columns, and the physical lines, counted from 1."""

    delimiter: str
    columns: Columns
    line: int | None
    """Where the header starts; None when the file has none."""
    first_row: int
    """Where the first row starts, if there is one."""


def read_header(
    lines: Iterator[str],
    *,
    shown: str,
    told: Callable[[Sequence[str]], Mapping[str, str]] = lambda _headers: {},
) -> Header:
    """Return the header found at the start of the lines (line ends kept); ``shown`` names the file in messages.

    Blank lines before it and Excel's ``sep=;`` are passed over, and so are lines of title above the one that names
    an address column. A file that starts with an address and has one column needs no header. ``told`` returns what a
    person said of the columns of a header line. Where no column has a name for addresses, the first rows are read too.
    Raises ``ContactsError`` when nothing or no address column is there.
    """
    number, line, declared = 1, next(lines, ""), ""
    while line:
        if found := _separator_line(line):
            declared = found["delimiter"]
        elif line.strip(_BLANK):
            break
        number, line = number + 1, next(lines, "")
    if not line:
        raise ContactsError(f"{shown} holds no line of text", hint="Was the export interrupted? Make it again.")
    first = _line(*_whole_record(line, lines, number, shown), number, declared, shown)
    if not _names_address(first.cells) and _holds_address(first.record):
        return _headless(first, f"{shown}:{number}")
    return _chosen(first, lines, declared, shown, told)


class _Line(NamedTuple):
    """A line that may be the header: where it starts and where the next one does, as it is written, and its cells."""

    number: int
    after: int
    record: str
    delimiter: str
    cells: list[str]


def _line(record: str, after: int, number: int, declared: str, shown: str) -> _Line:
    delimiter, cells = _split(record, declared, f"{shown}:{number}")
    return _Line(number, after, record, delimiter, cells)


def _chosen(
    first: _Line,
    lines: Iterator[str],
    declared: str,
    shown: str,
    told: Callable[[Sequence[str]], Mapping[str, str]],
) -> Header:
    """Return the header, which may stand below lines of title."""
    if _names_address(first.cells):
        above: list[_Line] = [first]
        rest = lines
    else:
        above, rest = _lines_above_contacts(first, lines, declared, shown)
    header = next((line for line in above if _names_address(line.cells)), None) or max(above, key=_filled)
    is_named = _names_address(header.cells)
    below = (line.record for line in above if line.number > header.number)
    sample = [] if is_named else _first_rows(chain(below, rest), header.delimiter)
    columns = read_columns(header.cells, place=f"{shown}:{header.number}", sample=sample, told=told(header.cells))
    return Header(delimiter=header.delimiter, columns=columns, line=header.number, first_row=header.after)


def _lines_above_contacts(
    first: _Line, lines: Iterator[str], declared: str, shown: str
) -> tuple[list[_Line], Iterator[str]]:
    """Return the lines up to the first one with an address or a name for addresses, and the lines that follow.

    Their number is limited; what cannot be read ends the search, and is told later, with its line.
    """
    found, number = [first], first.after
    for _ in range(_TITLES):
        line = next(lines, "")
        if not line or _holds_address(line):
            return found, chain([line], lines)
        if line.strip(_BLANK):
            try:
                record, after = _whole_record(line, lines, number, shown)
                found.append(_line(record, after, number, declared, shown))
            except ContactsError:
                return found, lines
            number = after
            if _names_address(found[-1].cells):
                break
        else:
            number += 1
    return found, lines


def _filled(line: _Line) -> int:
    return sum(map(bool, map(str.strip, line.cells)))


def _first_rows(lines: Iterator[str], delimiter: str) -> list[list[str]]:
    """Return the first rows as far as they can be read; what is wrong with them is told later, with their lines."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(islice(csv.reader(lines, delimiter=delimiter, skipinitialspace=True), _SAMPLED))
    return rows


def _whole_record(line: str, lines: Iterator[str], number: int, shown: str) -> tuple[str, int]:
    """Return the header with its quoted line breaks, and the number of the line after it."""
    parts, quotes, length = [line], line.count('"'), len(line)
    while quotes % 2:
        line = next(lines, "")
        length += len(line)
        if not line or length > _LONGEST:
            raise _unreadable(f"{shown}:{number}")
        parts.append(line)
        quotes += line.count('"')
    return "".join(parts), number + len(parts)


def _split(record: str, declared: str, place: str) -> tuple[str, list[str]]:
    """Return the delimiter and the cells: of the likely delimiters, the first that shows an address column."""
    outside_quotes = re.sub(r'"[^"]*"', "", record)
    likely = sorted((d for d in _DELIMITERS if d in outside_quotes), key=outside_quotes.count, reverse=True)
    candidates = [declared] if declared else likely or [_DELIMITERS[0]]
    readings = [(delimiter, cells) for delimiter in candidates if (cells := _cells(record, delimiter))]
    if not readings:
        raise _unreadable(place)
    return next((reading for reading in readings if _names_address(reading[1])), readings[0])


def _cells(record: str, delimiter: str) -> list[str]:
    """Return the cells of the header, none when its quotes do not fit the delimiter."""
    reader = csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        return next(reader)
    except csv.Error:
        return []


def _names_address(cells: list[str]) -> bool:
    return any(field_named(cell) == EMAIL for cell in cells)


def _headless(first: _Line, place: str) -> Header:
    if any(cell.strip() for cell in first.cells[1:]):
        example = f"{EMAIL}{first.delimiter}NOM{first.delimiter}PRENOM"
        raise ContactsError(
            f"{place}: this line holds an address; the names of the columns are missing",
            hint=f"Put a line with one name for each column before it, for example {example}.",
        )
    columns = Columns(width=1, address=0, fields=(), places=())
    return Header(delimiter=first.delimiter, columns=columns, line=None, first_row=first.number)


def _unreadable(place: str) -> ContactsError:
    return ContactsError(
        f'{place}: this line should hold the names of the columns, but a quote (") in it is not closed properly',
        hint=f"Write the names without quotes, for example {EMAIL};NOM;PRENOM.",
    )

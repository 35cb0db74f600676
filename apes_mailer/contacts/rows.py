"""The rows of a contacts file: what each becomes, and what is told about one that is not a contact."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count, repeat
from typing import NamedTuple

from apes_mailer.contacts.columns import Columns
from apes_mailer.contacts.header import Header
from apes_mailer.model.field import EMAIL
from apes_mailer.model.suppression import Cause

_SHOWN = 40  # characters of a cell in a reason

# A spreadsheet takes a cell that begins with one of four signs for a formula, and an apostrophe before it for a mark
# that says it is text. A text that begins with apostrophes of its own gets, and loses, one more.
_looks_like_formula = re.compile(r"'*[=+\-@]").match
_is_marked = re.compile(r"'+[=+\-@]").match

_control = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]").search
_LINE_BREAK = re.compile(r"\r\n?|\n")
_is_address = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+").fullmatch


class Row(NamedTuple):
    """One contact as written: the line of the file where it starts, the address, the values of the fields.

    The address is not yet normalised. A plain tuple underneath, because a file may hold millions.
    """

    line: int
    address: str
    values: tuple[str, ...]
    aside: tuple[str, ...] = ()
    """The cells of the columns that are left out."""


class OptOut(NamedTuple):
    """The row of a person who said no to letters, or whose address is dead: never a recipient.

    ``cause`` is that of the suppression to be made of it, ``at`` when it was said (UTC, if the row tells),
    ``evidence`` the words of the row, as in ``STATUT: désinscrit``.
    """

    line: int
    address: str
    values: tuple[str, ...]
    cause: Cause
    at: dt.datetime | None
    evidence: str
    aside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that is no contact: the line of the file where it starts, and why, in a sentence for the person."""

    line: int
    reason: str
    cells: tuple[str, ...] = ()
    """The row in the order of the file; empty when its cells cannot be told apart."""
    noes: tuple[OptOut, ...] = ()
    """Of each address in it, in normal form, the no that the row says; empty when it says none."""


def even_rows(records: list[list[str]], *, first: int, columns: Columns) -> Iterator[Row] | None:
    """Return the rows of records of one line each, the first of them on line ``first``.

    None unless there are some and each has all its cells and an address. Nearly every row of nearly every file is
    made here, many at a time, column by column: that takes two thirds of the time of one after the other.
    """
    if not records or any(map(columns.width.__ne__, map(len, records))):
        return None
    cells = [list(map(str.strip, column)) for column in zip(*records, strict=True)]
    addresses = cells[columns.address]
    if not all(addresses):
        return None
    values, aside = (
        zip(*(cells[place] for place in places), strict=True) if places else repeat(())
        for places in (columns.places, columns.left_out)
    )
    return map(Row._make, zip(count(first), addresses, values, aside, strict=False))


def uneven_rows(records: list[list[str]], *, first: int, header: Header) -> Iterator[Row | BadRow]:
    """Yield what records of any shape amount to, the first of them on line ``first``; blank ones to nothing."""
    line, width = first, header.columns.width
    for cells in records:
        if len(cells) == width and "".join(cells).isprintable():
            if row := _row(list(map(_unmarked, cells)), line, header.columns):
                yield row
            line += 1
        else:
            if row := _odd_row(cells, line, header):
                yield row
            line += height(cells)


def height(cells: list[str]) -> int:
    """Return over how many lines of the file a record runs."""
    return 1 + sum(map(line_breaks, cells))


def _odd_row(cells: list[str], line: int, header: Header) -> Row | BadRow | None:
    texts = [_unmarked(" ".join(filter(None, map(str.strip, _LINE_BREAK.split(cell))))) for cell in cells]
    if reason := _fault(cells, texts, header):
        return BadRow(line=line, reason=reason, cells=tuple(texts))
    texts.extend([""] * (header.columns.width - len(texts)))
    return _row(texts, line, header.columns)


def marked(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; a row that is read has the text as it was.

    Source of the rule: https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if _looks_like_formula(text) else text


def _unmarked(cell: str) -> str:
    text = cell.strip()
    return text[1:] if _is_marked(text) else text


def _row(texts: list[str], line: int, columns: Columns) -> Row | None:
    if not any(texts):
        return None
    values, aside = (tuple([texts[place] for place in places]) for places in (columns.places, columns.left_out))
    return Row(line, texts[columns.address], values, aside)


def misquoted(line: int) -> BadRow:
    """Return the bad row for a cell that goes on after its closing quote, as in ``"Martin" SA``."""
    return BadRow(
        line=line,
        reason='A quote (") closes before the end of its cell; write a quote that belongs to the text twice ("").',
    )


def sound_length(record: str, delimiter: str) -> int:
    """Return how many characters of a damaged row hold whole cells; the quote that is not closed opens there."""
    end = re.escape(delimiter)
    cell = rf'[ ]*+(?:"(?:[^"]|"")*+"|(?!")[^{end}\r\n]*+)(?:{end}|\r\n?|\n)'
    match = re.compile(f"(?:{cell})*+").match(record)
    return match.end() if match else 0


def line_breaks(text: str) -> int:
    """Return how many line ends a text holds: LF, CR, or both together."""
    return len(_LINE_BREAK.findall(text))


def _fault(cells: list[str], texts: list[str], header: Header) -> str:
    for place, cell in enumerate(cells):
        if found := _control(cell):
            return f"{_column(place, header)} holds a control character (U+{ord(found.group()):04X}); type it again."
    width = header.columns.width
    extra = next((text for text in texts[width:] if text), "")
    if extra:
        return (
            f"The row has {len(texts)} cells, but there should be {width}; “{extra[:_SHOWN]}” is too much. "
            f"A cell with “{header.delimiter}” in it must stand in quotes."
        )
    swallowed = next((place for place, cell in enumerate(cells) if _has_row_inside(cell, header)), None)
    if swallowed is not None:
        return f'{_column(swallowed, header)} holds whole rows; a closing quote (") is probably missing in this line.'
    return ""


def _column(place: int, header: Header) -> str:
    columns = header.columns
    names = dict(chain([(columns.address, EMAIL)], zip(columns.places, columns.fields, strict=True)))
    return f"The column {names[place]}" if place in names else f"Cell {place + 1}"


def _has_row_inside(cell: str, header: Header) -> bool:
    """Tell whether a later line of a cell reads like a row: an address where this file has its addresses."""
    address = header.columns.address
    for line in _LINE_BREAK.split(cell)[1:]:
        parts = line.split(header.delimiter)
        if len(parts) > max(1, address) and _is_address(parts[address].strip(' "')):
            return True
    return False

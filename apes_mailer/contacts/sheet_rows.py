"""A program of its own that writes one sheet of a spreadsheet as a CSV table, each of its rows on one line.

``python -m apes_mailer.contacts.sheet_rows FILE SHEET``; SHEET may be empty. The library that reads spreadsheets keeps
a sheet in memory and ends its process when memory runs out: a stray cell in the last column of the last row is enough.
So it runs apart from the command, with a limit; :mod:`apes_mailer.contacts.spreadsheet` starts it.

What cannot be read is said on standard error as JSON: ``fault``, a word of ``spreadsheet.Fault``, and ``sheets``.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from apes_mailer.contacts.spreadsheet import Fault
from apes_mailer.model.spelling import plain

MOST_CELLS = 8_000_000
"""Of a sheet, blank ones included: 400,000 contacts with 20 columns."""

_MEMORY = 3 << 30  # bytes of address space; eight million cells take less than one of them
_SAMPLED = 50  # rows that show whether a sheet holds addresses, and what its columns are called

_Value = float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
_LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_holds_address = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]").search
_PHONE_WORDS = {"TEL", "TELEPHONE", "TELEPHONES", "PHONE", "MOBILE", "PORTABLE", "GSM", "FAX"}


class _RefusedError(Exception):
    def __init__(self, fault: Fault, sheets: Sequence[str] = ()) -> None:
        super().__init__(fault)
        self.fault = fault
        self.sheets = list(sheets)


def text(value: _Value) -> str:
    """Return the value of a cell as a French spreadsheet shows it, on one line.

    ``59000.0`` is 59000, ``12.5`` is 12,5, a date is 05/03/2024.
    """
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, str):
        return _LINE_BREAKS.sub(" ", value)
    if isinstance(value, (int, float)):
        return format(value, ".0f" if value == int(value) and abs(value) < 1e15 else ".15g").replace(".", ",")
    if isinstance(value, dt.datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    minutes = round(value.total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02}"


def _phone(value: _Value) -> str:
    """Return a telephone number with the zero that it lost when it was typed as a number."""
    written = text(value)
    return f"0{written}" if not isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{8}", written) else written


def rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    """Yield the rows of a sheet from its first one on; a cell merged with those below stands in each of them."""
    below = _merged_downwards(sheet)
    phones = _phone_columns(sheet)
    held: dict[int, tuple[int, str]] = {}  # column: last row, text
    for number, values in enumerate(sheet.iter_rows()):
        cells = [_phone(value) if column in phones else text(value) for column, value in enumerate(values)]
        for column, last in below.get(number, ()):
            held[column] = (last, cells[column])
        for column, (last, shared) in held.items():
            if number <= last:
                cells[column] = cells[column] or shared
        yield cells


def _merged_downwards(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """Return, by the row where a range of merged cells starts, its column and its last row."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        if bottom > top and left <= sheet.total_width:
            found.setdefault(top, []).append((left, bottom))
    return found


def _phone_columns(sheet: CalamineSheet) -> set[int]:
    return {
        column
        for row in islice(sheet.iter_rows(), _SAMPLED)
        for column, value in enumerate(row)
        if isinstance(value, str) and _PHONE_WORDS & set(plain(value[:80]).upper().split("_"))
    }


def _chosen(book: CalamineWorkbook, wanted: str, called: str) -> CalamineSheet:
    """Return the sheet that is asked for, else the only one with addresses, else the one called like the file."""
    names = [each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
    if wanted:
        if wanted not in book.sheet_names:
            raise _RefusedError(Fault.NO_SHEET, names)
        return _bounded(book, wanted)
    if len(names) == 1:
        return _bounded(book, names[0])
    holding = [name for name in names if _has_addresses(_bounded(book, name))]
    if len(holding) > 1:
        holding = [name for name in holding if plain(name) == plain(called)] or holding
    if len(holding) != 1:
        raise _RefusedError(Fault.SEVERAL if holding else Fault.NO_ADDRESS, holding or names)
    return _bounded(book, holding[0])


def _bounded(book: CalamineWorkbook, name: str) -> CalamineSheet:
    sheet = book.get_sheet_by_name(name)
    if (sheet.total_height + 1) * (sheet.total_width + 1) > MOST_CELLS:
        raise _RefusedError(Fault.TOO_LARGE)
    return sheet


def _has_addresses(sheet: CalamineSheet) -> bool:
    cells = (value for row in sheet.iter_rows() for value in row)
    return any(isinstance(value, str) and _holds_address(value) for value in cells)


def _limit_memory() -> None:
    """Let the system refuse what a hostile file makes the library ask for; only POSIX knows such a limit."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def main(path: str, wanted: str) -> None:
    """Write the sheet to standard output."""
    _limit_memory()
    try:
        with Path(path).open("rb") as file:
            sheet = _chosen(CalamineWorkbook.from_filelike(file), wanted, Path(path).stem)
    except PasswordError as error:
        raise _RefusedError(Fault.LOCKED) from error
    except CalamineError as error:
        raise _RefusedError(Fault.DAMAGED) from error
    except MemoryError as error:
        raise _RefusedError(Fault.TOO_LARGE) from error
    with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False) as out:
        # In quotes, so that no comma of a column's name is taken for what separates the cells.
        csv.writer(out, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows(sheet))


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2])
    except _RefusedError as refused:
        sys.exit(json.dumps({"fault": refused.fault, "sheets": refused.sheets}))

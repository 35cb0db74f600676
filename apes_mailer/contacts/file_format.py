"""Contacts files: a table that a spreadsheet or another service made, read row by row.

A spreadsheet or an address book is turned into the text table that it would be saved as, with the same line numbers,
so that there is one way for all that follows. Of text, delimiter, encoding, line ends and header are found out, not
asked for. A file of any length is read in constant memory. A row that cannot be read is handed out as a ``BadRow`` with
its reason, and the others go on; damage that leaves it unsure where rows begin and end stops the reading with
``ContactsError``.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, NamedTuple, Self

from apes_mailer.contacts import cards, opt_outs, rejected_noes, spreadsheet
from apes_mailer.contacts.columns import Columns
from apes_mailer.contacts.consent_columns import ConsentColumns
from apes_mailer.contacts.encoding import Encoding, detect
from apes_mailer.contacts.header import Header, read_header
from apes_mailer.contacts.meanings import FILE_NAME, Meanings
from apes_mailer.contacts.rows import (
    BadRow,
    OptOut,
    Row,
    even_rows,
    height,
    line_breaks,
    misquoted,
    sound_length,
    uneven_rows,
)
from apes_mailer.errors import ContactsError

_HEAD = 64  # bytes that tell a spreadsheet or an address book from text
_BATCH = 64  # records handled at a time; one odd record among them slows all of them down


class _Stamp(NamedTuple):
    """What changes when somebody writes to the file."""

    size: int
    written: int

    @classmethod
    def of(cls, file: IO[str] | IO[bytes]) -> Self:
        status = os.fstat(file.fileno())
        return cls(status.st_size, status.st_mtime_ns)


class ContactsFile:
    """An open contacts file: iterate over it for its rows, as often as needed but once at a time.

    Blank rows are passed over, cells missing at the end of a row are empty, spaces around a cell are dropped, and so is
    the apostrophe that marks a cell like ``'+33`` as text; a line break inside a cell becomes a space.
    """

    def __init__(
        self, text: io.TextIOWrapper, *, stamp: _Stamp, encoding: Encoding, header: Header, shown: str
    ) -> None:
        self._text = text
        self._stamp = stamp
        self._encoding = encoding
        self._header = header
        self._shown = shown
        self._name = shown.replace("\\", "/").rpartition("/")[2]
        self._marks = opt_outs.find(header.columns.fields, self._name)

    @property
    def shown(self) -> str:
        """What messages call the file."""
        return self._shown

    @property
    def consent(self) -> ConsentColumns | None:
        """What finds the consent in the values of a row; None when no column tells of one."""
        return ConsentColumns.among(self.fields)

    def place(self, line: int) -> str:
        """Return where a row stands, for a person."""
        return f"line {line}"

    @property
    def fields(self) -> tuple[str, ...]:
        """What a row's values are, in the order of the file; the address is not among them."""
        return self._header.columns.fields

    @property
    def columns(self) -> Columns:
        """Where the address and the fields stand in a row."""
        return self._header.columns

    @property
    def layouts(self) -> Sequence[tuple[str, Columns]]:
        """The name of the file and its columns, once."""
        return ((self._name, self.columns),)

    @property
    def notice(self) -> str:
        """Which column was taken for the addresses, when its name alone does not say so; else nothing."""
        return self._header.columns.notice

    @property
    def encoding(self) -> str:
        """The name of the Python codec that reads the file, such as ``utf-8-sig`` or ``cp1252``."""
        return self._encoding.name

    @property
    def delimiter(self) -> str:
        """What separates the cells."""
        return self._header.delimiter

    @property
    def header_line(self) -> int | None:
        """The line of the column names, counted from 1; None when the file is a bare column of addresses."""
        return self._header.line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; an iteration under way cannot go on."""
        self._text.close()

    def __iter__(self) -> Iterator[Row | OptOut | BadRow]:
        """Yield the rows in the order of the file; that of a person who wants no letters is an ``OptOut``.

        Raises ``ContactsError`` where a quote is not closed or a cell does not end, when the file is changed by
        somebody meanwhile, and when it cannot be read on; the rows before that have been handed out by then.
        """
        try:
            yield from self._rows() if self._marks is None else self._sorted_out(self._marks)
        except UnicodeDecodeError as error:
            raise _changed(self._shown) from error
        except OSError as error:
            raise _unreadable(self._shown, error) from error
        if _Stamp.of(self._text) != self._stamp:
            raise _changed(self._shown)

    def _rows(self) -> Iterator[Row | BadRow]:
        header, encoding = self._header, self._encoding
        is_plain = not (encoding.has_controls or encoding.has_text_marks)
        reader = csv.reader(
            self._lines_from(header.first_row), delimiter=header.delimiter, strict=True, skipinitialspace=True
        )
        line = header.first_row
        while True:
            records, fault = _take(reader)
            after = header.first_row + reader.line_num
            rows = None
            if not fault and after - line == len(records) and is_plain:
                rows = even_rows(records, first=line, columns=header.columns)
            yield from uneven_rows(records, first=line, header=header) if rows is None else rows
            if fault:
                yield self._misquoted_or_stop(line + sum(map(height, records)), after - 1, str(fault))
            elif len(records) < _BATCH:
                return
            line = after

    def _sorted_out(self, marks: opt_outs.Marks) -> Iterator[Row | OptOut | BadRow]:
        for row in self._rows():
            if isinstance(row, Row) and (mark := marks.of(row.values)):
                yield OptOut(row.line, row.address, row.values, *mark, row.aside)
            else:
                yield rejected_noes.keep(row, marks, self.columns) if isinstance(row, BadRow) else row

    def _lines_from(self, first: int) -> Iterator[str]:
        self._text.seek(0)
        return islice(self._text, first - 1, None)

    def _misquoted_or_stop(self, line: int, end: int, error: str) -> BadRow:
        """Return the bad row for a fault inside one line; raises ``ContactsError`` for a wider one."""
        # Only its words tell the faults of the csv module apart.
        if line == end and "expected after" in error:
            return misquoted(line)
        if line == end and "field limit" in error:
            raise ContactsError(
                f"{self._shown}:{line}: a cell has more than {csv.field_size_limit()} characters",
                hint="This is not a list with one contact a line. Make the export again, as CSV.",
            )
        record = "".join(islice(self._lines_from(line), end - line + 1))
        opening = line + line_breaks(record[: sound_length(record, self._header.delimiter)])
        raise ContactsError(
            f'{self._shown}:{opening}: a quote (") opens in this line and is not closed properly',
            hint='Close it, or write a quote that belongs to the text twice (""). '
            "If this is the end of the file, the export was cut short: make it again.",
        )


def open_contacts_file(path: Path, *, shown: str = "", meanings: Meanings | None = None) -> ContactsFile:
    """Open a contacts file, read it through once to find out its encoding, and read its header.

    ``shown`` is what messages call the file, its path by default; ``meanings`` what a person said of its columns and
    sheets, by default what is remembered beside it. Raises ``ContactsError`` with the cure when it is not there, may
    not be read, is empty, is no list (a picture, a ZIP file), mixes encodings, or does not say which column or sheet
    holds the addresses.
    """
    shown = shown or str(path)
    meanings = meanings or Meanings(path.with_name(FILE_NAME))
    with readable(path, shown), contextlib.ExitStack() as on_error:
        file = on_error.enter_context(_as_text(path, shown, meanings))
        opened = read_table(file, shown=shown, meanings=meanings)
        on_error.pop_all()
        return opened


def read_table(file: BinaryIO, *, shown: str, meanings: Meanings) -> ContactsFile:
    """Return the contacts file in an open table of text, which is closed along with it."""
    stamp = _Stamp.of(file)
    encoding = detect(file, shown)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding.name, newline="")
    header = read_header(text, shown=shown, told=meanings.columns)
    return ContactsFile(text, stamp=stamp, encoding=encoding, header=header, shown=shown)


@contextlib.contextmanager
def readable(path: Path, shown: str) -> Generator[None]:
    """Turn what the system says of a file that cannot be opened or read into ``ContactsError``, with the cure."""
    if path.is_dir():
        raise ContactsError(f"{shown} is a folder", hint="Name a file in it.")
    if opened := _is_open_elsewhere(path.name):
        raise ContactsError(f"{shown} only says that {opened} is open", hint=f"Close it, and name {opened}.")
    try:
        if path.exists() and not path.is_file():
            raise ContactsError(f"{shown} is not an ordinary file", hint="Save the list to a file, and name that.")
        yield
    except FileNotFoundError as error:
        raise ContactsError(f"{shown} does not exist", hint="Check the name and the folder.") from error
    except PermissionError as error:
        raise ContactsError(f"{shown} may not be read by you", hint="Ask for the right to read it.") from error
    except OSError as error:
        raise _unreadable(shown, error) from error


def _is_open_elsewhere(name: str) -> str:
    """Return the spreadsheet beside which a program put a file of this name while it is open; mostly nothing."""
    if name.startswith(".~lock.") and name.endswith("#"):
        return name.removeprefix(".~lock.").removesuffix("#")
    return name.removeprefix("~$") if name.startswith("~$") else ""


def is_text(path: Path) -> bool:
    """Whether a file is a table of text itself, so that its lines can be written again; told by its content."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return not (spreadsheet.is_spreadsheet(path, head) or cards.is_address_book(head))


def _as_text(path: Path, shown: str, meanings: Meanings) -> BinaryIO:
    """Return a file that holds a table of text: the file itself, or what it is turned into."""
    with contextlib.ExitStack() as on_error:
        file = on_error.enter_context(path.open("rb"))
        head = file.read(_HEAD)
        if spreadsheet.is_spreadsheet(path, head):
            file.close()
            return spreadsheet.as_table(path, shown, sheet=meanings.sheet(path.name))
        if cards.is_address_book(head):
            with file:
                return cards.as_table(file, shown)
        on_error.pop_all()
        return file


def _take(reader: Iterator[list[str]]) -> tuple[list[list[str]], csv.Error | None]:
    """Return the next records, and the fault that follows them, if one does; the reader goes on after it."""
    records: list[list[str]] = []
    try:
        records.extend(islice(reader, _BATCH))
    except csv.Error as fault:
        return records, fault
    return records, None


def _changed(shown: str) -> ContactsError:
    return ContactsError(f"{shown} was changed while it was being read", hint="Save it and start again.")


def _unreadable(shown: str, error: OSError) -> ContactsError:
    return ContactsError(
        f"{shown} cannot be read: {error.strerror or error}", hint="Copy it to a folder on this computer and try again."
    )

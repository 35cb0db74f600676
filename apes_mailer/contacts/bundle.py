"""ZIP files with several tables of contacts in them, as Mailchimp exports an audience."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import BinaryIO, Self

from apes_mailer.contacts.columns import Columns
from apes_mailer.contacts.consent_columns import ConsentColumns
from apes_mailer.contacts.file_format import ContactsFile, open_contacts_file, read_table, readable
from apes_mailer.contacts.meanings import Meanings
from apes_mailer.contacts.rows import BadRow, OptOut, Row
from apes_mailer.contacts.spreadsheet import DAMAGE
from apes_mailer.contacts.table import ContactsTable
from apes_mailer.errors import ContactsError

MOST_BYTES = 2 << 30
"""Of all tables of a ZIP file, unpacked."""

_MOST_TABLES = 50
_STRIDE = 1 << 32  # lines between the numbers of two tables; no table has so many
_SUFFIXES = {".csv", ".tsv", ".txt"}


class Bundle:
    """Several tables read as one: its fields are those of all of them, its lines are counted through."""

    def __init__(self, tables: Sequence[ContactsFile], shown: str) -> None:
        """``tables`` in the order in which they are read; they are closed along with the bundle."""
        self._tables = tables
        self._shown = shown
        self._fields = tuple(dict.fromkeys(field for table in tables for field in table.fields))

    @property
    def shown(self) -> str:
        """What messages call the ZIP file."""
        return self._shown

    @property
    def fields(self) -> tuple[str, ...]:
        """What a row's values are."""
        return self._fields

    @property
    def columns(self) -> Columns:
        """The address first, then the fields."""
        count = len(self._fields)
        headers = tuple(dict.fromkeys(header for table in self._tables for header in table.columns.headers))
        return Columns(
            width=1 + count, address=0, fields=self._fields, places=tuple(range(1, 1 + count)), headers=headers
        )

    @property
    def layouts(self) -> Sequence[tuple[str, Columns]]:
        """The name and the columns of each table."""
        return [layout for table in self._tables for layout in table.layouts]

    @property
    def notice(self) -> str:
        """Which tables are inside, and how they were read where that is not clear."""
        names = ", ".join(PurePosixPath(table.shown).name for table in self._tables)
        notices = [table.notice for table in self._tables if table.notice]
        return "\n".join([f"{self._shown} holds {names}", *notices])

    @property
    def consent(self) -> ConsentColumns | None:
        """What finds the consent in the values of a row; None when no column tells of one."""
        return ConsentColumns.among(self._fields)

    def place(self, line: int) -> str:
        """Return in which table and on which of its lines a row stands."""
        table, line = divmod(line, _STRIDE)
        return f"{PurePosixPath(self._tables[table].shown).name}, line {line}"

    def __iter__(self) -> Iterator[Row | OptOut | BadRow]:
        """Yield the rows of one table after the other. Raises ``ContactsError`` as they do."""
        for number, table in enumerate(self._tables):
            places = [table.fields.index(field) if field in table.fields else -1 for field in self._fields]
            for row in table:
                line = number * _STRIDE + row.line
                if isinstance(row, BadRow):
                    yield replace(row, line=line, cells=())
                else:
                    values = (*row.values, "")  # the last is what a table has under the names of another
                    yield row._replace(line=line, values=tuple([values[place] for place in places]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for table in self._tables:
            table.close()


def open_contacts(path: Path, *, shown: str, meanings: Meanings) -> ContactsTable:
    """Open a contacts file, or a ZIP file of them as one table.

    Raises ``ContactsError`` as :func:`~apes_mailer.contacts.file_format.open_contacts_file` does, and for a ZIP file
    without a table, with too much in it, damaged, or locked by a password.
    """
    with readable(path, shown):
        if not is_zip(path):
            return open_contacts_file(path, shown=shown, meanings=meanings)
        with ExitStack() as on_error:
            tables: list[ContactsFile] = []
            for name, file in _members(path, shown):
                on_error.enter_context(file)
                tables.append(read_table(file, shown=f"{shown}/{name}", meanings=meanings))
            on_error.pop_all()
        return Bundle(tables, shown)


def is_zip(path: Path) -> bool:
    """Whether a file is a ZIP file and no spreadsheet, which is one too.

    One that is too damaged to say is taken for a ZIP file: :func:`open_contacts` refuses it as damaged.
    """
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
    except DAMAGE:
        return True
    return not names & {"[Content_Types].xml", "mimetype", "Index/Document.iwa"}


def _members(path: Path, shown: str) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the tables of a ZIP file by their names, each as an open file that the receiver closes."""
    try:
        with zipfile.ZipFile(path) as packed:
            for part in _tables(packed, shown):
                yield PurePosixPath(part.filename).name, _unpacked(packed, part)
    except DAMAGE as error:
        raise ContactsError(f"{shown} is damaged", hint="Was the download interrupted? Make it again.") from error
    except RuntimeError as error:  # what zipfile says of an encrypted part
        raise ContactsError(f"{shown} is locked by a password", hint="Unpack it, and import its files.") from error


def _unpacked(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> BinaryIO:
    with ExitStack() as on_error:
        file = on_error.enter_context(tempfile.TemporaryFile())
        with packed.open(part) as inside:
            shutil.copyfileobj(inside, file)
        file.flush()
        on_error.pop_all()
        return file


def _tables(packed: zipfile.ZipFile, shown: str) -> list[zipfile.ZipInfo]:
    found = [part for part in packed.infolist() if _is_table(PurePosixPath(part.filename))]
    if not found:
        raise ContactsError(
            f"{shown} holds no table (.csv, .tsv, .txt)", hint="Unpack it, and import the file with the contacts."
        )
    if len(found) > _MOST_TABLES or sum(part.file_size for part in found) > MOST_BYTES:
        raise ContactsError(
            f"{shown} holds too much to be read in one go", hint="Unpack it, and import its files one by one."
        )
    return sorted(found, key=lambda part: part.filename)


def _is_table(name: PurePosixPath) -> bool:
    """Tell a table from a folder, and from the notes that macOS packs along."""
    return name.suffix.lower() in _SUFFIXES and not name.name.startswith(".") and "__MACOSX" not in name.parts

"""Spreadsheets of Excel and LibreOffice: which sheet holds the list, as the table that it would be saved as."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from apes_mailer.errors import ContactsError

MOST_BYTES = 1 << 30
"""Of all that is in the file, unpacked; a sheet of 400,000 contacts takes a fifth of it."""

DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, UnicodeDecodeError)
"""What may be raised of a ZIP file that is damaged, or packed as no other: a changed byte can change its version."""

_OLE = b"\xd0\xcf\x11\xe0"  # how files of the old Excel begin, and those locked by a password
_LONGEST = 300  # seconds; the largest sheet takes a tenth
_SAVE_AS_CSV = "Open it in your spreadsheet and save it with File > Save as > CSV UTF-8."


class Fault(StrEnum):
    """Why a spreadsheet is not read, as :mod:`apes_mailer.contacts.sheet_rows` says it."""

    DAMAGED = "damaged"
    LOCKED = "locked"
    TOO_LARGE = "too large"
    NO_SHEET = "no sheet"
    NO_ADDRESS = "no address"
    SEVERAL = "several"


class SeveralSheetsError(ContactsError):
    """The list may be on one of several sheets; a person has to say on which."""

    def __init__(self, message: str, *, hint: str, sheets: list[str]) -> None:
        super().__init__(message, hint=hint)
        self.sheets = sheets


def is_spreadsheet(path: Path, head: bytes) -> bool:
    """Whether a file, which begins with these bytes, is a spreadsheet of Excel or LibreOffice, or was one.

    A ZIP file too damaged to say is taken for one: :func:`as_table` refuses it as damaged.
    """
    if head.startswith(_OLE):
        return True
    if not head.startswith(b"PK") or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as packed:
            return not {"[Content_Types].xml", "mimetype"}.isdisjoint(packed.namelist())
    except DAMAGE:
        return True


def as_table(path: Path, shown: str, *, sheet: str = "") -> BinaryIO:
    """Return a sheet as an open CSV file without a name, row by row as it stands: row 7 is on line 7.

    Without ``sheet`` the only one is taken, or the only one with addresses; hidden ones are not looked at. Raises
    ``ContactsError`` when the file is damaged, locked by a password or too large, ``SeveralSheetsError`` when it
    cannot be told which sheet is meant.
    """
    _refuse_bombs(path, shown)
    _refuse_other_documents(path, shown)
    table = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    try:
        _convert(path, shown, sheet, table)
    except BaseException:
        table.close()
        raise
    table.seek(0)
    return table


def _convert(path: Path, shown: str, sheet: str, table: BinaryIO) -> None:
    program = [sys.executable, "-P", "-m", "apes_mailer.contacts.sheet_rows", str(path.resolve()), sheet]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "RUST_BACKTRACE": "0"}
    try:
        done = subprocess.run(  # noqa: S603 - this program's own module
            program, stdout=table, stderr=subprocess.PIPE, env=environment, timeout=_LONGEST, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _too_large(shown) from error
    if done.returncode:
        raise _refusal(shown, sheet, done)


def _refusal(shown: str, wanted: str, done: subprocess.CompletedProcess[bytes]) -> ContactsError:
    """Return what stopped the reading; no words of its own mean that the library could not go on."""
    said = done.stderr.decode(errors="replace").strip()
    if not said.startswith("{"):
        return _too_large(shown) if "memory" in said or done.returncode < 0 else _damaged(shown)
    refused: dict[str, Any] = json.loads(said)
    sheets: list[str] = refused["sheets"]
    match Fault(refused["fault"]):
        case Fault.LOCKED:
            return ContactsError(
                f"{shown} is locked by a password", hint="Open it, and save it without a password, or as CSV UTF-8."
            )
        case Fault.TOO_LARGE:
            return _too_large(shown)
        case Fault.NO_SHEET:
            return SeveralSheetsError(
                f"{shown} has no sheet “{wanted}”", hint=f"Its sheets are {_quoted(sheets)}.", sheets=sheets
            )
        case Fault.SEVERAL:
            return SeveralSheetsError(
                f"{shown} has several sheets with addresses: {_quoted(sheets)}",
                hint="Give the sheet with the list the name of the file, or save it as a file of its own.",
                sheets=sheets,
            )
        case Fault.NO_ADDRESS:
            return ContactsError(
                f"{shown} holds no address on any of its sheets: {_quoted(sheets)}", hint="Is it the right file?"
            )
        case Fault.DAMAGED:
            return _damaged(shown)


def _refuse_other_documents(path: Path, shown: str) -> None:
    """Raise ``ContactsError`` for a packed document of an office program that is no spreadsheet."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        described = packed.read("mimetype")[:100] if "mimetype" in names else b""
    if any(name.startswith("word/") for name in names) or described.endswith((b"opendocument.text", b"epub+zip")):
        kind = "a text document (Word or LibreOffice Writer)"
    elif any(name.startswith("ppt/") for name in names) or described.endswith(b"opendocument.presentation"):
        kind = "a presentation"
    else:
        return
    raise ContactsError(
        f"{shown} is {kind}, not a list",
        hint="Ask for the list as Excel or CSV, or copy its table into a spreadsheet and save that.",
    )


def _refuse_bombs(path: Path, shown: str) -> None:
    """Raise ``ContactsError`` when the parts of a packed spreadsheet are too much, or not what they say."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
                raise _too_large(shown)
            if packed.testzip():
                raise _damaged(shown)
    except DAMAGE as error:
        raise _damaged(shown) from error
    except RuntimeError as error:  # what zipfile says of an encrypted part
        raise ContactsError(f"{shown} is locked by a password", hint="Save it without one.") from error


def _too_large(shown: str) -> ContactsError:
    return ContactsError(
        f"{shown} is too large to be read as a spreadsheet",
        hint="A cell far away from the others is enough. " + _SAVE_AS_CSV,
    )


def _damaged(shown: str) -> ContactsError:
    return ContactsError(
        f"{shown} cannot be read as a spreadsheet: it is damaged, far too large, or a document of another kind",
        hint=_SAVE_AS_CSV,
    )


def _quoted(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)

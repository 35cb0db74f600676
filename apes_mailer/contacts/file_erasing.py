"""Taking one person out of the files of ``contacts/``: lists kept as text, and reports of rejected rows."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from apes_mailer.contacts import repair
from apes_mailer.contacts.file_format import ContactsFile, is_text, open_contacts_file
from apes_mailer.contacts.rows import BadRow, OptOut, Row
from apes_mailer.errors import ContactsError
from apes_mailer.model import mentions
from apes_mailer.model.address import AddressError

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
"""The files that hold nothing but their rows, and can be written again."""


class Found(NamedTuple):
    """A row of a person: its first line, the first line after it (None: the end of the file), and what it says.

    ``values`` are those of the fields of the file, empty for a row that is no contact.
    """

    line: int
    after: int | None
    values: tuple[str, ...]


def rows_of(file: ContactsFile, address: str) -> list[Found]:
    """Return the rows of a person, whose address is in normal form: all that a send would take for theirs, and more.

    Raises ``ContactsError`` as the file does.
    """
    found: list[Found] = []
    is_last = False
    mentioned, local = mentions.pattern(address).search, address.partition("@")[0]
    for row in file:
        if is_last:
            found[-1] = found[-1]._replace(after=row.line)
        if isinstance(row, BadRow):
            is_last = mentioned(" ".join(row.cells)) is not None
        else:
            # What may be mended inside a name, characters that nobody can see, is never ASCII.
            is_last = (local in row.address.lower() or not row.address.isascii()) and _is_of(row, address)
        if is_last:
            found.append(Found(row.line, None, () if isinstance(row, BadRow) else row.values))
    return found


def erase(path: Path, address: str, *, shown: str) -> int:
    """Write a file again without the rows of a person, and without the address where others mention it.

    Every other byte stays as it was. Return how many rows and mentions are gone. Raises ``ContactsError`` when the file
    cannot be read as a list, ``OSError`` when it cannot be opened, or not written again; it is then as it was.
    """
    if not is_text(path):
        raise ContactsError(
            f"{shown} is no text, whatever its name says", hint="Rename it after what it is, say .xlsx."
        )
    with open_contacts_file(path, shown=shown) as file:
        found, encoding = rows_of(file, address), file.encoding
    return len(found) + _rewrite(path, encoding, found, mentions.pattern(address))


def _is_of(row: Row | OptOut, address: str) -> bool:
    try:
        return repair.normalise(row.address) == address
    except AddressError:
        return mentions.pattern(address).search(row.address) is not None


def _rewrite(path: Path, encoding: str, gone: Sequence[Found], mentioned: re.Pattern[str]) -> int:
    """Return how many mentions were taken out of the lines that stay."""
    part, mentions_gone = path.with_name(f".{secrets.token_hex(8)}.part"), 0
    rows = iter([*gone, None])
    row = next(rows)
    try:
        with path.open(encoding=encoding, newline="") as old, part.open("w", encoding=encoding, newline="") as new:
            for number, line in enumerate(old, start=1):
                while row is not None and row.after is not None and number >= row.after:
                    row = next(rows)
                if row is not None and number >= row.line:
                    continue
                kept, count = mentioned.subn("", line) if "@" in line else (line, 0)
                mentions_gone += count
                new.write(kept)
            new.flush()
            os.fsync(new.fileno())
        if gone or mentions_gone:
            shutil.copymode(path, part)
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return mentions_gone

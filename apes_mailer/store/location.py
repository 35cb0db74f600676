"""Where the database is: its address in the settings, and its file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from apes_mailer.errors import LedgerError, SettingsError


def path_of(url: str, *, base: Path) -> Path:
    """Return the file that an address names; raises ``SettingsError`` for one that this version cannot use."""
    if url.startswith(("postgresql:", "postgres:")):
        raise SettingsError(
            "This version keeps its data in SQLite only; database_url names a PostgreSQL server.",
            hint="Remove database_url (or APES_MAILER_DATABASE_URL), or write sqlite:///path/to/mailer.db",
        )
    path = url.removeprefix("sqlite:///")
    if not path or "://" in path:
        raise SettingsError(
            f"database_url is not understood: {_scheme(url)}",
            hint="Write it as sqlite:///path/to/mailer.db, or leave it out.",
        )
    return base / path


def _scheme(url: str) -> str:
    """Return the beginning of an address; what follows may hold a password."""
    scheme, sign, _ = url.partition("://")
    return f"{scheme}://…" if sign else "it names no file"


def only_name(path: Path) -> Path:
    """Return the true name of a file: locks, log and mark stand beside it, whatever name it was opened by.

    Raises ``LedgerError`` for a hard link: SQLite keeps a log for each name, and two programs would not see each other
    (https://sqlite.org/howtocorrupt.html, multiple links to the same file).
    """
    path = path.resolve()
    with suppress(OSError):
        if path.is_file() and path.stat().st_nlink > 1:
            raise LedgerError(
                f"{path} has a second name, a hard link: two programs could send the same letters without noticing.",
                hint=f"Remove the other name, or replace the file by a copy of its own: cp {path.name} new.db, "
                f"then mv new.db {path.name}",
            )
    return path


def make_private(path: Path) -> None:
    """Make a new database one that only its owner can read: it holds people's addresses."""
    with suppress(OSError):  # it exists, or opening it says what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))

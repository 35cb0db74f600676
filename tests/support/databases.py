"""New databases, made once and copied: their tables take longer than most tests."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from apes_mailer.store.database import Database


def put_new_database(folder: Path) -> None:
    """Put ``mailer.db`` with its tables, all of them empty, into a folder that has none."""
    file = folder / "mailer.db"
    if not file.exists():
        file.write_bytes(_new_database())


@cache
def _new_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        database = Database("mailer.db", base=Path(folder))
        database.close()
        return database.path.read_bytes()

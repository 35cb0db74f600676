"""Another program that opens a database, reads it and ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_COUNT = """
import contextlib, sqlite3, sys
with contextlib.closing(sqlite3.connect(sys.argv[1])) as connection:
    print(connection.execute("SELECT count(*) FROM contact").fetchone()[0])
"""


def contacts_seen_by_another_program(database: Path) -> int:
    """Return how many contacts it finds; it clears the log away if it believes to be the last one that has it open."""
    return int(subprocess.run([sys.executable, "-c", _COUNT, str(database)], check=True, capture_output=True).stdout)

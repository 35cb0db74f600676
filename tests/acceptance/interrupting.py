"""The real command line, asked to end in the middle of what it does with the database.

``python -m tests.acceptance.interrupting ARGUMENTS…`` runs the command. The variable ``INTERRUPT=WORDS:COUNT`` sends
SIGTERM to the process itself when it is about to run a statement with these words for the COUNT-th time; ``VALUE``
instead of words: when it converts an octet string for a statement for the COUNT-th time. At both moments the database
layer looks after errors of the database, and must not take a signal for one of them.
"""

from __future__ import annotations

import os
import signal
import sqlite3.dbapi2
import sys
from collections.abc import Callable

from sqlalchemy import Engine, event


def _fuse(count: int) -> Callable[[], None]:
    left = count

    def burn() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGTERM)

    return burn


def _at_a_statement(words: str, burn: Callable[[], None]) -> None:
    def see(_cursor: object, statement: str, _parameters: object, _context: object) -> None:
        if words in " ".join(statement.split()):
            burn()

    event.listen(Engine, "do_execute", see)
    event.listen(Engine, "do_executemany", see)


def _at_a_value(burn: Callable[[], None]) -> None:
    def convert(value: bytes) -> memoryview:
        burn()
        return memoryview(value)

    # The name that DB-API 2.0 gives to what converts an octet string.
    setattr(sqlite3.dbapi2, "Binary", convert)  # noqa: B010 - declared as a type, which it need not be


def main() -> None:
    """Run the command line, and interrupt it where the environment says."""
    from apes_mailer.cli.app import run

    words, _, count = os.environ["INTERRUPT"].rpartition(":")
    burn = _fuse(int(count))
    if words == "VALUE":
        _at_a_value(burn)
    else:
        _at_a_statement(words, burn)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

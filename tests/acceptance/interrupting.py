"""The real command line, asked to end in the middle of a statement of the database.

``python -m tests.acceptance.interrupting ARGUMENTS…`` runs the command. The variable ``INTERRUPT=WORDS:COUNT`` sends
SIGTERM to the process itself when it is about to run a statement with these words for the COUNT-th time. This happens
where the database layer looks after errors of the database, as it does for a signal from elsewhere.
"""

from __future__ import annotations

import os
import signal
import sys

from sqlalchemy import Engine, event


def _interrupt(words: str, count: int) -> None:
    left = count

    def see(_cursor: object, statement: str, _parameters: object, _context: object) -> None:
        nonlocal left
        if words in " ".join(statement.split()):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGTERM)

    event.listen(Engine, "do_execute", see)
    event.listen(Engine, "do_executemany", see)


def main() -> None:
    """Run the command line, and interrupt it where the environment says."""
    from apes_mailer.cli.app import run

    words, _, count = os.environ["INTERRUPT"].rpartition(":")
    _interrupt(words, int(count))
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

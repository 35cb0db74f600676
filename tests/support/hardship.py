"""The real command line on a computer in trouble.

``python -m tests.support.hardship ARGUMENTS…`` runs the command. The variable ``HARDSHIP`` names what it has to live
with, separated by semicolons:

- ``busy=SECONDS``: how long it waits for a database that somebody else holds, and for an outcome to be recorded;
- ``room=BYTES``: no file may grow beyond this, so that writing fails as on a full disk;
- ``clock=SHIFT,SHIFT…``: seconds that the clock is wrong by at each reading of it in turn; the last one stays;
- ``again=SECONDS``: how long it waits before it tries again for the first time what a provider did not take.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import Any


def _change(owner: Any, name: str, value: object) -> None:
    setattr(owner, name, value)


def _wait_at_most(seconds: float) -> None:
    from apes_mailer.campaign import send
    from apes_mailer.store import database

    _change(database, "Database", partial(database.Database, busy_seconds=seconds))
    _change(send, "_RECORD_FOR_SECONDS", seconds)


def _limit_room(size: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _shift_clock(shifts: list[float]) -> None:
    from apes_mailer import wiring, workspace

    rest = chain(shifts, repeat(shifts[-1]))

    def wrong() -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=next(rest))

    def application(folder: Path) -> wiring.Application:
        return wiring.Application(workspace.find(folder), clock=wrong)

    wiring.application = application


def _try_again_after(seconds: float) -> None:
    from apes_mailer.campaign import pace

    _change(pace, "_FIRST_WAIT", seconds)


_HARDSHIPS: dict[str, Callable[[str], None]] = {
    "busy": lambda value: _wait_at_most(float(value)),
    "room": lambda value: _limit_room(int(value)),
    "clock": lambda value: _shift_clock([float(shift) for shift in value.split(",")]),
    "again": lambda value: _try_again_after(float(value)),
}


def main() -> None:
    """Run the command line under the hardships that the environment names."""
    from apes_mailer.cli.app import run

    for wish in filter(None, os.environ.get("HARDSHIP", "").split(";")):
        name, _, value = wish.partition("=")
        _HARDSHIPS[name](value)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

"""Questions about a list of a million that was sent to: segments, why, one person, contacts without a sign.

python -m benchmarks.audience [--contacts 1000000]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from apes_mailer.campaign import audience
from apes_mailer.campaign import why as asking
from apes_mailer.model import segment
from apes_mailer.wiring import Application, application
from benchmarks import common
from benchmarks.common import REPOSITORY, apes_mailer, row

SAMPLE, LIST = "2025-07", "million"
SEGMENTS = (
    'prenom = "Prénom12"',
    "structure = structure 12* and not prenom = prénom1, prénom2",
    "structure = structure 1* or nom = nom12*",
)
_ASKED = 50  # addresses


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def count_segments(live: Application) -> None:
    """Time the count of a segment that asks for one column, for two, and for one of two."""
    for expression in SEGMENTS:
        where = segment.parse(expression, {})
        found = audience.find(live.workspace, live.database, LIST, where=where)
        took = min(seconds(lambda found=found: audience.count(live.database, found)) for _ in range(3))
        row(f"counting `{expression}`", f"{took:.2f} s", "< 1 s")


def ask_why(live: Application, addresses: list[str]) -> None:
    """Time ``why`` for single addresses, letter included."""
    took = sorted(
        seconds(lambda each=each: asking.why(live.database, live.keyring, SAMPLE, each, at=live.clock()))
        for each in addresses
    )
    row("why: one address of a campaign, median", f"{took[len(took) // 2] * 1000:.0f} ms", "< 50 ms")
    row("why: the slowest of them", f"{took[-1] * 1000:.0f} ms", "< 50 ms")


def main() -> None:
    """Build the workspace once, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--contacts", type=int, default=1_000_000)
    count: int = parser.parse_args().contacts
    with tempfile.TemporaryDirectory() as temporary:
        folder = common.workspace(Path(temporary) / "workspace")
        shutil.copytree(REPOSITORY / "campaigns" / SAMPLE, folder / "campaigns" / SAMPLE)
        people = common.contacts_file(Path(temporary) / "people.csv", count)
        apes_mailer("contacts", "import", str(people), "--list", LIST, "--yes", cwd=folder)
        with common.sink() as port:
            extra = common.sendgrid(f"http://127.0.0.1:{port}")
            apes_mailer("send", SAMPLE, "--to", LIST, "--confirm", f"{SAMPLE}:{count}", cwd=folder, extra=extra)
        print("| what | measured | wanted |\n| --- | --- | --- |")
        live = application(folder)
        count_segments(live)
        with people.open(encoding="utf-8") as lines:
            every = count // _ASKED
            addresses = [line.partition(";")[0] for number, line in enumerate(lines) if number and not number % every]
        ask_why(live, addresses)
        live.database.close()
        stale = apes_mailer("contacts", "stale", "--list", LIST, cwd=folder)
        row("`contacts stale`, the whole command", f"{stale.seconds:.2f} s")
        person = apes_mailer("contacts", "export-person", addresses[0], cwd=folder)
        row("`contacts export-person`, the whole command", f"{person.seconds:.2f} s", "< 5 s")
        erased = apes_mailer("contacts", "erase-person", addresses[0], "--confirm", addresses[0], cwd=folder)
        row("`contacts erase-person`, the whole command", f"{erased.seconds:.2f} s", "< 5 s")
        largest = max(each.memory for each in (stale, person, erased))
        row("peak memory of these commands", f"{largest:.0f} MB", "<= 120 MB")


if __name__ == "__main__":
    main()

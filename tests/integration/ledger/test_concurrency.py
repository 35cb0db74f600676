"""Several threads, connections and programs on one ledger."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from apes_mailer.ledger import rate
from apes_mailer.model.submission import Submitted
from apes_mailer.store.database import Database
from tests.support.cli import REPOSITORY
from tests.support.ledgers import NAME, NOW, Ledger

_CLAIMER = """
import sys
from pathlib import Path
from tests.support.ledgers import Ledger
ledger = Ledger.open(Path(sys.argv[1]), busy_seconds=30)
ledger.ids["2027-03"] = int(sys.argv[2])
sys.stdin.readline()
while found := ledger.try_claim():
    print(found[0].batch_no)
"""


def _claim_all(ledger: Ledger, start: threading.Barrier) -> list[int]:
    start.wait(10)
    numbers: list[int] = []
    while found := ledger.try_claim():
        numbers.append(found[0].batch_no)
    return numbers


def _shared(ledgers: list[Ledger]) -> list[int]:
    start = threading.Barrier(len(ledgers))
    with ThreadPoolExecutor(len(ledgers)) as pool:
        return [number for numbers in pool.map(_claim_all, ledgers, [start] * len(ledgers)) for number in numbers]


def test_threads_never_claim_the_same_batch(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path, contacts=60)
    ledger.prepare(batch_size=1)
    assert sorted(_shared([ledger] * 4)) == list(range(1, 61))


def test_connections_never_claim_the_same_batch(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path, contacts=60, busy_seconds=30)
    ledger.prepare(batch_size=1)
    other = Ledger.open(tmp_path, busy_seconds=30)
    other.ids = ledger.ids
    assert sorted(_shared([ledger, other])) == list(range(1, 61))


def test_programs_never_claim_the_same_batch(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path, contacts=60)
    ledger.prepare(batch_size=1)
    command = [sys.executable, "-c", _CLAIMER, str(tmp_path), str(ledger.ids[NAME])]
    programs = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
        for _ in range(2)
    ]
    answers = [program.communicate("go\n", timeout=60)[0].split() for program in programs]
    assert sorted(int(number) for numbers in answers for number in numbers) == list(range(1, 61))


def test_sums_hold_at_every_moment_of_a_send(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path, contacts=60)
    ledger.prepare(batch_size=1)
    done = threading.Event()

    def send() -> None:
        while found := ledger.try_claim():
            ledger.record(found[0], Submitted())
        done.set()

    sender = threading.Thread(target=send)
    sender.start()
    submitted: list[int] = []
    while not done.is_set():
        status = ledger.status(alive=True)
        assert (status.candidates, status.recipients) == (60, 60)
        assert status.submitting <= 1
        submitted.append(status.submitted)
    sender.join(10)
    assert submitted == sorted(submitted)
    assert ledger.status().submitted == 60


def test_rate_holds_across_connections(tmp_path: Path) -> None:
    databases = [Database("mailer.db", base=tmp_path, busy_seconds=30) for _ in range(2)]
    start = threading.Barrier(2)

    def reserve(database: Database) -> list[float]:
        start.wait(10)
        waits: list[float] = []
        for _ in range(20):
            with database.write() as connection:
                waits.append(rate.reserve(connection, "local", 10, per_second=100, at=NOW))
        return waits

    with ThreadPoolExecutor(2) as pool:
        waits = sorted(wait for some in pool.map(reserve, databases) for wait in some)
    assert [round(wait, 3) for wait in waits] == [round(number / 10, 3) for number in range(40)]
    for database in databases:
        database.close()


def test_programs_that_open_a_new_workspace_together_make_one_ledger(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.support.ledgers import Ledger;"
        " sys.stdin.readline(); ledger = Ledger.open(Path(sys.argv[1]), busy_seconds=30);"
        " print(ledger.rows(\"SELECT value FROM meta WHERE name = 'ledger'\")[0]['value'], ledger.doubt())"
    )
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        for _ in range(3)
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    answers = {program.communicate(timeout=60)[0].strip() for program in programs}
    assert len(answers) == 1
    assert answers != {""}

"""A ledger where the system says no: no room, no right to write."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.cli import REPOSITORY
from tests.support.ledgers import NAME, Ledger

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="limits and rights of Unix")

_SEND_UNTIL_FULL = """
import os, resource, sys
from pathlib import Path
from apes_mailer.model.submission import Submitted
from apes_mailer.store.database import DiskFullError
from tests.support.ledgers import Ledger
ledger = Ledger.open(Path(sys.argv[1]))
ledger.ids["2027-03"] = int(sys.argv[2])
room = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
try:
    while True:
        claim = ledger.claim()
        print("request", claim.batch_no, flush=True)
        ledger.record(claim, Submitted())
        print("recorded", claim.batch_no, flush=True)
except DiskFullError as error:
    print("full", error.message)
    print("still readable", ledger.status(alive=True).recipients)
"""
_OPEN = """
import os, sys
from pathlib import Path
from apes_mailer.errors import LedgerError
from tests.support.ledgers import Ledger
Ledger.create(Path(sys.argv[2]), contacts=1)
if os.geteuid() == 0:
    os.seteuid(65534)
try:
    Ledger.open(Path(sys.argv[1])).prepare()
except LedgerError as error:
    print(error.message, "|", error.hint)
"""


def _run(code: str, *arguments: str) -> str:
    command = [sys.executable, "-B", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@posix_only
@pytest.mark.parametrize("room", range(200_000, 232_000, 8192))
def test_full_disk_at_any_transaction_leaves_each_one_whole_or_not_at_all(tmp_path: Path, room: int) -> None:
    ledger = Ledger.create(tmp_path, contacts=400)
    ledger.prepare(batch_size=1)
    ledger.database.close()
    lines = _run(_SEND_UNTIL_FULL, str(tmp_path), str(ledger.ids[NAME]), str(room)).splitlines()
    assert lines[-2].startswith("full The disk")
    assert lines[-1] == "still readable 400"
    requests = [int(line.split()[1]) for line in lines if line.startswith("request")]
    recorded = [int(line.split()[1]) for line in lines if line.startswith("recorded")]
    assert requests, "the room was too small for a single request"
    with closing(sqlite3.connect(tmp_path / "mailer.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    again = Ledger.open(tmp_path)
    again.ids = ledger.ids
    states = [batch.state for batch in again.status(alive=True).batches]
    assert [number for number, state in enumerate(states, 1) if state == "submitted"] == recorded
    assert [number for number, state in enumerate(states, 1) if state == "submitting"] == sorted(
        set(requests) - set(recorded)
    )
    assert again.claim().batch_no == len(requests) + 1


@pytest.fixture
def shown_folder() -> Generator[Path, None, None]:
    """A folder that another user may look into."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@posix_only
@pytest.mark.parametrize("has_ledger", [False, True])
def test_folder_that_may_only_be_read_is_named(shown_folder: Path, tmp_path: Path, has_ledger: bool) -> None:
    if has_ledger:
        Ledger.create(shown_folder, contacts=2).database.close()
        (shown_folder / "mailer.db").chmod(0o444)
    shown_folder.chmod(0o555)
    said = _run(_OPEN, str(shown_folder), str(tmp_path))
    assert f"{shown_folder / 'mailer.db'} cannot be opened or written" in said
    assert "the rights of the file and of the folder" in said

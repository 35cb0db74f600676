"""A computer out of room, out of time or asleep, with a database that others hold: nobody lost, nobody mailed twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.acceptance.looking import SEND, through
from tests.acceptance.trouble import finish, looked_at, stop_after, under
from tests.support import faults
from tests.support.cli import STARTER, Cli, copy_workspace
from tests.support.faults import FaultList
from tests.support.journal import SeenRequest
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such limits and signals")


@posix_only
def test_disk_without_room_submits_nothing(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    done = under(cli, "room=600000").run(*SEND)
    assert done.code == 1
    assert "There is no room beside mailer.db" in done.err
    assert "Nothing was submitted" in done.err
    assert f"apes-mailer resume {STARTER}" in done.err
    assert server.requests == ()
    finish(cli, server)


@posix_only
@pytest.mark.parametrize("in_flight", [1, 4])
def test_disk_that_fills_up_during_a_send_loses_nobody_and_mails_nobody_twice(
    in_flight: int, small: Cli, server: LocalSendGrid
) -> None:
    cli = through(small, server, batch_size=1, in_flight=in_flight)
    done = under(cli, "busy=1;room=1200000").run(*SEND)
    assert done.code == 1
    assert "The disk" in done.err
    assert "Traceback" not in done.err
    status = looked_at(cli, server)
    assert status["pending"] > 0
    assert status["unknown"] <= in_flight
    code = cli.run("resume", STARTER).code
    status = looked_at(cli, server)
    assert (status["pending"], code) == (0, 6 if status["unknown"] else 0)
    assert len(server.accepted) >= 60 - in_flight


@contextmanager
def _small_disk(folder: Path) -> Generator[Path, None, None]:
    """A file system of 4 MB; skips the test where nobody may mount one."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(disk: Path) -> None:
    """Leave no room on a disk."""
    with suppress(OSError), (disk / "filler").open("ab", buffering=0) as filler:
        for size in (65536, 4096, 1):
            with suppress(OSError):
                while True:
                    filler.write(b"\0" * size)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")
def test_room_kept_aside_is_enough_to_record_what_is_on_its_way(
    small: Cli, server: LocalSendGrid, tmp_path: Path
) -> None:
    with _small_disk(tmp_path / "disk") as disk:
        cli = through(copy_workspace(small, disk / "workspace", small.home), server)

        def fill_at_the_third(seen: SeenRequest) -> None:
            if seen.seq == 3:
                _fill(disk)

        server.on_received = fill_at_the_third
        done = cli.run(*SEND)
        assert done.code == 1
        assert "The disk is full: nothing can be written to mailer.db" in done.err
        assert f"apes-mailer resume {STARTER}" in done.err
        _fill(disk)
        again = cli.run("resume", STARTER)
        assert again.code == 1
        assert "room" in again.err
        assert len(server.requests) == 3
        (disk / "filler").unlink()
        status = looked_at(cli, server)
        assert (status["submitted"], status["unknown"], status["pending"]) == (30, 0, 30)
        finish(cli, server)


def test_database_that_is_locked_before_a_send_prepares_nothing(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    cli.status()
    with closing(sqlite3.connect(cli.workspace / "mailer.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = under(cli, "busy=0.3").run(*SEND)
        assert done.code == 1
        assert "mailer.db has been in use by another program for more than 0.3 seconds" in done.err
        assert "Close the other program" in done.err
        assert cli.status()["state"] == "none"
    assert server.requests == ()


def test_database_that_is_locked_during_a_send_is_said_and_resume_finishes(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    with closing(sqlite3.connect(cli.workspace / "mailer.db", isolation_level=None, check_same_thread=False)) as other:

        def lock_at_the_second(seen: SeenRequest) -> None:
            if seen.seq == 2:
                other.execute("BEGIN IMMEDIATE")

        server.on_received = lock_at_the_second
        done = under(cli, "busy=0.3").run(*SEND)
        assert done.code == 1
        assert "mailer.db has been in use by another program for more than 0.3 seconds" in done.err
        assert "Batch 2 was accepted by sendgrid, and this is not recorded" in done.err
        assert f"apes-mailer resolve {STARTER} 2 --as submitted" in done.err
        status = looked_at(cli, server)
        assert (status["submitted"], status["unknown"], status["pending"]) == (10, 10, 40)
        assert under(cli, "busy=0.3").run("resume", STARTER).code == 1
        other.execute("ROLLBACK")
    assert len(server.accepted) == 20
    again = cli.run("resume", STARTER)
    assert again.code == 6
    assert "1 batch was being submitted when the program stopped: it is in doubt now" in again.err
    cli.ok("resolve", STARTER, "2", "--as", "submitted")
    assert looked_at(cli, server)["state"] == "finished"


CLOCKS = {
    "set back two hours, then right": ("clock=-7200", ""),
    "right, then set back two hours": ("", "clock=-7200"),
    "two days ahead, then right": ("clock=172800", ""),
    "right, then two days ahead": ("", "clock=172800"),
    "set back during the command": ("clock=0,0,0,0,0,-7200", "clock=0,0,0,-7200"),
    "jumping to and fro": ("clock=0,172800,-7200,0,172800,-7200,-7200,172800", "clock=-7200,172800,0,-7200"),
}


@pytest.mark.parametrize("case", CLOCKS)
def test_wrong_clock_loses_nobody_and_mails_nobody_twice(case: str, small: Cli, server: LocalSendGrid) -> None:
    first, second = CLOCKS[case]
    server.plan = FaultList([faults.OK, faults.RATE_LIMITED_WITHOUT_RESET, faults.OK, faults.ACCEPT_THEN_RESET])
    settings = small.workspace / "apes-mailer.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[send]\n", "[send]\nmax_per_second = 1000\n"), encoding="utf-8")
    cli = through(small, server)
    stop_after(under(cli, first), server, 3)
    assert under(cli, second).run("resume", STARTER).code == 6
    status = looked_at(cli, server)
    assert (status["submitted"], status["unknown"], status["pending"]) == (50, 10, 0)
    assert len(server.accepted) == 60


def _asleep(cli: Cli, server: LocalSendGrid) -> subprocess.Popen[str]:
    """Put a sender to sleep while the provider holds its second request."""
    process = cli.start(*SEND)

    def stop(seen: SeenRequest) -> None:
        if seen.seq == 2:
            process.send_signal(signal.SIGSTOP)

    server.on_received = stop
    server.wait_for(lambda journal: len(journal.accepted) == 20)
    return process


@posix_only
def test_sender_that_is_asleep_keeps_its_campaign(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    process = _asleep(cli, server)
    try:
        assert cli.status()["state"] == "sending"
        done = cli.run("resume", STARTER)
        assert done.code == 1
        assert f"is being sent at this moment by process {process.pid}" in done.err
        assert len(server.requests) == 2
    finally:
        process.send_signal(signal.SIGCONT)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert looked_at(cli, server)["state"] == "finished"


@posix_only
def test_sender_that_slept_through_its_answer_never_sends_the_batch_again(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server, timeout=0.5)
    process = _asleep(cli, server)
    try:
        server.wait_for(lambda journal: journal.requests[1].status == 202)
        assert cli.run("resume", STARTER).code == 1
    finally:
        process.send_signal(signal.SIGCONT)
    process.communicate(timeout=60)
    status = looked_at(cli, server)
    assert process.returncode == (0 if status["state"] == "finished" else 6)

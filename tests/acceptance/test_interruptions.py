"""What ends a send from outside: signals, a closed terminal, a limit of the provider. Nobody is lost or mailed twice.

By the real command. Each of these moments lasts as long as the test needs: the provider holds the request.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from tests.acceptance.looking import SEND, TO_ALL, sound, through
from tests.acceptance.trouble import finish, looked_at
from tests.support import faults
from tests.support.cli import STARTER, Cli, write_contacts
from tests.support.faults import FaultList
from tests.support.held import Held
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither these signals nor pseudo-terminals"),
]

_AT_ONCE = 5  # seconds; whoever waited for the request would wait for a minute
_ON_A_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.executable, sys.argv[1:])"
)
"""Makes standard input the terminal of a session, whose end is then told to the session as a window's is."""


def _command(cli: Cli, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "apes_mailer", "--workspace", str(cli.workspace), *arguments]


def _hear(process: subprocess.Popen[str], words: str) -> None:
    """Return when the command has said this."""
    assert process.stderr is not None
    assert any(words in line for line in process.stderr), f"the command ended without saying {words!r}"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_during_a_send_is_a_pause_with_nothing_in_doubt(
    number: signal.Signals, small: Cli, server: LocalSendGrid
) -> None:
    cli, held = through(small, server, in_flight=3), Held(server)
    process = cli.start(*SEND)
    server.wait_for(lambda journal: len(journal.requests) == 3)
    process.send_signal(number)
    _hear(process, "Stopping: the batches on their way are finished first")
    held.let_go()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "30 of 60 recipients are submitted" in err
    status = looked_at(cli, server)
    assert (status["state"], status["submitted"], status["pending"], status["unknown"]) == ("paused", 30, 30, 0)
    assert status["cause"] == "a person stopped it"
    finish(cli, server)


def test_closed_terminal_window_is_a_pause_with_nothing_in_doubt(small: Cli, server: LocalSendGrid) -> None:
    cli, held = through(small, server), Held(server)
    window, terminal = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", _ON_A_TERMINAL, *_command(cli, *SEND)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        env={**cli.environment(), "TERM": "xterm"},
    ) as process:
        os.close(terminal)
        held.wait()
        os.close(window)
        held.let_go()
        assert process.wait(60) == 130
    status = looked_at(cli, server)
    assert (status["state"], status["submitted"], status["unknown"]) == ("paused", 10, 0)
    finish(cli, server)


def test_send_under_nohup_outlives_its_terminal(small: Cli, server: LocalSendGrid) -> None:
    nohup = shutil.which("nohup")
    if nohup is None:
        pytest.skip("there is no nohup on this computer")
    cli, held = through(small, server), Held(server)
    with subprocess.Popen(
        [nohup, *_command(cli, *SEND)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=cli.environment(),
    ) as process:
        held.wait()
        process.send_signal(signal.SIGHUP)
        held.let_go()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Stopping" not in err
    status = looked_at(cli, server)
    assert (status["state"], status["submitted"]) == ("finished", 60)


def test_third_signal_leaves_at_once_though_a_request_hangs(small: Cli, server: LocalSendGrid) -> None:
    cli, held = through(small, server, timeout=60), Held(server)
    process = cli.start(*SEND)
    held.wait()
    process.send_signal(signal.SIGINT)
    _hear(process, "Three times Ctrl-C leaves at once")
    # Two signals of one kind may arrive as one; these three cannot.
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=_AT_ONCE)
    assert process.returncode == 130
    assert "Leaving: the batches on their way are in doubt" in err
    assert "Traceback" not in err
    held.let_go()
    server.wait_for(lambda journal: len(journal.accepted) == 10)
    status = looked_at(cli, server)
    assert (status["unknown"], status["pending"]) == (10, 50)
    resumed = cli.run("resume", STARTER)
    assert resumed.code == 6
    assert "1 batch was being submitted when the program stopped: it is in doubt now" in resumed.err
    status = looked_at(cli, server)
    assert (status["submitted"], status["unknown"]) == (50, 10)
    cli.ok("resolve", STARTER, "1", "--as", "submitted")
    assert looked_at(cli, server)["state"] == "finished"
    assert len(server.accepted) == 60


def _read_one_line_of(cli: Cli, held: Held) -> int:
    """Send as in ``2>&1 | head -1``, whose end nobody reads the rest of; return the exit code."""
    reading, writing = os.pipe()
    with subprocess.Popen(
        _command(cli, *SEND), stdin=subprocess.DEVNULL, stdout=writing, stderr=writing, env=cli.environment()
    ) as process:
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as head:
            held.wait()
            assert head.readline()
        held.let_go()
        return process.wait(60)


def test_send_whose_words_nobody_reads_any_more_goes_on(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    assert _read_one_line_of(cli, Held(server)) == 0
    status = looked_at(cli, server)
    assert (status["state"], status["submitted"]) == ("finished", 60)


def test_refused_key_is_recorded_though_nobody_reads_of_it(small: Cli, server: LocalSendGrid) -> None:
    server.plan = FaultList([faults.KEY_REVOKED])
    cli = through(small, server)
    assert _read_one_line_of(cli, Held(server)) == 4
    status = looked_at(cli, server)
    assert (status["state"], status["pending"], status["unknown"]) == ("paused", 60, 0)
    assert "SendGrid answered 401" in status["cause"]
    assert "Check SENDGRID_API_KEY" in status["cure"]
    finish(cli, server)


_ROWS = 2500  # more than the database is given at a time
_IN_THE_FREEZE = ["VALUE:1000", "INSERT INTO contact :2", "INSERT INTO recipient:1", "INSERT INTO batch:2"]


@pytest.mark.parametrize("moment", _IN_THE_FREEZE)
def test_signal_in_the_freeze_prepares_nothing_and_shows_nobody(moment: str, fresh: Cli, server: LocalSendGrid) -> None:
    _interrupted(fresh, server, "tests.acceptance.interrupting", INTERRUPT=moment)
    assert fresh.status()["state"] == "none"
    _send_to_everybody(fresh, server)


def test_signal_between_the_freeze_and_the_first_request_leaves_it_prepared(fresh: Cli, server: LocalSendGrid) -> None:
    _interrupted(fresh, server, "tests.support.crash_points", CRASH_POINT="prepared:1:SIGTERM")
    status = sound(fresh.status())
    assert (status["state"], status["pending"]) == ("prepared", _ROWS)
    _send_to_everybody(fresh, server)


def _interrupted(cli: Cli, server: LocalSendGrid, module: str, **extra: str) -> None:
    """Send to a list kept as a file by a command that is interrupted before its first request."""
    write_contacts(cli.workspace / "contacts" / "tous.csv", _ROWS)
    through(cli, server, batch_size=1000)
    wrapped = Cli(workspace=cli.workspace, home=cli.home, extra=cli.extra, module=(module,))
    done = wrapped.run(*TO_ALL, "--confirm", f"{STARTER}:{_ROWS}", extra=extra)
    assert done.code == 130, done.err
    assert "Traceback" not in done.err
    assert "@" not in done.err
    assert server.requests == ()


def _send_to_everybody(cli: Cli, server: LocalSendGrid) -> None:
    cli.ok(*TO_ALL, "--confirm", f"{STARTER}:{_ROWS}")
    assert sound(cli.status())["state"] == "finished"
    assert len({each.address for each in server.accepted}) == len(server.accepted) == _ROWS


def test_requests_that_are_too_large_are_cut_by_a_resume_with_smaller_batches(
    small: Cli, server: LocalSendGrid
) -> None:
    server.plan = FaultList([faults.OK, faults.TOO_LARGE])
    cli = through(small, server)
    done = cli.run(*SEND)
    assert done.code == 6
    assert "APES_MAILER_BATCH_SIZE" in done.err
    assert looked_at(cli, server)["submitted"] == 10
    cli.extra["APES_MAILER_BATCH_SIZE"] = "4"
    finish(cli, server)
    assert sorted(len(seen.recipients) for seen in server.requests[2:]) == [2] * 5 + [4] * 10


def test_progress_on_a_terminal_is_one_bar_that_ends_full(small: Cli, server: LocalSendGrid) -> None:
    cli, held = through(small, server, batch_size=1, in_flight=8), Held(server)
    window, terminal = os.openpty()
    with subprocess.Popen(
        _command(cli, *SEND),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**cli.environment(), "TERM": "xterm"},
    ) as process:
        os.close(terminal)
        server.wait_for(lambda journal: len(journal.requests) == 8)
        held.let_go()  # eight threads tell the bar at once
        shown = _what_stays(window)
        assert process.wait(60) == 0
    os.close(window)
    assert [line for line in shown if re.search(r"\d+/60", line)] == [line for line in shown if "60/60" in line]
    assert sum("60/60" in line for line in shown) == 1


def _what_stays(window: int) -> list[str]:
    """Read what a terminal is told until it is closed; return the lines that stay on it, each as last written."""
    told = b""
    while piece := _piece(window):
        told += piece
    lines = told.decode().split("\n")
    return [re.split(r"\x1b\[2K", line)[-1] for line in lines]


def _piece(window: int) -> bytes:
    try:
        return os.read(window, 4096)
    except OSError:  # how Linux says that the other side was closed
        return b""

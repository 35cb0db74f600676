"""What a person at a terminal is asked, and what the answers do. By the real command on a pseudo-terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.acceptance.looking import through
from tests.support.cli import STARTER, Cli, write_contacts
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals"),
]


def _answering(cli: Cli, question: str, answer: str | None, *arguments: str) -> tuple[int, str]:
    """Run a command on a terminal and type an answer when it asks; None is Ctrl-C."""
    import pty

    main, other = pty.openpty()
    command = [sys.executable, "-m", "apes_mailer", "--workspace", str(cli.workspace), *arguments]
    with subprocess.Popen(command, stdin=other, stdout=other, stderr=other, env=cli.environment()) as process:
        os.close(other)
        shown = _read_until(main, question)
        if answer is None:
            process.send_signal(signal.SIGINT)
        else:
            os.write(main, f"{answer}\n".encode())
        shown += _read_until(main, None)
        process.wait(60)
    os.close(main)
    return process.returncode, shown


def _read_until(terminal: int, wanted: str | None) -> str:
    text = b""
    while wanted is None or wanted.encode() not in text:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other side was closed
            break
        if not piece:
            break
        text += piece
    return text.decode()


@pytest.mark.parametrize(("typed", "code"), [("60", 0), ("59", 5), ("yes", 5), ("", 5)])
def test_person_types_the_count(typed: str, code: int, small: Cli, server: LocalSendGrid) -> None:
    through(small, server)
    done, shown = _answering(small, "Type the number", typed, "send", STARTER, "--to", "tous")
    assert done == code
    assert "Recipients" in shown
    assert len(server.accepted) == (60 if code == 0 else 0)
    assert small.status()["state"] == ("finished" if code == 0 else "none")


@pytest.mark.parametrize(("typed", "code", "members"), [("yes", 0, 3), ("oui", 0, 3), ("no", 5, 0), ("", 5, 0)])
def test_person_confirms_an_import(typed: str, code: int, members: int, fresh: Cli) -> None:
    path = write_contacts(fresh.home.parent / "liste.csv", 3)
    done, shown = _answering(fresh, "Type yes", typed, "contacts", "import", str(path), "--list", "tous")
    assert done == code
    assert "Not yet imported: 3 rows, 3 new" in shown
    found = {each["list"]: each["contacts"] for each in fresh.ok("contacts", "list", "--json").json()}
    assert found.get("tous", 0) == members


def test_ctrl_c_at_the_count_says_that_nothing_was_sent(small: Cli, server: LocalSendGrid) -> None:
    through(small, server)
    done, shown = _answering(small, "Type the number", None, "send", STARTER, "--to", "tous")
    assert done == 130
    assert "Cancelled: nothing was sent." in shown
    assert server.requests == ()
    assert small.status()["state"] == "none"


def test_ctrl_c_at_an_import_says_that_nothing_was_imported(fresh: Cli) -> None:
    path = write_contacts(fresh.home.parent / "liste.csv", 3)
    done, shown = _answering(fresh, "Type yes", None, "contacts", "import", str(path), "--list", "tous")
    assert done == 130
    assert "Cancelled: nothing was imported." in shown
    assert [each["list"] for each in fresh.ok("contacts", "list", "--json").json()] == ["staff"]

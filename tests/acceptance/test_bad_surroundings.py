"""What stands in the way of a command: a taken port, a list kept twice, a folder that may not be written."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.bad_input import IMPORT, LIST
from tests.support.cli import STARTER, Cli

pytestmark = pytest.mark.slow


def _import(cli: Cli) -> list[str]:
    return [word.replace("{workspace}", str(cli.workspace)) for word in IMPORT[:3]]


@pytest.mark.parametrize("command", ["serve", "preview"])
def test_port_that_is_taken(command: str, strict: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        what = [command] if command == "serve" else [command, STARTER, "--no-browser"]
        done = strict.run(*what, "--port", port)
    assert (done.code, done.out) == (1, "")
    assert f"Port {port} of 127.0.0.1 is taken" in done.err
    assert "use another port" in done.err


def test_list_kept_twice(strict: Cli) -> None:
    (strict.workspace / LIST).write_text("EMAIL\na@exemple.fr\nb@exemple.fr\n", encoding="utf-8")
    strict.ok(*_import(strict), "--list", "autres", "--yes")
    (strict.workspace / LIST).rename(strict.workspace / "contacts" / "autres.csv")
    done = strict.run("send", STARTER, "--to", "autres", "--confirm", f"{STARTER}:2")
    assert done.code == 1
    assert 'Two lists are called "autres": the file contacts/autres.csv, and one imported' in done.err
    assert "Rename the file" in done.err
    kept = [each["kept"] for each in strict.ok("contacts", "list", "--json").json() if each["list"] == "autres"]
    assert kept == ["contacts/autres.csv", "store"]


@pytest.mark.parametrize("command", [["contacts", "show"], ["contacts", "list"]], ids=" ".join)
def test_output_that_nobody_reads_to_its_end(command: list[str], strict: Cli) -> None:
    rows = "".join(f"p{number}@exemple.fr\n" for number in range(9_000))
    (strict.workspace / LIST).write_text(f"EMAIL\n{rows}", encoding="utf-8")
    strict.ok(*_import(strict), "--list", "tous", "--yes")
    arguments = [*command, "tous", "--limit", "9000"] if command[1] == "show" else command
    process = strict.start(*arguments)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) in {0, 1}
    assert "Traceback" not in err
    assert "BrokenPipe" not in err


# A process of the superuser may write anywhere unless it gives that right (CAP_DAC_OVERRIDE) away first.
_WITHOUT_OVERRIDE = """\
import ctypes, os, sys
if os.geteuid() == 0 and ctypes.CDLL(None).prctl(24, 1, 0, 0, 0):
    sys.exit("cannot give the right away")
os.execv(sys.executable, [sys.executable, "-m", "apes_mailer", *sys.argv[1:]])
"""

UNWRITABLE = [
    (["status", STARTER], "mailer.db cannot be opened or written"),
    (["new", "2027-02"], "campaigns/2027-02 cannot be made: Permission denied"),
    (["build", STARTER, "--out", "build"], "build: Permission denied"),
    (["init", "inside"], "inside: Permission denied"),
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
@pytest.mark.parametrize(("arguments", "said"), UNWRITABLE)
def test_folder_that_may_not_be_written(arguments: list[str], said: str, fresh: Cli) -> None:
    folders: list[Path] = [fresh.workspace, fresh.workspace / "campaigns"]
    for folder in folders:
        folder.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_OVERRIDE, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=fresh.environment(),
        cwd=fresh.workspace,
        check=False,
    )
    for folder in folders:
        folder.chmod(0o755)
    if "cannot give the right away" in done.stderr or (os.geteuid() == 0 and sys.platform != "linux"):
        pytest.skip("rights do not bind this user")
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert said in done.stderr
    assert "Check " in done.stderr
    assert "Traceback" not in done.stderr

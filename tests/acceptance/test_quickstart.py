"""The quickstart does what it says, command after command in an empty folder; so do the samples of the how-tos."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import REPOSITORY, Cli

pytestmark = pytest.mark.slow


def _commands(name: str = "quickstart.md") -> list[list[str]]:
    page = (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    lines = [shlex.split(line) for block in blocks for line in block.splitlines()]
    return lines[3:]  # after the installation, which test_packaging.py tries


def test_every_command_of_the_quickstart_works(tmp_path: Path) -> None:
    environment = Cli(workspace=tmp_path, home=tmp_path / "home").environment()
    folder, output = tmp_path, ""
    commands = _commands()
    assert len(commands) == 11
    for words in commands:
        if words[0] == "cd":
            folder = folder / words[1]
            continue
        assert words[0] == "apes-mailer"
        done = subprocess.run(
            [sys.executable, "-m", "apes_mailer", *words[1:]],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, f"{words}\n{done.stderr}"
        output += done.stdout + done.stderr
    assert "Look at them in your browser: " in output
    assert len(list(folder.glob("outbox/premier-numero/*/index.html"))) == 2
    assert "A test through outbox" in output
    assert (folder / "campaigns" / "2027-02" / "issue.yaml").is_file()
    assert "  campaigns/2027-02/issue.yaml:18 subject: Notre première lettre d’information\n" in output


def test_french_page_gives_the_same_commands() -> None:
    assert _commands("fr/demarrer.md") == _commands()


def test_samples_of_how_to_write_an_issue_are_sound(fresh: Cli) -> None:
    page = (REPOSITORY / "docs" / "how-to" / "write-an-issue.md").read_text(encoding="utf-8")
    head, tags = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    folder = fresh.workspace / "campaigns" / "2027-02"
    folder.mkdir()
    for text in (head, re.sub(r"^subject: .*\n", tags, head)):
        (folder / "issue.yaml").write_text(text, encoding="utf-8")
        assert "no error" in fresh.ok("check", "2027-02", "--to", "staff").err

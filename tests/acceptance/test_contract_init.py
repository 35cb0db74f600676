"""The contract for scripts: what ``init`` makes, and that it can be used at once. By the real command."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.looking import content, messages, sound, through
from tests.support.cli import STARTER, Cli, make_workspace, write_contacts
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow


def test_init_makes_these_files_and_asks_nothing(tmp_path: Path) -> None:
    cli = make_workspace(tmp_path / "new" / "workspace", tmp_path / "home")
    files = {path.relative_to(cli.workspace).as_posix() for path in cli.workspace.rglob("*") if path.is_file()}
    assert files == {
        "apes-mailer.toml",
        ".gitignore",
        "secret.key",
        "issue.schema.json",
        f"campaigns/{STARTER}/issue.yaml",
        f"campaigns/{STARTER}/images/semis.jpg",
        "contacts/staff.csv",
        "templates/README.txt",
    }
    assert [path.name for path in (cli.workspace / "campaigns").iterdir()] == [STARTER]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_secret_is_for_its_owner_only(fresh_workspace: Cli) -> None:
    assert stat.S_IMODE((fresh_workspace.workspace / "secret.key").stat().st_mode) == 0o600


def test_git_never_sees_secrets_lists_database_or_outbox(fresh: Cli) -> None:
    fresh.ok("test", STARTER)
    write_contacts(fresh.workspace / "contacts" / "tous.csv", 1)
    write_contacts(fresh.workspace / "export.csv", 1)
    (fresh.workspace / "une-lettre.eml").write_bytes(b"To: quelqu.un@exemple.example\n")
    subprocess.run(["git", "init", "--quiet", str(fresh.workspace)], check=True, env=fresh.environment())
    done = subprocess.run(
        ["git", "-C", str(fresh.workspace), "ls-files", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
        env=fresh.environment(),
    )
    assert set(done.stdout.split()) == {
        ".gitignore",
        "apes-mailer.toml",
        "issue.schema.json",
        f"campaigns/{STARTER}/issue.yaml",
        f"campaigns/{STARTER}/images/semis.jpg",
        "templates/README.txt",
    }


def test_commands_work_in_the_folder_and_from_outside(fresh: Cli) -> None:
    def run(folder: Path, *arguments: str) -> str:
        command = [sys.executable, "-m", "apes_mailer", *arguments]
        done = subprocess.run(
            command, cwd=folder, env=fresh.environment(), capture_output=True, text=True, check=True, encoding="utf-8"
        )
        return done.stdout

    folder, other = fresh.workspace, fresh.workspace.parent
    outputs = [
        run(folder, "status", STARTER, "--json"),
        run(folder / "campaigns", "status", STARTER, "--json"),
        run(other, "--workspace", str(folder), "status", STARTER, "--json"),
        run(other, "status", STARTER, "--json", "--workspace", folder.name),
        run(other, "status", f"--workspace={folder}", STARTER, "--json"),
    ]
    assert len(set(outputs)) == 1
    assert json.loads(outputs[0])["state"] == "none"


def test_new_workspace_sends_at_once_with_the_environment_only(fresh: Cli, server: LocalSendGrid) -> None:
    through(fresh, server)
    path = write_contacts(fresh.home.parent / "liste.csv", 30)
    fresh.ok("contacts", "import", str(path), "--list", "tous", "--yes")
    done = fresh.ok("send", STARTER, "--to", "tous", "--provider", "sendgrid", "--confirm", f"{STARTER}:30", "--json")
    assert sound(done.json())["state"] == "finished"
    assert len(server.accepted) == len({each.address for each in server.accepted}) == 30
    assert server.journal.violations == []


def test_footer_shows_the_address_of_the_reader_in_html_and_text(fresh: Cli) -> None:
    fresh.ok("test", STARTER)
    (message,) = messages(fresh)
    for kind in ("html", "plain"):
        assert "collegue@example.org" in content(message, kind)
        assert "contact.EMAIL" not in content(message, kind)
    fresh.ok("build", STARTER, "--out", str(fresh.workspace / "build"))
    for suffix in ("html", "txt"):
        assert "contact.EMAIL" in (fresh.workspace / "build" / f"issue.{suffix}").read_text(encoding="utf-8")

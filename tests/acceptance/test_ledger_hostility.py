"""A ledger that was restored, copied or parted from its secret: nobody is lost, nobody is mailed twice."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.looking import SEND, through
from tests.acceptance.trouble import finish, looked_at, stop_after
from tests.support import faults
from tests.support.cli import STARTER, Cli, Done, write_contacts
from tests.support.faults import FaultList
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow


def _backup(cli: Cli, to: Path) -> Path:
    """Take a backup of the database, as a good backup program does."""
    with closing(sqlite3.connect(cli.workspace / "mailer.db")) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
    return to


def _restore(cli: Cli, saved: Path) -> None:
    """Put a backup back into the same file."""
    for suffix in ("-wal", "-shm"):
        (cli.workspace / f"mailer.db{suffix}").unlink(missing_ok=True)
    (cli.workspace / "mailer.db").write_bytes(saved.read_bytes())


def _copy(cli: Cli, folder: Path, *, home: Path) -> Cli:
    """Copy the whole workspace in the middle of its campaign."""
    shutil.copytree(cli.workspace, folder)
    return Cli(workspace=folder, home=home, extra=cli.extra)


def stopped_once(cli: Cli, server: LocalSendGrid, *command: str) -> Done:
    """Run what would send from an older database: it says so and sends nothing; return what it says."""
    before = len(server.accepted)
    done = cli.run(*command)
    assert (done.code, len(server.accepted)) == (1, before)
    assert "Nothing was sent." in done.err
    assert "apes-mailer suppressions sync" in done.err
    return done


def test_restored_ledger_that_does_not_know_who_left_stops_the_send_though_nothing_was_sent_since(
    small: Cli, server: LocalSendGrid, tmp_path: Path
) -> None:
    cli = through(small, server)
    saved = _backup(cli, tmp_path / "before.db")
    cli.ok("suppressions", "add", "quelqu.un@exemple.example")
    _restore(cli, saved)
    assert "older than what people said since" in stopped_once(cli, server, *SEND).err
    cli.ok(*SEND)


def test_ledger_restored_from_yesterday_puts_the_rest_in_doubt_and_mails_nobody_twice(
    small: Cli, server: LocalSendGrid, tmp_path: Path
) -> None:
    cli = through(small, server, batch_size=20)
    stop_after(cli, server, 1)
    saved = _backup(cli, tmp_path / "yesterday.db")
    cli.ok("resume", STARTER)
    assert len(server.accepted) == 60
    _restore(cli, saved)
    assert "is older than what was sent" in cli.status()["doubt"]
    done = stopped_once(cli, server, "resume", STARTER)
    assert "mailer.db is older than what was sent from this computer" in done.err
    assert f'What was still pending of "{STARTER}" is in doubt now' in done.err
    status = looked_at(cli, server)
    assert (status["state"], status["submitted"], status["unknown"], status["pending"]) == ("incomplete", 20, 40, 0)
    assert len(server.accepted) == 60


def test_ledger_copied_to_another_computer_puts_the_rest_in_doubt(
    small: Cli, server: LocalSendGrid, tmp_path: Path
) -> None:
    cli = through(small, server)
    stop_after(cli, server, 2)
    elsewhere = _copy(cli, tmp_path / "copy", home=tmp_path / "another home")
    cli.ok("resume", STARTER)
    assert len(server.accepted) == 60
    done = elsewhere.run("resume", STARTER)
    assert done.code == 6
    assert "mailer.db was copied: it comes from another computer, another disk or a backup," in done.err
    assert f'What was still pending of "{STARTER}" is in doubt now' in done.err
    status = looked_at(elsewhere, server)
    assert (status["state"], status["submitted"], status["unknown"]) == ("incomplete", 20, 40)
    again = elsewhere.run("resume", STARTER)
    assert (again.code, "is in doubt now" in again.err) == (6, False)
    assert len(server.accepted) == 60


def test_original_is_not_trusted_once_its_copy_has_sent(small: Cli, server: LocalSendGrid, tmp_path: Path) -> None:
    cli = through(small, server, batch_size=20)
    stop_after(cli, server, 1)
    copied = _copy(cli, tmp_path / "copy", home=cli.home)
    assert copied.run("resume", STARTER).code == 6
    copied.ok("resolve", STARTER, "2", "--as", "pending", "--confirm", f"{STARTER}:20")
    assert copied.run("resume", STARTER).code == 6
    assert len(server.accepted) == 40
    done = stopped_once(cli, server, "resume", STARTER)
    assert "mailer.db is older than what was sent from this computer" in done.err
    status = looked_at(cli, server)
    assert (status["submitted"], status["unknown"], status["pending"]) == (20, 40, 0)
    assert len(server.accepted) == 40


def test_what_a_killed_sender_wrote_last_is_lost_and_the_rest_is_in_doubt(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    stop_after(cli, server, 2)
    server.plan = FaultList([faults.OK] * 4, then=faults.ACCEPT_THEN_HANG)
    process = cli.start("resume", STARTER)
    server.wait_for(lambda journal: len(journal.accepted) == 50)
    process.kill()
    process.communicate()
    for suffix in ("-wal", "-shm"):
        (cli.workspace / f"mailer.db{suffix}").unlink()
    done = stopped_once(cli, server, "resume", STARTER)
    assert "it knows of 2 requests to a provider, and 5 were made" in done.err
    status = looked_at(cli, server)
    assert (status["submitted"], status["unknown"], status["pending"]) == (20, 40, 0)
    assert len(server.accepted) == 50


def test_renamed_workspace_goes_on_as_if_nothing_had_happened(
    small: Cli, server: LocalSendGrid, tmp_path: Path
) -> None:
    cli = through(small, server)
    stop_after(cli, server, 2)
    cli.workspace.rename(tmp_path / "renamed")
    cli.workspace = tmp_path / "renamed"
    finish(cli, server)


@pytest.mark.parametrize("lost", [[], ["mailer.db-mark"]], ids=["both marks", "the mark at home only"])
def test_campaign_that_the_restored_ledger_does_not_know_is_not_sent_again(
    lost: list[str], small: Cli, server: LocalSendGrid, tmp_path: Path
) -> None:
    cli = through(small, server)
    saved = _backup(cli, tmp_path / "before.db")
    cli.ok(*SEND)
    _restore(cli, saved)
    for name in lost:
        (cli.workspace / name).unlink()
    assert cli.status()["state"] == "none"
    stopped_once(cli, server, *SEND)
    for _ in range(2):
        done = cli.run(*SEND)
        assert done.code == 1
        assert "has already been handed to a provider from this computer" in done.err
        assert "never prepared a second time" in done.err
        assert "send what is missing as a new campaign" in done.err
    assert len(server.accepted) == 60


def test_restored_ledger_still_sends_other_campaigns(small: Cli, server: LocalSendGrid, tmp_path: Path) -> None:
    cli = through(small, server)
    saved = _backup(cli, tmp_path / "before.db")
    cli.ok(*SEND)
    _restore(cli, saved)
    cli.ok("new", "suite", "--from", STARTER)
    send = ("send", "suite", "--to", "tous", "--confirm", "suite:60")
    stopped_once(cli, server, *send)
    cli.ok(*send)
    assert cli.status("suite")["state"] == "finished"
    assert cli.run(*SEND).code == 1
    assert len(server.accepted) == 120


def test_ledger_of_another_secret_is_refused(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    (cli.workspace / "secret.key").write_text("0" * 64 + "\n", encoding="ascii")
    done = cli.run(*SEND)
    assert done.code == 4
    assert "secret.key is not the one that mailer.db was made with" in done.err
    assert "Bring both back from the same backup" in done.err
    assert server.requests == ()


def test_campaign_of_a_ledger_that_was_deleted_is_not_sent_again(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    write_contacts(cli.workspace / "contacts" / "fichier.csv", 60)
    send = ("send", STARTER, "--to", "fichier", "--confirm", f"{STARTER}:60")
    cli.ok(*send)
    (cli.workspace / "mailer.db").unlink()
    done = cli.run(*send)
    assert done.code == 1
    assert "has already been handed to a provider from this computer" in done.err
    assert len(server.accepted) == 60
    status = cli.status()
    assert status["state"] == "none"
    assert "was handed to a provider from this computer, and this database does not know of it" in status["doubt"]

"""``report``: what became of a campaign, by the real command."""

from __future__ import annotations

import csv
import os
import stat
from pathlib import Path

import pytest

from tests.acceptance.looking import SEND, through
from tests.acceptance.trouble import finish, stop_after
from tests.support.cli import STARTER, Cli
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow


def test_nothing_sent_is_nothing_to_report(small: Cli) -> None:
    assert small.ok("report").out == "No campaign has been sent yet. To send one: apes-mailer send NAME --to LIST\n"
    assert small.ok("report", "--json").json() == []
    done = small.run("report", STARTER)
    assert (done.code, done.out) == (2, "")
    assert f'"{STARTER}" has not been sent' in done.err
    assert small.run("report", "zut").code == 2


def test_rehearsal_is_kindly_no_report(small: Cli) -> None:
    small.ok("test", STARTER)
    done = small.run("report", STARTER)
    assert done.code == 2
    assert "only rehearsed" in done.err
    assert f"apes-mailer status {STARTER}" in done.err


def test_report_of_a_paused_and_of_a_finished_campaign(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    stop_after(cli, server, 2)
    status = cli.status()
    paused = cli.ok("report", STARTER, "--json").json()
    for name in ("state", "candidates", "recipients", "submitted", "pending", "unknown", "refused", "excluded"):
        assert paused[name] == status[name]
    assert [each["cause"] for each in paused["sending"]["pauses"]] == ["a person stopped it"]
    finish(cli, server)
    finished = cli.ok("report", STARTER, "--json").json()
    assert (finished["state"], finished["submitted"], finished["feedback"]) == ("finished", 60, None)
    assert finished["sending"]["pauses"][0]["until"]
    assert (
        finished["letters"][0]["digest"]
        == cli.ok("why", STARTER, "personne1@exemple1.example", "--json").json()["answers"][0]["template_sha256"]
    )
    assert cli.ok("report").out.startswith(f"{STARTER}  ")


def test_report_is_written_in_the_form_that_the_name_asks_for(
    small: Cli, server: LocalSendGrid, tmp_path: Path
) -> None:
    cli = through(small, server)
    cli.ok(*SEND)
    french = {"APES_MAILER_LANGUAGE": "fr"}
    page, table, document = (tmp_path / f"rapport.{kind}" for kind in ("html", "csv", "json"))
    for file in (page, table, document):
        done = cli.ok("report", STARTER, "--out", str(file), extra=french)
        assert done.out == ""
    assert '<html lang="fr"' in page.read_text(encoding="utf-8")
    assert table.read_bytes().startswith("\ufeffCAMPAIGN;SECTION;".encode())
    assert table.read_text(encoding="utf-8-sig") == cli.ok("report", STARTER, "--csv", extra=french).out
    assert '"submitted": 60' in document.read_text(encoding="utf-8")
    assert "Destinataires" in cli.ok("report", STARTER, extra=french).out
    again = cli.run("report", STARTER, "--out", str(page))
    assert again.code == 2
    assert "is there already" in again.err
    assert cli.run("report", STARTER, "--out", str(tmp_path / "rapport.pdf")).code == 2
    assert cli.run("report", STARTER, "--csv", "--json").code == 2
    assert cli.run("report", "--csv").code == 2


def test_proof_has_every_candidate_once_for_its_owner_alone(small: Cli, server: LocalSendGrid, tmp_path: Path) -> None:
    cli = through(small, server)
    cli.ok("suppressions", "add", "personne7@exemple7.example")
    cli.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:59")
    file = tmp_path / "preuve.csv"
    done = cli.ok("report", STARTER, "--recipients", str(file))
    assert "60 candidates" in done.err
    assert done.out == ""
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened, delimiter=";"))
    addresses = {row["EMAIL"]: row for row in rows}
    assert len(addresses) == len(rows) == 60
    left_out = addresses.pop("personne7@exemple7.example")
    assert (left_out["STATE"], left_out["REASON"]) == ("excluded, nothing was sent", "taken out by hand")
    assert {row["STATE"] for row in addresses.values()} == {"accepted by the provider"}
    assert all(row["LEFT AT (UTC)"] for row in addresses.values())
    assert set(addresses) == {each.address for each in server.accepted}
    assert cli.run("report", STARTER, "--recipients", str(file)).code == 2

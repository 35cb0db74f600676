"""A correction goes to exactly those who got the letter that it corrects, whatever happens on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.looking import sound, through
from tests.acceptance.trouble import finish, stop_after
from tests.support import faults
from tests.support.cli import STARTER, Cli
from tests.support.crash_points import POINTS
from tests.support.faults import FaultList
from tests.support.local_sendgrid import LocalSendGrid
from tests.support.sendgrid_merge import merged

pytestmark = pytest.mark.slow

NAME = "correction"
SEND = ("send", NAME)


def _make(cli: Cli, name: str = NAME, of: str = STARTER) -> None:
    cli.ok("new", name, "--correction-of", of)
    file = cli.workspace / "campaigns" / name / "issue.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.splitlines()[1].startswith(f'correction_of: "{of}"')
    assert text.count("correction_of") == 1
    file.write_text(text.replace("subject: Notre première lettre", f"subject: Correction de {of}"), encoding="utf-8")


def _survey(cli: Cli, *more: str, name: str = NAME) -> dict[str, Any]:
    return cli.ok("send", name, "--dry-run", "--json", *more).json()


def _send(cli: Cli, *more: str, name: str = NAME) -> dict[str, Any]:
    count = _survey(cli, *more, name=name)["recipients"]
    cli.ok("send", name, "--confirm", f"{name}:{count}", *more)
    return sound(cli.status(name))


def _letters(server: LocalSendGrid) -> list[tuple[str, str]]:
    """The address and the subject of every letter that the provider took."""
    taken = [request for request in server.requests if request.accepted]
    return [
        (address, merged(request.raw, index)["subject"])
        for request in taken
        for index, address in enumerate(request.recipients)
    ]


def _got(server: LocalSendGrid, subject: str) -> list[str]:
    return sorted(address for address, own in _letters(server) if subject in own)


def _first_got(server: LocalSendGrid) -> list[str]:
    return _got(server, "Notre première lettre")


def test_paused_letter_is_corrected_for_those_who_got_it(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    stop_after(cli, server, 2)
    _make(cli)
    reached = _first_got(server)
    gone = reached[3]
    cli.ok("suppressions", "add", gone)
    survey = cli.ok(*SEND, "--dry-run")
    assert f"{STARTER}: 20 of 60 recipients, those who got it" in survey.err
    assert "40 recipients" in survey.err
    assert "Resuming it sends them the letter as it was" in survey.err
    status = _send(cli)
    assert (status["candidates"], status["recipients"], status["submitted"]) == (60, 19, 19)
    assert status["excluded"] == {"not_reached": 40, "suppressed": 1}
    assert (status["list"], status["correction_of"]) == ("tous", STARTER)
    assert _got(server, f"Correction de {STARTER}") == [each for each in reached if each != gone]
    waiting = next(each for each in _everybody() if each not in reached)
    answer = cli.ok("why", NAME, waiting, "--json").json()["answers"][0]
    assert (answer["verdict"], answer["reason"], answer["detail"]) == ("excluded", "not_reached", "pending")
    resumed = cli.run("resume", STARTER)
    assert f"{NAME} corrected this letter for those who had it by then" in resumed.err
    assert cli.ok("report", NAME, "--json").json()["correction_of"] == STARTER


def _everybody() -> list[str]:
    return [f"personne{number}@exemple{number % 37}.example" for number in range(60)]


def test_those_in_doubt_get_it_by_choice(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    server.plan = FaultList([faults.OK, faults.answers(500, "broken", accepts=True)])
    cli.run("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
    assert cli.status()["unknown"] == 10
    _make(cli)
    assert _survey(cli)["excluded"] == {"in_doubt": 10}
    assert "add --also-in-doubt" in cli.ok(*SEND, "--dry-run").err
    assert _survey(cli, "--also-in-doubt")["excluded"] == {}
    status = _send(cli, "--also-in-doubt")
    assert status["submitted"] == 60
    assert _got(server, f"Correction de {STARTER}") == sorted(_everybody())


def test_who_came_later_is_not_among_them_and_values_are_those_of_today(
    small: Cli, server: LocalSendGrid, tmp_path: Path
) -> None:
    cli = through(small, server)
    cli.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
    file = tmp_path / "plus.csv"
    file.write_text(
        "EMAIL;PRENOM\nnouvelle@exemple.example;Nora\npersonne1@exemple1.example;Corrigée\n", encoding="utf-8"
    )
    cli.ok("contacts", "import", str(file), "--list", "tous", "--yes")
    _make(cli)
    issue = cli.workspace / "campaigns" / NAME / "issue.yaml"
    text = issue.read_text(encoding="utf-8")
    issue.write_text(text.replace(f"Correction de {STARTER}", "Pardon <<contact.PRENOM|vous>>"), encoding="utf-8")
    _send(cli)
    assert _got(server, "Pardon") == sorted(_everybody())
    subjects = {address: subject for address, subject in _letters(server) if "Pardon" in subject}
    assert subjects["personne1@exemple1.example"] == "Pardon Corrigée"
    assert subjects["personne2@exemple2.example"] == "Pardon Prénom 2"


def test_list_kept_as_a_file_that_is_gone_since(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    amis = cli.workspace / "contacts" / "amis.csv"
    amis.write_text("EMAIL;PRENOM\na@exemple.example;Ana\nb@exemple.example;Bob\n", encoding="utf-8")
    issue = cli.workspace / "campaigns" / STARTER / "issue.yaml"
    text = issue.read_text(encoding="utf-8").replace("subject: Notre", "subject: <<contact.PRENOM|vous>>, notre")
    issue.write_text(text, encoding="utf-8")
    cli.ok("send", STARTER, "--to", "amis", "--confirm", f"{STARTER}:2")
    _make(cli)
    amis.write_text("EMAIL;PRENOM\na@exemple.example;Anna\nc@exemple.example;Clé\n", encoding="utf-8")
    assert _survey(cli)["recipients"] == 2
    amis.unlink()
    _send(cli)
    assert [subject.split(",")[0] for _, subject in _letters(server)] == ["Ana", "Bob"] * 2


def test_correction_of_a_correction(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    stop_after(cli, server, 2)
    _make(cli)
    _send(cli)
    finish_first = cli.run("resume", STARTER)
    assert finish_first.code == 0
    _make(cli, "seconde", of=NAME)
    status = _send(cli, name="seconde")
    assert (status["candidates"], status["submitted"], status["correction_of"]) == (20, 20, NAME)
    assert len(server.accepted) == 60 + 20 + 20


@pytest.mark.parametrize("point", POINTS)
def test_crash_of_a_correction_at_each_step(point: str, small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    stop_after(cli, server, 3)
    _make(cli)
    reached = _first_got(server)
    cli.module = ("tests.support.crash_points",)
    cli.run(*SEND, "--confirm", f"{NAME}:30", extra={"CRASH_POINT": f"{point}:1:SIGKILL"})
    cli.module = ("apes_mailer",)
    for _ in range(6):
        status = sound(cli.status(NAME)) if cli.status(NAME)["state"] != "none" else cli.status(NAME)
        if status["state"] == "finished":
            break
        if status["state"] == "none":
            cli.run(*SEND, "--confirm", f"{NAME}:30")
            continue
        marks = {each.attempt for each in server.accepted}
        for batch in [batch for batch in status["batches"] if batch["state"] == "unknown"]:
            to = "submitted" if batch["attempt"] in marks else "pending"
            confirm = ("--confirm", f"{NAME}:{batch['recipients']}") if to == "pending" else ()
            cli.ok("resolve", NAME, str(batch["no"]), "--as", to, *confirm)
        cli.run("resume", NAME)
    assert cli.status(NAME)["submitted"] == 30
    assert _got(server, f"Correction de {STARTER}") == reached
    finish_count = len(_first_got(server))
    cli.ok("resume", STARTER)
    assert (finish_count, len(_first_got(server))) == (30, 60)


def test_crash_of_the_letter_leaves_its_doubtful_batch_out(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    cli.module = ("tests.support.crash_points",)
    cli.run("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60", extra={"CRASH_POINT": "answered:3:SIGKILL"})
    cli.module = ("apes_mailer",)
    _make(cli)
    survey = _survey(cli)
    assert survey["excluded"] == {"in_doubt": 10, "not_reached": 30}
    _send(cli)
    recorded = _first_got(server)
    corrected = _got(server, f"Correction de {STARTER}")
    assert len(corrected) == 20
    assert set(corrected) < set(recorded)


def test_what_cannot_be_corrected_is_said(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    never = cli.run("new", NAME, "--correction-of", STARTER)
    assert never.code == 2
    assert f'"{STARTER}" has not been sent' in never.err
    assert not (cli.workspace / "campaigns" / NAME).exists()
    assert cli.run("new", NAME, "--correction-of", STARTER, "--from", STARTER).code == 2
    cli.ok("test", STARTER)
    assert cli.run("new", NAME, "--correction-of", STARTER).code == 2, "a test reached colleagues only"
    cli.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
    not_a_correction = cli.run("send", STARTER, "--to", "tous", "--also-in-doubt")
    assert (not_a_correction.code, "is no correction" in not_a_correction.err) == (2, True)
    _make(cli)
    with_list = cli.run(*SEND, "--to", "tous", "--confirm", f"{NAME}:60")
    assert with_list.code == 2
    assert "delete the line correction_of" in with_list.err
    cli.ok("new", "autre", "--from", NAME)
    assert "correction_of" not in (cli.workspace / "campaigns" / "autre" / "issue.yaml").read_text(encoding="utf-8")
    assert _survey(cli, "--to", "tous", name="autre")["recipients"] == 60


def test_rehearsal_of_a_correction_counts_the_same(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    stop_after(cli, server, 2)
    _make(cli)
    cli.ok(*SEND, "--provider", "outbox", "--confirm", f"{NAME}:20")
    assert cli.status(NAME)["state"] == "none"
    assert cli.status(NAME)["rehearsals"][0]["recipients"] == 20
    finish(cli, server)

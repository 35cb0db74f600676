"""A letter goes out without any server of ours: readers say no through the provider or by mail."""

from __future__ import annotations

import email
import json
from collections.abc import Generator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.support.cli import STARTER, Cli, Done, make_workspace, sendgrid_environment
from tests.support.local_sendgrid import API_KEY, LocalSendGrid

pytestmark = pytest.mark.slow

PEOPLE = ["aicha@exemple.fr", "bruno@exemple.fr", "chloe@exemple.fr"]
MAIL = '[unsubscribe]\nby = "mail"\nmailto = "non@example.org"\n'
GROUP = '[unsubscribe]\nby = "provider"\n[sendgrid]\nasm_group = 4321\n'


PLAIN = """\
subject: Ce qui lève au jardin en juillet
preheader: Du pain, des mains et trois rendez-vous à ne pas laisser passer
title: Ce qui lève en juillet
blocks:
  - type: editorial
    text: Bonjour à vous, voici ce qui pousse au jardin ce mois-ci, et qui y met les mains avec nous.
"""


@pytest.fixture
def server() -> Generator[LocalSendGrid]:
    with LocalSendGrid() as running:
        yield running


@pytest.fixture
def cli(tmp_path: Path, server: LocalSendGrid) -> Cli:
    """A workspace without public address whose letter shows no picture, and a list of three."""
    made = make_workspace(tmp_path / "workspace", tmp_path / "home")
    (made.workspace / "contacts" / "tous.csv").write_text("\n".join(["EMAIL", *PEOPLE]) + "\n", encoding="utf-8")
    made.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=2)
    del made.extra["APES_MAILER_PUBLIC_URL"]
    return made


def _set(cli: Cli, text: str) -> None:
    with (cli.workspace / "apes-mailer.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{text}")


def _without_pictures(cli: Cli) -> None:
    (cli.workspace / "campaigns" / STARTER / "issue.yaml").write_text(PLAIN, encoding="utf-8")


def _send(cli: Cli, count: int = 3) -> dict[str, Any]:
    return cli.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:{count}", "--json").json()


def _bodies(server: LocalSendGrid) -> list[dict[str, Any]]:
    return [json.loads(request.raw) for request in server.requests if request.accepted]


def _messages(cli: Cli) -> list[Message]:
    return [email.message_from_bytes(path.read_bytes()) for path in sorted((cli.workspace / "outbox").rglob("*.eml"))]


def test_reader_who_writes_is_never_mailed_again(cli: Cli, server: LocalSendGrid) -> None:
    _set(cli, MAIL)
    _without_pictures(cli)
    assert _send(cli)["submitted"] == 3
    (body,) = _bodies(server)
    people: list[dict[str, Any]] = body["personalizations"]
    links: dict[str, str] = {each["to"][0]["email"]: each["headers"]["List-Unsubscribe"][1:-1] for each in people}
    assert sorted(links) == PEOPLE
    link = urlsplit(links["bruno@exemple.fr"])
    assert (link.scheme, link.path) == ("mailto", "non@example.org")
    subject = unquote(link.query.removeprefix("subject="))

    done = cli.ok("suppressions", "unsubscribe", f"Re: {subject}", "--json")

    assert done.json() == {"read": 1, "unsubscribed": 1}
    (held,) = cli.ok("suppressions", "list", "--json").json()
    assert (held["address"], held["list"], held["cause"]) == ("bruno@exemple.fr", None, "unsubscribed")
    cli.ok("new", "2027-02", "--from", STARTER)
    again = cli.run("send", "2027-02", "--to", "tous", "--dry-run", "--json", "--confirm", "2027-02:2")
    assert again.json()["excluded"] == {"suppressed": 1}, again.err


def test_subject_that_names_nobody_is_told_and_the_others_are_done(cli: Cli) -> None:
    done = cli.run("suppressions", "unsubscribe", "unsubscribe " + "A" * 55)
    assert done.code == 1
    assert "names nobody" in done.err
    assert "suppressions add ADDRESS" in done.err
    assert "Traceback" not in done.err
    assert cli.ok("suppressions", "list", "--json").json() == []


def test_provider_takes_the_no_of_readers(cli: Cli, server: LocalSendGrid) -> None:
    _set(cli, GROUP)
    _without_pictures(cli)
    assert _send(cli)["submitted"] == 3
    (body,) = _bodies(server)
    assert body["asm"] == {"group_id": 4321}
    assert not [each for each in body["personalizations"] if "headers" in each]
    assert all("<%asm_group_unsubscribe_raw_url%>" in part["value"] for part in body["content"])
    why = cli.ok("why", STARTER, PEOPLE[0], "--json").json()
    assert [answer["verdict"] for answer in why["answers"]] == ["submitted"]


@pytest.mark.parametrize("settings", [MAIL, GROUP], ids=["mail", "provider"])
def test_rehearsal_is_the_letter_that_goes_out(cli: Cli, settings: str) -> None:
    _set(cli, settings)
    _without_pictures(cli)
    rehearsed = cli.ok("send", STARTER, "--to", "tous", "--provider", "outbox", "--confirm", f"{STARTER}:3", "--json")
    _send(cli)
    answers = cli.ok("why", STARTER, PEOPLE[0], "--json").json()["answers"]
    assert {answer["kind"] for answer in answers} == {"send", "rehearsal"}, rehearsed.out
    assert len({answer["message_sha256"] for answer in answers}) == 1
    by_mail = settings is MAIL
    for message in _messages(cli):
        assert (message["List-Unsubscribe"] or "").startswith("<mailto:non@example.org?") == by_mail
        assert message["List-Unsubscribe-Post"] is None


def _place(checked: Done, code: int) -> list[str]:
    """Return how grave it is that readers could load no picture, as a check says it that ends with this exit code."""
    assert checked.code == code, checked.err
    return [each["severity"] for each in checked.json()["findings"] if each["rule"] == "picture-place"]


def test_pictures_that_nobody_could_load_stop_a_send_and_not_a_rehearsal(cli: Cli, server: LocalSendGrid) -> None:
    _set(cli, MAIL)
    assert _place(cli.run("check", STARTER, "--json", extra={"APES_MAILER_PROVIDER": "outbox"}), 0) == ["warning"]
    assert _place(cli.run("check", STARTER, "--json"), 3) == ["error"]
    for command in (("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:3"), ("test", STARTER)):
        done = cli.run(*command)
        assert done.code == 4
        assert "could not load the pictures" in done.err
        assert "[publish]" in done.err
    cli.ok("test", STARTER, "--provider", "outbox")
    assert not server.requests

    _set(cli, '[publish]\nto = "folder"\nfolder = "site"\nurl = "https://jardin.example/lettres"\n')
    cli.ok("publish", STARTER)
    assert _place(cli.run("check", STARTER, "--json"), 0) == []
    cli.ok("test", STARTER)
    (body,) = _bodies(server)
    assert 'src="https://jardin.example/lettres/pictures/' in body["content"][1]["value"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("", 'by = "mail"'),
        ('[unsubscribe]\nby = "provider"\n', "asm_group = 12345"),
        ('[unsubscribe]\nby = "pigeon"\n', "unsubscribe.by"),
    ],
)
def test_settings_that_leave_readers_no_way_out_are_refused_with_the_cure(cli: Cli, settings: str, said: str) -> None:
    _set(cli, settings)
    done = cli.run("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:3")
    assert done.code == 4
    assert said in done.err
    assert "Traceback" not in done.err

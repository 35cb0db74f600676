"""What stops a send (a person, the provider, the network), and how ``resume`` goes on with the letter as it was."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from tests.acceptance.looking import SEND, through
from tests.acceptance.trouble import ALL, finish, looked_at, stop_after, under
from tests.support import faults
from tests.support.cli import STARTER, Cli, Done
from tests.support.faults import Fault, FaultList
from tests.support.journal import SeenRequest
from tests.support.listener import Listener
from tests.support.local_sendgrid import API_KEY, LocalSendGrid

pytestmark = pytest.mark.slow


def test_pause_from_another_command_then_resume(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    paused: list[Done] = []

    def pause(seen: SeenRequest) -> None:
        if seen.seq == 2:
            paused.append(cli.run("pause", STARTER))

    server.on_received = pause
    done = cli.run(*SEND)
    assert [each.code for each in paused] == [0]
    assert done.code == 6
    assert "a person paused it" in done.err
    assert f"apes-mailer resume {STARTER}" in done.err
    status = looked_at(cli, server)
    assert (status["state"], status["submitted"], status["pending"]) == ("paused", 20, 40)
    finish(cli, server)


def test_second_send_of_a_campaign_says_that_it_is_never_prepared_again(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    stop_after(cli, server, 2)
    while_paused = cli.run(*SEND)
    finish(cli, server)
    once_finished = cli.run(*SEND)
    for done in (while_paused, once_finished):
        assert done.code == 1
        assert f'"{STARTER}" has been sent, or begun; it is never prepared a second time' in done.err
        assert f"apes-mailer resume {STARTER}" in done.err
    assert len(server.accepted) == 60


def _edit(folder: Path) -> None:
    issue = folder / "issue.yaml"
    text = issue.read_text(encoding="utf-8")
    text = text.replace("subject: Notre première lettre", "subject: Une tout autre lettre")
    issue.write_text(text.replace("Semer, puis donner", "Récolter, puis donner"), encoding="utf-8")


def _break(folder: Path) -> None:
    (folder / "issue.yaml").write_text("subject: [", encoding="utf-8")


def _another_picture(folder: Path) -> None:
    picture = folder / "images" / "semis.jpg"
    picture.write_bytes(picture.read_bytes() + b"\0")


def _letter(seen: SeenRequest) -> dict[str, Any]:
    """Return what a request says to everybody in it: sender, subject, HTML, text."""
    body = cast("dict[str, Any]", seen.body)
    return {name: value for name, value in body.items() if name != "personalizations"}


@pytest.mark.parametrize("change", [_edit, _break, _another_picture, shutil.rmtree])
def test_resume_sends_the_letter_as_it_was_and_says_so(
    change: Callable[[Path], None], small: Cli, server: LocalSendGrid
) -> None:
    cli = through(small, server)
    stop_after(cli, server, 2)
    change(cli.workspace / "campaigns" / STARTER)
    done = cli.ok("resume", STARTER)
    assert f"campaigns/{STARTER}/issue.yaml has changed since this campaign was prepared" in done.err
    assert "What goes out is the letter as it was then" in done.err
    assert looked_at(cli, server)["state"] == "finished"
    first, *others = map(_letter, server.requests)
    assert len(others) == 5
    assert all(other == first for other in others)


def test_settings_changed_meanwhile_do_not_change_the_letter(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    stop_after(cli, server, 2)
    settings = cli.workspace / "apes-mailer.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("lettre@example.org", "autre@example.org"), encoding="utf-8")
    cli.extra["APES_MAILER_PUBLIC_URL"] = "https://ailleurs.example.org"
    finish(cli, server)
    first, *others = map(_letter, server.requests)
    assert first["from"]["email"] == "lettre@example.org"
    assert all(other == first for other in others)
    assert not any(b"ailleurs" in seen.raw for seen in server.requests)


STOPS: dict[str, tuple[Fault, int, str, str]] = {
    "403": (
        faults.answers(403, "The from address does not match a verified Sender Identity"),
        4,
        "SendGrid answered 403: the sender is not verified",
        "Sender Authentication",
    ),
    "400 that names nobody": (faults.BAD_REQUEST, 6, "does not accept the request (400)", "correct it with SendGrid"),
    "413": (faults.TOO_LARGE, 6, "the request is too large", "APES_MAILER_BATCH_SIZE"),
    "redirect": (faults.REDIRECT, 6, "a redirect came instead of an answer (302)", "APES_MAILER_SENDGRID_BASE_URL"),
}


@pytest.mark.parametrize("answer", STOPS)
def test_answer_that_ends_a_send_is_told_with_its_cure_and_nobody_is_in_doubt(
    answer: str, small: Cli, server: LocalSendGrid
) -> None:
    fault, code, cause, cure = STOPS[answer]
    server.plan = FaultList([fault])
    cli = through(small, server)
    done = cli.run(*SEND)
    assert done.code == code
    assert cause in done.err
    assert cure in done.err
    assert f"apes-mailer resume {STARTER}" in done.err
    status = looked_at(cli, server)
    assert (status["state"], status["pending"], status["unknown"]) == ("paused", 60, 0)
    assert cause in status["cause"]
    assert cure in status["cure"]
    assert len(server.requests) == 1
    assert server.decoy_calls == []
    finish(cli, server)


def test_wrong_key_sends_nothing_and_the_right_one_finishes(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    done = cli.run(*SEND, extra={"SENDGRID_API_KEY": "SG.wrong"})
    assert done.code == 4
    assert "Check SENDGRID_API_KEY" in done.err
    assert API_KEY not in done.err
    assert "SG.wrong" not in done.err
    assert cli.status()["state"] == "paused"
    finish(cli, server)


def test_recipients_that_the_provider_names_are_refused_with_its_reason_and_the_rest_is_sent(small: Cli) -> None:
    named = "personne13@exemple13.example", "personne57@exemple20.example"
    with LocalSendGrid(refused=named) as server:
        cli = through(small, server)
        done = cli.ok(*SEND, "--json")
        status = looked_at(cli, server)
        assert done.json()["refused"] == status["refused"] == 2
        assert (status["state"], status["submitted"]) == ("finished", 58)
        assert {each.address for each in server.accepted} == ALL - set(named)
        (answer,) = cli.ok("why", STARTER, named[0], "--json").json()["answers"]
        assert answer["verdict"] == "refused"
        assert answer["reason"]
        cli.ok("resume", STARTER)
        assert len(server.accepted) == 58


def test_provider_out_of_reach_pauses_and_nobody_is_in_doubt(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and not listening: a connection is refused
        cli.extra["APES_MAILER_SENDGRID_BASE_URL"] = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        done = under(cli, "again=0.02").run(*SEND)
    assert done.code == 6
    assert f"apes-mailer resume {STARTER}" in done.err
    status = looked_at(cli, server)
    assert (status["state"], status["pending"], status["unknown"]) == ("paused", 60, 0)
    assert status["cause"]
    finish(through(cli, server), server)


def test_proxy_of_the_environment_is_not_used(small: Cli, server: LocalSendGrid) -> None:
    called: list[str] = []
    with Listener(lambda _connection: called.append("proxy")) as proxy:
        names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        through(small, server).ok(*SEND, extra=dict.fromkeys(names, f"http://127.0.0.1:{proxy.port}"))
    assert called == []
    assert looked_at(small, server)["state"] == "finished"

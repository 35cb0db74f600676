"""The contract for scripts: the environment beats the settings file. By the real command."""

from __future__ import annotations

import threading

import pytest

from tests.acceptance.looking import SEND, messages, through
from tests.support import faults
from tests.support.cli import STARTER, Cli
from tests.support.faults import FaultList
from tests.support.journal import SeenRequest
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow


def _toml(cli: Cli, old: str, new: str) -> None:
    file = cli.workspace / "apes-mailer.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_provider_of_the_environment_wins(fresh: Cli) -> None:
    _toml(fresh, 'provider = "outbox"', 'provider = "sendgrid"')
    fresh.ok("test", STARTER, extra={"APES_MAILER_PROVIDER": "outbox"})
    assert len(messages(fresh)) == 1
    assert fresh.run("test", STARTER).code == 4, "the file asks for SendGrid, and there is no key"


def test_public_url_of_the_environment_wins(fresh: Cli) -> None:
    _toml(fresh, 'public_url = ""', 'public_url = "https://a.example"')
    fresh.ok("test", STARTER, extra={"APES_MAILER_PUBLIC_URL": "https://b.example/lettre/"})
    (message,) = messages(fresh)
    assert message["List-Unsubscribe"].startswith("<https://b.example/lettre/")
    assert "https://a.example" not in message.as_string()


def test_database_of_the_environment_wins(fresh: Cli) -> None:
    _toml(fresh, 'public_url = ""', 'database_url = "a.db"')
    elsewhere = fresh.home.parent / "elsewhere.db"
    fresh.ok("status", STARTER, extra={"APES_MAILER_DATABASE_URL": f"sqlite:///{elsewhere}"})
    assert elsewhere.exists()
    assert not (fresh.workspace / "a.db").exists()
    fresh.ok("status", STARTER)
    assert (fresh.workspace / "a.db").exists()
    assert not (fresh.workspace / "mailer.db").exists()


def test_batch_size_of_the_environment_wins(small: Cli, server: LocalSendGrid) -> None:
    _toml(small, "[send]", "[send]\nbatch_size = 7")
    through(small, server, batch_size=25).ok(*SEND)
    assert [len(request.recipients) for request in server.requests] == [25, 25, 10]


@pytest.mark.parametrize("in_flight", [1, 3])
def test_in_flight_of_the_environment_wins(in_flight: int, small: Cli, server: LocalSendGrid) -> None:
    _toml(small, "[send]", "[send]\nin_flight = 2")
    lock, inside, most = threading.Lock(), 0, 0
    all_in = threading.Event()

    def enter(_seen: SeenRequest) -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            if inside == in_flight:
                all_in.set()
        all_in.wait(10)

    def leave(_seen: SeenRequest) -> None:
        nonlocal inside
        with lock:
            inside -= 1

    server.on_received, server.on_accepted = enter, leave
    through(small, server, in_flight=in_flight).ok(*SEND)
    assert most == in_flight


def test_timeout_of_the_environment_wins(small: Cli, server: LocalSendGrid) -> None:
    server.plan = FaultList([], then=faults.HANG)
    _toml(small, "[send]", "[send]\ntimeout = 600")
    done = through(small, server, batch_size=60, timeout=1).run(*SEND)
    assert done.code == 6
    assert small.status()["unknown"] == 60


def test_host_and_key_of_the_environment_are_used(fresh: Cli, server: LocalSendGrid) -> None:
    _toml(fresh, "[send]", '[sendgrid]\nbase_url = "https://nowhere.invalid"\n\n[send]')
    through(fresh, server).ok("test", STARTER)
    assert [request.status for request in server.requests] == [202]
    wrong = {"SENDGRID_API_KEY": "SG.wrong"}
    assert fresh.run("test", STARTER, extra=wrong).code == 4


def test_http_is_for_this_computer_only(fresh: Cli) -> None:
    done = fresh.run("test", STARTER, extra={"APES_MAILER_SENDGRID_BASE_URL": "http://api.example.org"})
    assert done.code == 4
    assert "APES_MAILER_SENDGRID_BASE_URL: must begin with https://" in done.err

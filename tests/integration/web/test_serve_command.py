from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from apes_mailer.model.keys import Keyring
from apes_mailer.web import server
from apes_mailer.workspace import Workspace
from tests.integration.web.running import request
from tests.support.cli import Cli, make_workspace

pytestmark = pytest.mark.slow

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    folder = tmp_path_factory.mktemp("serve")
    return make_workspace(folder / "workspace", folder / "home")


@contextmanager
def _started(cli: Cli) -> Generator[tuple[subprocess.Popen[str], str]]:
    process = cli.start("serve", "--port", "0")
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert "http://127.0.0.1:" in line, line
        yield process, next(word for word in line.split() if word.startswith("http://"))
    finally:
        process.kill()
        process.communicate()


def test_serve_prints_where_it_is_and_answers_there(cli: Cli) -> None:
    with _started(cli) as (_process, url):
        assert request(f"{url}/health").status == 200


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals for other processes")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_ends_cleanly_when_it_is_told_to(cli: Cli, number: int) -> None:
    with _started(cli) as (process, _url):
        process.send_signal(number)
        _out, err = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals for other processes")
def test_a_wish_that_is_on_its_way_when_serve_is_told_to_end_is_recorded(cli: Cli) -> None:
    keyring = Keyring(Workspace(cli.workspace).secret())
    key = keyring.contact_key("odile@exemple.example")
    with _started(cli) as (process, url):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
        connection.putrequest("POST", f"/u/{keyring.token(keyring.list_tag('x'), key)}")
        connection.putheader("Content-Type", "application/x-www-form-urlencoded")
        connection.putheader("Content-Length", str(len(ONE_CLICK)))
        connection.endheaders(ONE_CLICK[:5])
        assert request(f"{url}/health").status == 200, "the first octets have arrived by now"
        process.send_signal(signal.SIGTERM)
        while _listens(url):
            time.sleep(0.01)
        connection.send(ONE_CLICK[5:])
        assert connection.getresponse().status == 200
        connection.close()
        process.communicate(timeout=20)
        assert process.returncode == 0
    found = cli.ok("suppressions", "list", "--json").json()
    assert [each["cause"] for each in found] == ["unsubscribed"]


def _listens(url: str) -> bool:
    host, _, port = urlsplit(url).netloc.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return False
    return True


def test_a_form_for_other_sites_posts_to_the_public_address(cli: Cli) -> None:
    settings = cli.workspace / "apes-mailer.toml"
    before = settings.read_text(encoding="utf-8")
    refused = cli.run("signup-form", "--list", "agenda")
    assert refused.code == 4
    assert "[lists.agenda]" in refused.err
    settings.write_text(f'{before}\n[lists.agenda]\ntitle = "L’agenda & co"\n', encoding="utf-8")
    assert (
        "Write below [lists.agenda] in apes-mailer.toml: signup = true"
        in cli.run("signup-form", "--list", "agenda").err
    )
    settings.write_text(f'{before}\n[lists.agenda]\ntitle = "L’agenda & co"\nsignup = true\n', encoding="utf-8")
    try:
        assert "public_url" in cli.run("signup-form", "--list", "agenda").err
        assert "Did you mean agenda?" in cli.run("signup-form", "--list", "agneda").err
        form = cli.ok("signup-form", "--list", "agenda", extra={"APES_MAILER_PUBLIC_URL": "https://lettre.example.org"})
        assert 'action="https://lettre.example.org/signup/agenda?lang=fr"' in form.out
        assert "L’agenda &amp; co" in form.out
        assert "<script" not in form.out
        english = cli.ok(
            "signup-form", "--list", "agenda", "--language", "en", extra={"APES_MAILER_PUBLIC_URL": "https://l.example"}
        )
        assert "Your email address" in english.out
        with _started(cli) as (_process, url):
            path = form.out.partition("https://lettre.example.org")[2].partition('"')[0]
            assert request(f"{url}{path}", "POST", body=b"email=ana%40exemple.example", headers=FORM).status == 200
            folder = cli.workspace / "outbox" / "confirmations"
            for _ in range(1000):
                if list(folder.rglob("*.eml")):
                    break
                time.sleep(0.02)
            assert len(list(folder.rglob("*.eml"))) == 1
    finally:
        settings.write_text(before, encoding="utf-8")


def test_a_list_that_is_a_file_cannot_be_signed_up_for(cli: Cli) -> None:
    settings = cli.workspace / "apes-mailer.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(f'{before}\n[lists.staff]\ntitle = "L’équipe"\nsignup = true\n', encoding="utf-8")
    try:
        done = cli.run("serve", "--port", "0")
        assert done.code == 4
        assert "contacts/staff.csv" in done.err
        assert "contacts import contacts/staff.csv --list staff" in done.err
    finally:
        settings.write_text(before, encoding="utf-8")


def test_serve_says_when_its_port_is_taken(cli: Cli) -> None:
    with server.listen("127.0.0.1", 0, another="") as taken:
        port = taken.getsockname()[1]
        done = cli.run("serve", "--port", str(port))
    assert done.code == 1
    assert f"Port {port}" in done.err
    assert "another port: apes-mailer serve --port" in done.err
    assert "Traceback" not in done.err


def test_nothing_of_the_workspace_itself_is_served(cli: Cli) -> None:
    private = ["secret.key", "mailer.db", "apes-mailer.toml", "contacts/staff.csv", "outbox/", "campaigns/"]
    with _started(cli) as (_process, url):
        for path in private:
            assert request(f"{url}/{path}").status == 404
    assert Path(cli.workspace / "secret.key").is_file()

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from apes_mailer.web import server
from tests.integration.web.running import request
from tests.support.cli import STARTER, Cli, make_workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    folder = tmp_path_factory.mktemp("preview")
    return make_workspace(folder / "workspace", folder / "home")


@contextmanager
def _started(cli: Cli) -> Generator[tuple[subprocess.Popen[str], str]]:
    process = cli.start("preview", STARTER, "--port", "0", "--no-browser")
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert "http://127.0.0.1:" in line, line
        yield process, next(word for word in line.split() if word.startswith("http://"))
    finally:
        process.kill()
        process.communicate()


def test_the_first_line_is_the_address_that_opens_the_preview(cli: Cli) -> None:
    with _started(cli) as (_process, address):
        token = parse_qs(urlsplit(address).query)["token"][0]
        assert len(token) > 40
        assert request(address).status == 200


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals for other processes")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_preview_ends_at_once_while_a_page_listens(cli: Cli, number: int) -> None:
    with _started(cli) as (process, address):
        parts = urlsplit(address)
        cookie = request(address).headers["set-cookie"].partition(";")[0]
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        connection.request("GET", "/events", headers={"Cookie": cookie})
        answer = connection.getresponse()
        assert answer.readline().startswith(b"data:")
        process.send_signal(number)
        assert b"data" not in answer.read()
        connection.close()
        _out, err = process.communicate(timeout=4)
        assert process.returncode == 0
        assert "Traceback" not in err
        assert "Cancel" not in err


def test_two_previews_run_side_by_side(cli: Cli) -> None:
    with _started(cli) as (_one, first), _started(cli) as (_other, second):
        cookies = [request(address).headers["set-cookie"].partition("=")[0] for address in (first, second)]
        assert cookies[0] != cookies[1]


def test_a_taken_port_is_named_with_the_way_out(cli: Cli) -> None:
    with server.listen("127.0.0.1", 0, another="") as taken:
        port = str(taken.getsockname()[1])
        done = cli.run("preview", STARTER, "--port", port, "--no-browser")
    assert done.code == 1
    assert f"Port {port}" in done.err
    assert f"apes-mailer preview {STARTER} --port 0" in done.err
    assert "Traceback" not in done.err


def test_an_unknown_campaign_is_named_before_anything_is_opened(cli: Cli) -> None:
    done = cli.run("preview", "inconnue", "--port", "0", "--no-browser")
    assert done.code == 2
    assert 'There is no campaign "inconnue"' in done.err

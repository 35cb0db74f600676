from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apes_mailer.web import server
from tests.integration.web.running import request
from tests.support.cli import Cli, make_workspace

pytestmark = pytest.mark.slow


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

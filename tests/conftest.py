"""What holds for every test."""

from __future__ import annotations

import compileall
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser
from hypothesis import HealthCheck, settings

import apes_mailer

# Time never decides a test: on a busy machine an example may take as long as it likes.
settings.register_profile("apes-mailer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("apes-mailer")

# What checks say is in the language of the computer; tests read English, unless they set another one.
os.environ["LC_ALL"] = os.environ["LC_MESSAGES"] = ""
os.environ["LANG"] = "C.UTF-8"

# Tests that were started under nohup, or in the background of a script, would hand on what they ignore: their commands
# would rightly outlive a closed terminal and a Ctrl-C.
for _name in ("SIGHUP", "SIGINT"):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _name == "SIGINT" else signal.SIG_DFL)


def pytest_configure(config: pytest.Config) -> None:
    """Compile the program once: each of the commands that tests start would compile it anew, a fifth of its time."""
    if not hasattr(config, "workerinput"):  # in the process that starts the others
        compileall.compile_dir(Path(apes_mailer.__file__).parent, quiet=1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-goldens",
        action="store_true",
        help="write the files of tests/golden anew, after a change of letters that is meant",
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium. It ends with the module: Playwright's event loop would be in the way of other tests."""
    from tests.support import external
    from tools.clients.chromium import chromium

    with chromium(external.program("chromium", "chromium")) as started:
        yield started

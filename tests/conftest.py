"""What holds for every test."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings

# Time never decides a test: on a busy machine an example may take as long as it likes.
settings.register_profile("apes-mailer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("apes-mailer")

# Tests that were started under nohup, or in the background of a script, would hand on what they ignore: their commands
# would rightly outlive a closed terminal and a Ctrl-C.
for _name in ("SIGHUP", "SIGINT"):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _name == "SIGINT" else signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-goldens",
        action="store_true",
        help="write the files of tests/golden anew, after a change of letters that is meant",
    )

"""systemd and a checker of Dockerfiles read what `deploy/` offers, and find nothing wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import external
from tests.support.cli import REPOSITORY

pytestmark = pytest.mark.slow

DEPLOY = REPOSITORY / "deploy"
_VALIDATOR = "0.16.3"
_MOST_EXPOSED = 2.0  # of 10, by the scale of systemd


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there: systemd looks for it."""
    text = (DEPLOY / "apes-mailer.service").read_text(encoding="utf-8")
    path = tmp_path / "apes-mailer.service"
    path.write_text(text.replace("/srv/lettre/.venv/bin/apes-mailer", sys.executable), encoding="utf-8")
    return path


def test_systemd_understands_the_unit(unit: Path) -> None:
    program = external.program("systemd-analyze", "systemd")
    done = subprocess.run([program, "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_lets_the_service_do_little(unit: Path) -> None:
    program = external.program("systemd-analyze", "systemd")
    done = subprocess.run([program, "security", "--offline=true", unit], capture_output=True, text=True, check=True)
    level = re.search(r"Overall exposure level for .*: ([0-9.]+)", done.stdout)
    assert level
    assert float(level[1]) <= _MOST_EXPOSED


def test_a_fault_in_a_unit_is_seen(unit: Path) -> None:
    unit.write_text(
        unit.read_text(encoding="utf-8").replace("Restart=on-failure", "Restart=sometimes"), encoding="utf-8"
    )
    program = external.program("systemd-analyze", "systemd")
    done = subprocess.run([program, "verify", unit], capture_output=True, text=True, check=False)
    assert "restart" in done.stderr


def _faults(dockerfile: str) -> list[str]:
    package = external.npm_package("dockerfile-utils", _VALIDATOR)
    script = """
        const { validate } = require(process.argv[1]);
        const text = require('fs').readFileSync(0, 'utf8');
        console.log(JSON.stringify(validate(text).map((each) => each.message)));
    """
    node = external.program("node", "nodejs")
    done = subprocess.run(
        [node, "-e", script, str(package)], input=dockerfile, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_the_dockerfile_is_valid_and_a_fault_in_it_is_seen() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert _faults(text) == []
    assert _faults(text.replace("WORKDIR /workspace", "WORKDR /workspace")) != []


def test_the_image_is_built_from_what_the_repository_has_and_from_no_secret() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [name for line in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE) for name in line.split()]
    allowed = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in allowed
    assert sorted(copied) == sorted(line[1:] for line in allowed if line.startswith("!"))
    assert all((REPOSITORY / name).exists() for name in copied)

"""The wheel and the editable installation both give a working command with its themes and its starter issue."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

import apes_mailer
from tests.support.cli import REPOSITORY

pytestmark = pytest.mark.slow


def _run(*arguments: str, cwd: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    environment["HOME"] = str(home)
    return subprocess.run(arguments, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def _program(environment: Path, name: str) -> str:
    return str(environment / ("Scripts" if os.name == "nt" else "bin") / name)


def _sends_the_starter(command: str, folder: Path) -> None:
    home = folder / "home"
    home.mkdir()
    made = _run(command, "init", "lettre", cwd=folder, home=home)
    assert made.returncode == 0, made.stderr
    arguments = (command, "send", "premier-numero", "--to", "staff", "--confirm", "premier-numero:1")
    sent = _run(*arguments, cwd=folder / "lettre", home=home)
    assert sent.returncode == 0, sent.stderr
    assert len(list((folder / "lettre" / "outbox").rglob("*.eml"))) == 1
    themes = _run(command, "themes", cwd=folder / "lettre", home=home)
    assert themes.stdout.split() == ["apes", "sobre"]


def test_wheel_in_an_empty_environment(tmp_path: Path) -> None:
    home = tmp_path
    wheels = tmp_path / "wheels"
    built = _run(
        sys.executable, "-m", "build", "--wheel", "--outdir", str(wheels), str(REPOSITORY), cwd=tmp_path, home=home
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = wheels.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "apes_mailer/_bundled/templates/apes/letter.mjml" in names
    assert "apes_mailer/_bundled/starter/issue.yaml" in names
    assert not [name for name in names if name.startswith(("tests/", "campaigns/", "contacts/"))]
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    pins = str(REPOSITORY / "requirements-dev.txt")
    installed = _run(
        _program(environment, "pip"), "install", "--quiet", "--constraint", pins, str(wheel), cwd=tmp_path, home=home
    )
    assert installed.returncode == 0, installed.stderr
    _sends_the_starter(_program(environment, "apes-mailer"), tmp_path)


def test_editable_installation(tmp_path: Path) -> None:
    origin = json.loads(distribution("apes-mailer").read_text("direct_url.json") or "{}")
    assert origin["dir_info"] == {"editable": True}
    assert Path(apes_mailer.__file__).is_relative_to(REPOSITORY)
    command = Path(_program(Path(sys.prefix), "apes-mailer"))
    if not command.exists():
        pytest.fail("the gate installs the project in editable mode, and the command is not there")
    _sends_the_starter(str(command), tmp_path)


def test_every_direct_dependency_is_pinned() -> None:
    wanted = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    pins = (REPOSITORY / "requirements-dev.txt").read_text(encoding="utf-8")
    for requirement in wanted:
        name = requirement.split(">=")[0].replace(".", "-")
        assert f"\n{name}==" in f"\n{pins}", requirement
    assert "://" not in pins

"""``contacts import --consent-source``: what is shown first, what is recorded, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from apes_mailer.campaign import starter
from apes_mailer.cli.app import run

TOLD = ("--consent-source", "the fair", "--consent-date", "2026-01-23", "--wording", "form, v2", "--basis", "consent")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace as ``init`` leaves it, with a file to import."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    starter.init(tmp_path / "workspace")
    (tmp_path / "fair.csv").write_text("EMAIL\nana@exemple.fr\nbob@exemple.fr\n", encoding="utf-8")
    return tmp_path / "workspace"


def _import(workspace: Path, *options: str, file: str = "fair.csv") -> int:
    path = str(workspace.parent / file)
    return run(["--workspace", str(workspace), "contacts", "import", path, "--list", "tous", *options])


def test_consents_are_shown_first_and_recorded_with_the_import(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _import(workspace, *TOLD, "--dry-run", "--json") == 0
    shown = capsys.readouterr()
    assert "To be recorded in the consent log: 2 consents." in shown.err
    assert json.loads(shown.out)["consents"] == 2
    assert _import(workspace, *TOLD, "--yes", "--json") == 0
    assert json.loads(capsys.readouterr().out)["consents"] == 2
    assert run(["--workspace", str(workspace), "contacts", "export-person", "ana@exemple.fr"]) == 0
    (line,) = json.loads(capsys.readouterr().out)["consents"]
    assert (line["source"], line["basis"], line["wording"]) == ("the fair", "consent", "form, v2")
    assert line["at"].startswith("2026-01-23")


def test_proof_without_a_source_and_a_day_to_come_are_refused(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _import(workspace, "--basis", "consent", "--yes") == 2
    assert "--consent-source is missing" in capsys.readouterr().err
    assert _import(workspace, "--consent-source", "the fair", "--consent-date", "2999-01-01", "--yes") == 2
    assert "still to come" in capsys.readouterr().err
    assert _import(workspace, "--consent-source", "the fair", "--consent-date", "23/01/2026", "--yes") == 2
    assert "Write 2026-01-23, if that is the day." in capsys.readouterr().err


def test_file_that_says_itself_who_agreed_is_not_spoken_over(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "EMAIL;Opt-in\nana@exemple.fr;oui\nbob@exemple.fr;\n"
    (workspace.parent / "optin.csv").write_text(text, encoding="utf-8")
    assert _import(workspace, "--consent-source", "the fair", "--yes", file="optin.csv") == 2
    assert "in its column OPT_IN" in capsys.readouterr().err
    assert _import(workspace, "--consent-source", "the fair", "--column", "Opt-in=", "--yes", file="optin.csv") == 0

"""The contract for scripts: JSON of files with faults, and of what was written. By the real command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import STARTER, Cli

pytestmark = pytest.mark.slow

ISSUE = f"campaigns/{STARTER}/issue.yaml"
KEYS = {"rule", "severity", "file", "line", "field", "block", "variants", "message", "cure"}


def _findings(cli: Cli, code: int) -> list[dict[str, Any]]:
    done = cli.run("check", STARTER, "--json")
    assert done.code == code
    found = done.json()
    assert found["campaign"] == STARTER
    assert all(each.keys() == KEYS for each in found["findings"])
    return found["findings"]


def _edit(cli: Cli, name: str, old: str, new: str) -> None:
    path = cli.workspace / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_faults_of_the_issue_are_findings_too(fresh: Cli) -> None:
    _edit(fresh, ISSUE, "subject: Notre", "subject: Agenda : notre")
    _edit(fresh, ISSUE, "heading: Édito", "headign: Édito")
    first, second = _findings(fresh, 3)
    assert {first["rule"], second["rule"]} == {"issue"}
    assert {first["severity"], second["severity"]} == {"error"}
    assert (first["file"], first["line"], first["field"]) == (ISSUE, 18, "subject")
    assert "colon" in first["message"]
    assert "Replace line 18 with:" in first["cure"]
    assert (second["line"], second["field"]) == (40, "blocks[1].headign")


def test_theme_that_an_issue_names_and_nobody_has_is_a_fault_of_the_issue(fresh: Cli) -> None:
    _edit(fresh, ISSUE, "theme: apes", "theme: sombre")
    (finding,) = _findings(fresh, 3)
    assert (finding["rule"], finding["file"], finding["line"], finding["field"]) == ("issue", ISSUE, 25, "theme")
    assert finding["cure"] == "Did you mean sobre? Themes here: apes, sobre."


def test_faults_of_a_theme_are_findings_too(fresh: Cli) -> None:
    folder = fresh.workspace / "templates" / "apes"
    folder.mkdir()
    (folder / "gap.mjml").write_text("\n{{ 1 + }}\n", encoding="utf-8")
    (finding,) = _findings(fresh, 3)
    assert (finding["rule"], finding["severity"], finding["file"]) == ("theme", "error", "templates/apes/gap.mjml")
    assert finding["line"] == 2


def test_findings_of_a_check_name_their_file(fresh: Cli) -> None:
    _edit(fresh, ISSUE, "link: https://example.org/jardin", 'link: "#"')
    found = _findings(fresh, 3)
    (empty,) = [each for each in found if each["rule"] == "link-empty"]
    assert (empty["file"], empty["severity"], empty["block"]) == (ISSUE, "error", "blocks[2]")


def test_build_tells_what_it_wrote(fresh: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "build"
    built = fresh.ok("build", STARTER, "--out", str(folder), "--json").json()
    assert built["campaign"] == STARTER
    written = {str(path): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    assert {each["path"]: each["bytes"] for each in built["files"]} == written
    assert len(written) == 5


def test_suppressions_tell_what_they_changed(fresh: Cli) -> None:
    add = ("suppressions", "add", "A@exemple.fr", "--json")
    assert fresh.ok(*add).json() == {"read": 1, "added": 1, "list": None}
    assert fresh.ok(*add).json() == {"read": 1, "added": 0, "list": None}
    assert fresh.ok(*add, "--list", "staff").json() == {"read": 1, "added": 1, "list": "staff"}
    removed = fresh.ok("suppressions", "remove", "a@exemple.fr", "--json").json()
    assert (removed["address"], removed["list"]) == ("a@exemple.fr", None)
    assert [each["list"] for each in removed["suppressions"]] == ["staff"]

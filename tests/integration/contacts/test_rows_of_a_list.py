"""Lists kept as files: rows that give no recipient, domains that may be slips, and a part of a list, before a send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apes_mailer.campaign import starter
from apes_mailer.cli.app import run

NAME = starter.STARTER_NAME
ROWS = (
    "EMAIL;PRENOM;TERRITOIRE",
    "ana@exemple.fr;Ana;Aisne",
    "zut;Zoé;Aisne",
    "bob@gmial.com;Bob;Oise",
    "ana@exemple.fr;Anna;Aisne",
    "eve@exemple.fr;Ève;Aisne",
)


class Commands:
    """Commands in a workspace with the list "tous", in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def run(self, *words: str, code: int = 0) -> tuple[str, str]:
        """Run a command that ends with a code; return what it printed, data and words."""
        ended = run(["--workspace", str(self.folder), *words])
        shown = self._capsys.readouterr()
        assert ended == code, shown.err
        return shown.out, shown.err

    def json(self, *words: str) -> Any:
        """Run a command; return its data."""
        return json.loads(self.run(*words, "--json")[0])


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    """A workspace with a list that is kept as a file."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    starter.init(tmp_path / "workspace")
    (tmp_path / "workspace" / "contacts" / "tous.csv").write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    return Commands(tmp_path / "workspace", capsys)


def _stored(commands: Commands) -> None:
    path = commands.folder / "contacts" / "tous.csv"
    moved = commands.folder.parent / "tous.csv"
    path.rename(moved)
    commands.run("contacts", "import", str(moved), "--list", "tous", "--yes")


def test_check_tells_of_rows_that_give_no_recipient_and_of_slips(commands: Commands) -> None:
    _, words = commands.run("check", NAME, "--to", "tous")
    assert "contacts/tous.csv:3: warning: this row gives no recipient: An email address must have an @-sign" in words
    assert "contacts/tous.csv:5: warning: this row gives no recipient: same address as line 2" in words
    assert "contacts/tous.csv:4: warning: gmial.com: is gmail.com meant?" in words
    findings = commands.json("check", NAME, "--to", "tous")["findings"]
    found = [(each["rule"], each["severity"], each["line"]) for each in findings if each["rule"].startswith("list-")]
    assert found == [("list-row", "warning", 3), ("list-row", "warning", 5), ("list-slip", "warning", 4)]
    assert {each["file"] for each in findings if each["rule"].startswith("list-")} == {"contacts/tous.csv"}


def test_check_names_ten_rows_and_counts_the_others(commands: Commands) -> None:
    rows = ["EMAIL", "ana@exemple.fr", *["zut"] * 25]
    (commands.folder / "contacts" / "tous.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    findings = [each for each in commands.json("check", NAME, "--to", "tous")["findings"] if each["rule"] == "list-row"]
    assert len(findings) == 11
    assert (findings[-1]["line"], findings[-1]["message"].endswith("15")) == (None, True)


def test_check_of_a_list_in_order_or_in_the_store_says_nothing_of_rows(commands: Commands) -> None:
    for name in ("staff", "tous"):
        if name == "tous":
            _stored(commands)
        findings = commands.json("check", NAME, "--to", name)["findings"]
        assert [each for each in findings if each["rule"].startswith("list-")] == []


def test_card_and_dry_run_name_slips_of_a_file(commands: Commands) -> None:
    out, words = commands.run("send", NAME, "--to", "tous", "--dry-run", "--json")
    assert "Warning: contacts/tous.csv:4 gmial.com: is gmail.com meant?" in words
    assert json.loads(out)["slips"] == [{"domain": "gmial.com", "line": 4, "others": 0, "meant": "gmail.com"}]


def test_show_names_slips_among_what_it_shows(commands: Commands) -> None:
    assert "  line 4: gmial.com: is gmail.com meant?" in commands.run("contacts", "show", "tous")[1]
    assert "gmial" not in commands.run("contacts", "show", "tous", "--limit", "1")[1]


@pytest.mark.parametrize("stored", [True, False])
def test_part_of_a_list_is_shown_counted_and_exported(commands: Commands, tmp_path: Path, *, stored: bool) -> None:
    if stored:
        _stored(commands)
    where = ("--where", "territoire = Aisne")
    out, words = commands.run("contacts", "show", "tous", *where)
    assert [line.split()[0] for line in out.splitlines()] == ["ana@exemple.fr", "eve@exemple.fr"]
    assert "2 of 3 contacts: TERRITOIRE = Aisne" in words
    assert len(commands.json("contacts", "show", "tous", *where, "--limit", "1")) == 1
    target = tmp_path / "aisne.csv"
    assert commands.json("contacts", "export", "tous", "--out", str(target), *where)["contacts"] == 2
    assert "bob@gmial.com" not in target.read_text(encoding="utf-8-sig")
    _, words = commands.run("contacts", "show", "tous", "--where", "teritoire = Aisne", code=1)
    assert "Did you mean TERRITOIRE?" in words


def test_check_and_test_take_a_part_of_a_list(commands: Commands) -> None:
    commands.run("check", NAME, "--to", "tous", "--where", "territoire = Oise")
    _, words = commands.run("check", NAME, "--to", "tous", "--where", "territoire = Somme", code=1)
    assert "gives no recipient" in words
    _, words = commands.run("check", NAME, "--where", "territoire = Oise", code=2)
    assert "--to LIST" in words
    sent = commands.json("test", NAME, "--to", "tous", "--where", "territoire = Oise", "--confirm", f"{NAME}:1")
    assert (sent["recipients"], sent["segment"]) == (1, "TERRITOIRE = Oise")


def test_import_tells_scripts_what_was_mended_and_what_may_be_a_slip(commands: Commands, tmp_path: Path) -> None:
    path = tmp_path / "salon.csv"
    path.write_text("EMAIL\nAna <ana@exemple.fr>\nbob@gmial.com\nluc@gmial.com\n", encoding="utf-8")
    command = ("contacts", "import", str(path), "--list", "salon")
    told = commands.json(*command, "--dry-run")
    assert told["repairs"] == [{"place": "line 2", "written": "Ana <ana@exemple.fr>", "read": "ana@exemple.fr"}]
    assert told["hints"] == [{"place": "line 3", "domain": "gmial.com", "meant": "gmail.com", "rows": 2}]
    assert list(commands.json(*command, "--yes")) == ["read", "new", "updated", "unchanged", "rejected", "suppressed"]

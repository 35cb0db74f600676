"""Erasing a person: afterwards nothing in the workspace holds the address, and every count is what it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from apes_mailer.model.keys import Keyring
from apes_mailer.store import schema
from tests.support.cli import STARTER, Cli, copy_workspace, make_workspace

pytestmark = pytest.mark.slow

ANA, BOB = "ana@exemple.fr", "bob@exemple.fr"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A workspace in which Ana is everywhere that a person can be."""
    folder = tmp_path_factory.mktemp("rights")
    cli = make_workspace(folder / "workspace", folder / "home")
    _import(cli, "tous", ["EMAIL;PRENOM;PARRAIN", f"{ANA};Ana;", f"{BOB};Bob;Ana <{ANA}>"])
    _import(cli, "tous", ["EMAIL;PRENOM", f"{ANA};Anaïs"])
    _import(cli, "autres", ["EMAIL;PRENOM", f"{ANA};Annie", f"zut;Zut {ANA}"])
    (cli.workspace / "contacts" / "fichier.csv").write_text(
        f"EMAIL;PRENOM\n{BOB};Bob\nANA@exemple.fr;Ana\n", encoding="utf-8"
    )
    cli.ok("suppressions", "add", ANA, "--list", "autres", "--cause", "unsubscribed", "--note", f"mail of {ANA}")
    cli.ok("suppressions", "remove", ANA, "--list", "autres", "--because", f"mail of {ANA}")
    for name in ("tous", "fichier"):
        cli.ok("send", STARTER, "--to", name, "--confirm", f"{STARTER}:2")
    return cli


@pytest.fixture
def cli(made: Cli, tmp_path: Path) -> Cli:
    """A copy of that workspace."""
    return copy_workspace(made, tmp_path / "workspace", tmp_path / "home")


def _import(cli: Cli, name: str, rows: Sequence[str]) -> dict[str, int]:
    path = cli.workspace.parent / "liste.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return cli.ok("contacts", "import", str(path), "--list", name, "--yes", "--json").json()


def _erase(cli: Cli, address: str = ANA) -> dict[str, Any]:
    return cli.ok("contacts", "erase-person", address, "--confirm", address, "--json").json()


def _holding(folder: Path, text: str) -> set[str]:
    """Return what in a folder holds a text in its bytes or its name, in any of the encodings that are used here."""
    needles = [text.encode(), text.upper().encode(), text.encode("utf-16-le")]
    return {
        path.relative_to(folder).parts[0]
        for path in folder.rglob("*")
        if text in path.name or (path.is_file() and any(needle in path.read_bytes() for needle in needles))
    }


def test_afterwards_no_file_of_the_workspace_holds_the_address(cli: Cli) -> None:
    assert _holding(cli.workspace, ANA) >= {"mailer.db", "contacts", "outbox"}, "the test looks where nothing is"
    said = _erase(cli)
    assert _holding(cli.workspace, ANA) == set()
    assert {name: said[name] for name in ("lists", "rows", "campaigns", "messages", "left")} == {
        "lists": 2,
        "rows": 2,  # of the list kept as a file, and of the report of rejected rows
        "campaigns": 2,
        "messages": 2,
        "left": [],
    }
    assert _holding(cli.workspace, "Anaïs") == set(), "the fields of the person"


def test_key_stays_nowhere_but_among_the_suppressions(cli: Cli) -> None:
    key = Keyring(bytes.fromhex((cli.workspace / "secret.key").read_text(encoding="ascii"))).contact_key(ANA)
    _erase(cli)
    with closing(sqlite3.connect(cli.workspace / "mailer.db")) as connection:
        lines = [line for line in connection.iterdump() if key.hex() in line.lower()]
    assert [line.split()[2] for line in lines] == ['"suppression"']


def test_every_table_that_can_hold_a_person_is_thought_of() -> None:
    """Whoever adds one decides here what an erasure does to it, and lets ``campaign.erasure.erase`` do so."""
    named = {
        table.name
        for table in schema.metadata.sorted_tables
        if {"key", "contact_id", "address", "body"}.intersection(table.columns.keys())
    }
    assert named == {
        *("contact", "member", "mention", "change", "suppression", "consent", "wish", "notice"),  # the rows go
        *("recipient", "exclusion", "event"),  # the rows stay, and belong to a number
        *("block_list_entry", "let_back", "wish_count"),  # the rows go
        "provider_task",  # the address until the provider was told, and nothing after that
        "template",  # nothing of a person
    }


def test_others_keep_all_that_is_theirs(cli: Cli) -> None:
    other = "mariana@exemple.fr"  # ends with the same letters
    _import(cli, "tous", ["EMAIL;PRENOM", f"{other};Mariana"])
    cli.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:3")
    _erase(cli)
    assert _holding(cli.workspace, other) == {"mailer.db", "outbox"}
    assert cli.ok("contacts", "show", "tous", "--json").json() == [
        {"EMAIL": BOB, "PRENOM": "Bob", "PARRAIN": "Ana <>"},
        {"EMAIL": other, "PRENOM": "Mariana"},
    ]
    pages = [path.read_text(encoding="utf-8") for path in (cli.workspace / "outbox").rglob("index.html")]
    assert sum(page.count(f">{BOB}</a>") for page in pages) == 3
    content = (cli.workspace / "mailer.db").read_bytes()
    assert content.count(ANA.encode()) == content.count(other.encode())


def test_every_count_is_what_it_was(cli: Cli) -> None:
    before = cli.ok("status", STARTER, "--json").json()
    _erase(cli)
    assert cli.ok("status", STARTER, "--json").json() == before
    assert "whether a rehearsal had this address is not known any more" in cli.ok("why", STARTER, ANA).out


def test_whoever_is_erased_comes_back_by_no_file(cli: Cli) -> None:
    _erase(cli)
    assert _import(cli, "tous", ["EMAIL;PRENOM", f"{ANA};Ana", f"{BOB};Bob"])["suppressed"] == 1
    with (cli.workspace / "contacts" / "fichier.csv").open("a", encoding="utf-8") as file:
        file.write(f"{ANA};Ana\n")
    for name in ("tous", "fichier"):
        assert cli.ok("send", STARTER, "--to", name, "--dry-run", "--json").json()["recipients"] == 1
    done = cli.ok("send", STARTER, "--to", "fichier", "--confirm", f"{STARTER}:1")
    assert "line 3" in done.err, "whoever keeps the file is told which row to delete"
    assert _holding(cli.workspace, ANA) == {"contacts"}, "the row that somebody has just written"
    (held,) = cli.ok("suppressions", "list", "--json").json()
    assert (held["address"], held["cause"]) == (None, "erased")


def test_receipt_says_what_was_done_and_for_nobody_to_see_for_whom(cli: Cli) -> None:
    said = _erase(cli)
    text = (cli.workspace / said["receipt"]).read_text(encoding="utf-8")
    assert said["reference"] in text
    assert ANA not in text


def test_erasing_needs_the_address_once_more(cli: Cli) -> None:
    for arguments in ((), ("--confirm", BOB)):
        done = cli.run("contacts", "erase-person", ANA, *arguments)
        assert done.code == 5
        assert f"Kept of {ANA}: 2 lists, 1 row of a file, 3 imports, 1 consent, 2 letters, 2 messages" in done.err
    assert len(cli.ok("contacts", "show", "tous", "--json").json()) == 2


def test_address_that_nobody_knows_looks_like_a_slip_before_it_is_erased_or_given_out(cli: Cli) -> None:
    said = "Nothing is kept of anna@exemple.fr. Is it spelt as the person writes it?"
    assert said in cli.run("contacts", "erase-person", "anna@exemple.fr").err
    assert said in cli.ok("contacts", "export-person", "anna@exemple.fr").err
    assert said not in cli.ok("contacts", "export-person", ANA).err


def test_what_is_not_ours_to_change_is_named_and_found_again_until_it_is_gone(cli: Cli) -> None:
    issue = cli.workspace / "campaigns" / STARTER / "issue.yaml"
    issue.write_text(issue.read_text(encoding="utf-8") + f"\n# {ANA}\n", encoding="utf-8")
    (cli.workspace / "contacts" / "tableur.xlsx").write_bytes(b"PK\x03\x04 no table")
    done = cli.run("contacts", "erase-person", ANA, "--confirm", ANA)
    assert done.code == 1
    assert f"campaigns/{STARTER}/issue.yaml" in done.err
    assert "contacts/tableur.xlsx" in done.err
    assert _holding(cli.workspace, ANA) == {"campaigns"}
    issue.write_text(issue.read_text(encoding="utf-8").replace(ANA, ""), encoding="utf-8")
    (cli.workspace / "contacts" / "tableur.xlsx").unlink()
    assert _erase(cli)["left"] == []


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="there is no file that nobody can read")
def test_file_that_cannot_be_read_is_named_and_all_else_is_erased_with_a_receipt(cli: Cli) -> None:
    for name in ("contacts/abc.csv", "sauvegarde.tar"):
        (cli.workspace / name).symlink_to("/proc/self/mem")
    assert "Nobody could look into contacts/abc.csv" in cli.ok("contacts", "export-person", ANA).err
    done = cli.run("contacts", "erase-person", ANA, "--confirm", ANA, "--json")
    assert done.code == 1
    said = done.json()
    assert sorted(said["left"]) == ["contacts/abc.csv", "sauvegarde.tar"]
    assert (cli.workspace / said["receipt"]).is_file()
    for name in said["left"]:
        assert name in done.err
        (cli.workspace / name).unlink()
    assert _holding(cli.workspace, ANA) == set()
    assert _erase(cli)["left"] == []


def test_everything_is_given_out_before_and_nothing_but_the_suppression_after(cli: Cli) -> None:
    out = cli.workspace.parent / "ana.json"
    cli.ok("contacts", "export-person", ANA, "--out", str(out))
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["fields"] == {"PRENOM": "Annie"}
    assert found["lists"] == ["autres", "tous"]
    assert [(each["file"], each["line"], each["fields"]) for each in found["files"]] == [
        ("contacts/fichier.csv", 3, {"PRENOM": "Ana"})
    ]
    assert [(each["file"], each["list"]) for each in found["imports"]] == [
        ("liste.csv", "tous"),
        ("liste.csv", "tous"),
        ("liste.csv", "autres"),
    ]
    assert [(each["state"], each["list"], each["wording"]) for each in found["consents"]] == [
        ("given", "autres", f"mail of {ANA}")
    ]
    assert [(each["list"], each["verdict"]) for each in found["campaigns"]] == [
        ("tous", "submitted"),
        ("fichier", "submitted"),
    ]
    assert all(each["subject"] and each["requests"] for each in found["campaigns"])
    assert [f"To: {ANA}" in each["message"] for each in found["outbox"]] == [True, True]
    _erase(cli)
    after = cli.ok("contacts", "export-person", ANA).json()
    (held,) = after.pop("suppressions")
    assert held["cause"] == "erased"
    assert not any(after[name] for name in after if name not in {"address", "exported_at"})


def test_address_is_found_however_it_is_spelt(cli: Cli) -> None:
    ascii_form, readable = "jean@xn--exmple-cua.fr", "jean@exämple.fr"
    _import(
        cli, "tous", ["EMAIL;PRENOM;PARRAIN", f"{readable};Jean;", f"{BOB};Bob;de {readable}, JEAN@XN--EXMPLE-CUA.FR"]
    )
    (cli.workspace / "contacts" / "notes.csv").write_text(
        f"EMAIL;PRENOM;MOT\n{BOB};Bob;voir Jean@Exämple.fr\n{readable};Jean;\n", encoding="utf-8"
    )
    _erase(cli, ascii_form)
    for form in (ascii_form, readable):
        assert _holding(cli.workspace, form) == set()
    assert "Exämple" not in (cli.workspace / "contacts" / "notes.csv").read_text(encoding="utf-8")


def test_everything_includes_what_was_before_and_what_was_rejected(cli: Cli) -> None:
    _import(cli, "autres", ["EMAIL;PRENOM", f"{ANA};Ana;trop;de;cellules"])
    found = cli.ok("contacts", "export-person", ANA).json()
    assert [each["fields"] for each in found["earlier_fields"]] == [{"PRENOM": "Ana"}, {"PRENOM": "Anaïs"}]
    assert any(each["file"].startswith("contacts/rejected/") for each in found["files"])

"""What an import shows before it happens, taking it back, tags, and sending to a part of a list."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.cli import STARTER, Cli, copy_workspace, make_workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A new workspace."""
    folder = tmp_path_factory.mktemp("contacts")
    return make_workspace(folder / "workspace", folder / "home")


@pytest.fixture
def cli(made: Cli, tmp_path: Path) -> Cli:
    """A copy of a new workspace."""
    return copy_workspace(made, tmp_path / "workspace", tmp_path / "home")


def _file(cli: Cli, *rows: str, name: str = "liste.csv") -> str:
    path = cli.workspace.parent / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


PEOPLE = (
    "EMAIL;PRENOM;Territoire;Étiquettes",
    "ana@exemple.example;Ana;Aisne;élue",
    "bob@exemple.example;Bob;AISNE;",
    "cleo@exemple.example;Cléo;Oise;Elue",
    "dan@exemple.example;Dan;;",
)


def _import(cli: Cli, *rows: str, name: str = "tous") -> dict[str, int]:
    return cli.ok("contacts", "import", _file(cli, *rows), "--list", name, "--yes", "--json").json()


def test_dry_run_shows_old_and_new_values_and_changes_nothing(cli: Cli) -> None:
    _import(cli, *PEOPLE)
    file = _file(cli, "EMAIL;PRENOM;Ville", "ana@exemple.example;Anna;Laon", "eva@exemple.example;Eva;", "zut;;")
    before = cli.ok("contacts", "show", "tous", "--json").json()
    done = cli.ok("contacts", "import", file, "--list", "tous", "--dry-run", "--json")
    assert done.json() == {
        "read": 3,
        "new": 1,
        "updated": 1,
        "unchanged": 0,
        "rejected": 1,
        "suppressed": 0,
        "absent": 3,
        "changes": [
            {"address": "ana@exemple.example", "field": "PRENOM", "old": "Ana", "new": "Anna"},
            {"address": "ana@exemple.example", "field": "VILLE", "old": "", "new": "Laon"},
        ],
    }
    assert "ana@exemple.example  PRENOM: Ana → Anna" in done.err
    assert "VILLE: (nothing) → Laon" in done.err
    assert "3 contacts of the list not in this file: left as they are." in done.err
    assert cli.ok("contacts", "show", "tous", "--json").json() == before
    assert not (cli.workspace / "contacts" / "rejected").exists()


def test_import_is_taken_back_and_named_so(cli: Cli) -> None:
    _import(cli, *PEOPLE)
    before = cli.ok("contacts", "show", "tous", "--json").json()
    _import(cli, "EMAIL;PRENOM", "ana@exemple.example;Anna", "eva@exemple.example;Eva")
    asked = cli.run("contacts", "undo-import")
    assert (asked.code, asked.out) == (5, "")
    assert "1 contact off the list, 1 of them forgotten; 1 with the fields of before" in asked.err
    assert len(cli.ok("contacts", "show", "tous", "--json").json()) == 5
    done = cli.ok("contacts", "undo-import", "--yes", "--json")
    assert done.json() == {
        "import": 2,
        "removed": 1,
        "deleted": 1,
        "restored": 1,
        "still_members": 0,
        "changed_since": 0,
    }
    assert cli.ok("contacts", "show", "tous", "--json").json() == before
    first, second = cli.ok("contacts", "imports", "--json").json()
    assert (first["id"], first["list"], first["counts"]["new"], first["undone_at"]) == (1, "tous", 4, None)
    assert second["undone_at"] is not None
    assert "liste.csv into tous: 1 new, 1 updated  undone" in cli.ok("contacts", "imports").out
    assert "Import 2 has been undone already" in cli.run("contacts", "undo-import", "2").err


def test_contacts_of_a_segment_are_counted_before_a_send(cli: Cli) -> None:
    _import(cli, *PEOPLE)
    (cli.workspace / "contacts" / "gens.csv").write_text("\n".join(PEOPLE) + "\n", encoding="utf-8")
    for name in ("tous", "gens"):
        done = cli.ok("contacts", "count", "--list", name, "--where", "territoire = Aisne et tag:élue", "--json")
        assert done.json() == {
            "list": name,
            "contacts": 4,
            "segment": "TERRITOIRE = Aisne and tag:élue",
            "inside": 1,
        }
    assert cli.ok("contacts", "count", "--list", "gens").out == "gens: 4 contacts\n"


@pytest.mark.parametrize("kept", ["store", "file"])
def test_only_those_in_the_segment_get_the_letter_and_the_others_are_told_why(cli: Cli, kept: str) -> None:
    if kept == "store":
        _import(cli, *PEOPLE)
    else:
        rows = [*PEOPLE, "zut;;;", "ana@exemple.example;;Aisne;"]
        (cli.workspace / "contacts" / "tous.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    cli.ok("suppressions", "add", "bob@exemple.example")
    settings = cli.workspace / "apes-mailer.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + '\n[segments]\naisne = "territoire = Aisne"\n', encoding="utf-8"
    )
    faults = {} if kept == "store" else {"invalid": 1, "duplicate": 1}
    expected = {"not_in_segment": 2, "suppressed": 1, **faults}
    arguments = ["send", STARTER, "--to", "tous", "--where", "aisne"]
    survey = cli.ok(*arguments, "--dry-run", "--json")
    assert survey.json()["excluded"] == expected
    assert survey.json()["candidates"] == 1 + sum(expected.values())
    assert "Segment     TERRITOIRE = Aisne" in survey.err
    done = cli.ok(*arguments, "--confirm", f"{STARTER}:1", "--json").json()
    assert (done["recipients"], done["excluded"], done["segment"]) == (1, expected, "TERRITOIRE = Aisne")
    (answer,) = cli.ok("why", STARTER, "cleo@exemple.example", "--json").json()["answers"]
    assert (answer["verdict"], answer["reason"]) == ("excluded", "not_in_segment")
    assert answer["detail"] == "TERRITOIRE = Aisne"
    assert (
        "not in the segment that was asked for (TERRITOIRE = Aisne)"
        in cli.ok("why", STARTER, "cleo@exemple.example").out
    )


def test_segment_that_is_not_understood_sends_nothing(cli: Cli) -> None:
    _import(cli, *PEOPLE)
    arguments = ["send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:1", "--where"]
    done = cli.run(*arguments, "territoire Aisne")
    assert done.code == 2
    assert "--where: “territoire Aisne” is no segment, and no comparison." in done.err
    done = cli.run(*arguments, "teritoire = Aisne")
    assert done.code == 1
    assert "Did you mean TERRITOIRE?" in done.err
    done = cli.run("send", STARTER, "--to", "tous", "--where", "territoire = Nord", "--dry-run")
    assert done.code == 1
    assert "gives no recipient (4 not in segment)" in done.err
    assert "Nobody has TERRITOIRE = Nord." in done.err


def test_segment_of_the_settings_with_a_fault_is_told_with_its_line(cli: Cli) -> None:
    settings = cli.workspace / "apes-mailer.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + '\n[segments]\naisne = "territoire ="\n', encoding="utf-8"
    )
    line = settings.read_text(encoding="utf-8").splitlines().index('aisne = "territoire ="') + 1
    done = cli.run("contacts", "list")
    assert done.code == 4
    assert f"apes-mailer.toml:{line}" in done.err
    assert "“territoire =” ends too early" in done.err


def test_tags_are_given_and_taken_and_asked_for(cli: Cli) -> None:
    _import(cli, *PEOPLE)
    done = cli.ok(
        "contacts", "tag", "ana@exemple.example", "dan@exemple.example", "--add", "Presse", "--remove", "ELUE"
    )
    assert done.out == "ana@exemple.example  Presse\ndan@exemple.example  Presse\n"
    count = cli.ok("contacts", "count", "--list", "tous", "--where", "tag:presse or tag:élue", "--json").json()
    assert count["inside"] == 3
    done = cli.run("contacts", "tag", "eva@exemple.example", "--add", "x")
    assert (done.code, "does not know eva@exemple.example" in done.err) == (1, True)
    done = cli.run("contacts", "tag", "ana@exemple.example", "--add", "a, b")
    assert (done.code, "“a, b” is not one tag" in done.err) == (2, True)


def test_removed_contact_is_off_one_list_and_nothing_else(cli: Cli) -> None:
    _import(cli, *PEOPLE)
    _import(cli, *PEOPLE, name="autres")
    cli.ok("suppressions", "add", "ana@exemple.example", "--list", "autres")
    done = cli.ok("contacts", "remove", "Ana@exemple.example", "--list", "tous", "--json")
    assert done.json() == {"list": "tous", "removed": 1}
    shown = [each["EMAIL"] for each in cli.ok("contacts", "show", "tous", "--json").json()]
    assert shown == ["bob@exemple.example", "cleo@exemple.example", "dan@exemple.example"]
    assert len(cli.ok("contacts", "show", "autres", "--json").json()) == 4
    assert len(cli.ok("suppressions", "list", "--json").json()) == 1
    done = cli.run("contacts", "remove", "bob@exemple.example", "ana@exemple.example", "--list", "tous")
    assert (done.code, "ana@exemple.example is not on the list tous. Nobody was removed." in done.err) == (1, True)
    assert len(cli.ok("contacts", "show", "tous", "--json").json()) == 3
    done = cli.run("contacts", "remove", "collegue@example.org", "--list", "staff")
    assert (done.code, "contacts/staff.csv, and not in the store" in done.err) == (1, True)


def test_contacts_without_a_sign_for_three_years_are_pointed_out_and_left(cli: Cli) -> None:
    _import(cli, *PEOPLE)
    assert "without a sign" not in cli.ok("contacts", "list").err
    with closing(sqlite3.connect(cli.workspace / "mailer.db")) as connection, connection:
        connection.execute("UPDATE import SET at = '2020-01-12T09:30:00.000000Z'")
    _import(cli, *PEOPLE[:1], "ana@exemple.example;Anna;Aisne;élue", *PEOPLE[2:])
    assert "tous: 3 contacts without a sign for 3 years." in cli.ok("contacts", "list").err
    out = cli.workspace.parent / "vieux.csv"
    done = cli.ok("contacts", "stale", "--list", "tous", "--export", str(out), "--json").json()
    assert (done["contacts"], done["file"]) == (3, str(out))
    assert out.read_text(encoding="utf-8-sig").splitlines()[1] == "bob@exemple.example;Bob;;AISNE"
    assert len(cli.ok("contacts", "show", "tous", "--json").json()) == 4
    assert cli.ok("contacts", "stale", "--list", "staff", "--json").json()["contacts"] == 0


def test_one_contact_is_shown_with_all_that_is_known(cli: Cli) -> None:
    _import(cli, *PEOPLE)
    cli.ok("suppressions", "add", "ana@exemple.example", "--list", "tous")
    cli.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:3")
    shown = cli.ok("contacts", "show", "Ana@exemple.example").out
    words = [" ".join(line.split()) for line in shown.splitlines()]
    assert words[:5] == ["ana@exemple.example", "PRENOM Ana", "TERRITOIRE Aisne", "TAGS élue", "List tous"]
    assert words[5].startswith("Import liste.csv into tous, ")
    assert words[6].startswith("Suppressed manual ")
    assert words[7].startswith(f"Campaign {STARTER} (rehearsal) ")
    assert words[7].endswith("the address was suppressed when the recipients were frozen")
    assert "is not known here" in cli.ok("contacts", "show", "eva@exemple.example").out

"""The commands for lists and suppressions, in processes of their own."""

from __future__ import annotations

import csv
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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


def _file(cli: Cli, rows: Sequence[str], name: str = "liste.csv") -> str:
    path = cli.workspace.parent / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def _import(cli: Cli, rows: Sequence[str], name: str = "tous") -> dict[str, int]:
    return cli.ok("contacts", "import", _file(cli, rows), "--list", name, "--yes", "--json").json()


def _suppressions(cli: Cli) -> list[dict[str, Any]]:
    return cli.ok("suppressions", "list", "--json").json()


ANA, BOB = "a@exemple.fr;Ana", "b@exemple.fr;Bob"


def test_preview_without_yes_changes_nothing(cli: Cli) -> None:
    _import(cli, ["EMAIL;PRENOM", ANA])
    done = cli.run(
        "contacts", "import", _file(cli, ["EMAIL;PRENOM", "a@exemple.fr;Anna", BOB, "zut;"]), "--list", "tous"
    )
    assert (done.code, done.out) == (5, "")
    assert (
        "Not yet imported: 3 rows, 1 new, 1 updated, 0 unchanged, 0 suppressed (they stay so), 1 rejected" in done.err
    )
    assert cli.ok("contacts", "show", "tous", "--json").json() == [{"EMAIL": "a@exemple.fr", "PRENOM": "Ana"}]
    assert not (cli.workspace / "contacts" / "rejected").exists()


def test_preview_into_a_new_list_leaves_no_list(cli: Cli) -> None:
    cli.run("contacts", "import", _file(cli, ["EMAIL", "a@exemple.fr"]), "--list", "tous")
    assert [each["list"] for each in cli.ok("contacts", "list", "--json").json()] == ["staff"]


def test_reject_report_can_be_opened_by_a_double_click(cli: Cli) -> None:
    rows = ["EMAIL;PRENOM", ANA, "zut;x", "a@exemple.fr;y", *(f"zut{number};" for number in range(20))]
    done = cli.ok("contacts", "import", _file(cli, rows), "--list", "tous", "--yes")
    assert "line 3: " in done.err
    assert "and 12 more" in done.err
    assert "Every rejected row is in contacts/rejected/liste.csv" in done.err
    report = cli.workspace / "contacts" / "rejected" / "liste.csv"
    assert report.read_bytes().startswith(b"\xef\xbb\xbfLINE;REASON;EMAIL;PRENOM\r\n")
    with report.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file, delimiter=";"))
    assert [line[0] for line in lines[1:]] == [str(number) for number in range(3, 25)]
    assert lines[2] == ["4", "same address as line 2", "a@exemple.fr", "y"]


def test_column_of_addresses_that_is_left_out_stays_in_the_report_and_a_no_beside_it_counts(cli: Cli) -> None:
    _import(cli, ["EMAIL", "noe@exemple.fr", "zoe@exemple.fr"])
    rows = [
        "Email payeur;Email de l'adhérent;Souhaitez-vous recevoir nos actualités ?",
        "noe@exemple.fr;;Non",
        "lia@exemple.fr;a@exemple.fr;Oui",
        "max@exemple.fr;a@exemple.fr;Oui",
    ]
    command = ("--list", "tous", "--column", "Email de l'adhérent=EMAIL", "--yes", "--json")
    done = cli.ok("contacts", "import", _file(cli, rows), *command)
    assert [done.json()[count] for count in ("read", "new", "rejected", "suppressed")] == [3, 1, 2, 0]
    assert "line 2: The address is empty. There is one in “Email payeur”." in done.err
    with (cli.workspace / "contacts" / "rejected" / "liste.csv").open(encoding="utf-8-sig", newline="") as file:
        heading, *lines = csv.reader(file, delimiter=";")
    assert heading[:4] == ["LINE", "REASON", "LEFT OUT 1: Email payeur", "EMAIL"]
    assert [line[2:] for line in lines] == [["noe@exemple.fr", "", "Non"], ["max@exemple.fr", "a@exemple.fr", "Oui"]]
    assert [each["address"] for each in _suppressions(cli)] == ["noe@exemple.fr"]
    found = cli.ok("contacts", "export-person", "noe@exemple.fr").json()
    assert found["unreadable"] == []


def test_report_of_an_earlier_import_goes_when_all_is_well(cli: Cli) -> None:
    _import(cli, ["EMAIL", "zut"])
    _import(cli, ["EMAIL", "a@exemple.fr"])
    assert list((cli.workspace / "contacts" / "rejected").iterdir()) == []


def test_broken_file_leaves_list_and_reports_as_they_were(cli: Cli) -> None:
    _import(cli, ["EMAIL;PRENOM", ANA])
    broken = _file(cli, ["EMAIL;PRENOM", "zut;", BOB, 'c@exemple.fr;"ouvert', "d@exemple.fr;x"])
    done = cli.run("contacts", "import", broken, "--list", "tous", "--yes", "--json")
    assert (done.code, done.out) == (1, "")
    assert ":4: a quote" in done.err
    assert cli.ok("contacts", "list", "--json").json()[-1] == {
        "list": "tous",
        "kept": "store",
        "contacts": 1,
        "policy": "opposition",
    }
    assert list(cli.workspace.rglob("rejected/*")) == []


def test_suppressed_stay_suppressed_through_every_import(cli: Cli) -> None:
    cli.ok("suppressions", "add", "a@exemple.fr", "--cause", "complained", "--note", "by phone")
    for _ in range(2):
        assert _import(cli, ["EMAIL;PRENOM", ANA, BOB])["suppressed"] == 1
    (held,) = _suppressions(cli)
    assert (held["address"], held["list"], held["cause"], held["until"]) == ("a@exemple.fr", None, "complained", None)
    assert (held["source"], held["evidence"]) == ("by hand", "by phone")
    survey = cli.ok("send", STARTER, "--to", "tous", "--dry-run", "--json").json()
    assert survey["excluded"] == {"suppressed": 1}


def test_lists_of_both_kinds_are_listed(cli: Cli) -> None:
    _import(cli, ["EMAIL;PRENOM", ANA, BOB])
    assert cli.ok("contacts", "list", "--json").json() == [
        {"list": "staff", "kept": "contacts/staff.csv", "contacts": 1, "policy": "opposition"},
        {"list": "tous", "kept": "store", "contacts": 2, "policy": "opposition"},
    ]
    assert (
        " ".join(cli.ok("contacts", "list").out.split())
        == "staff contacts/staff.csv, 1 contact, opposition tous store, 2 contacts, opposition"
    )


def test_contacts_of_a_list_are_shown(cli: Cli) -> None:
    _import(cli, ["EMAIL;Prénom;Ville", "a@exemple.fr;Zoé;Lille", "b@exemple.fr;;"])
    assert cli.ok("contacts", "show", "tous", "--json").json() == [
        {"EMAIL": "a@exemple.fr", "PRENOM": "Zoé", "VILLE": "Lille"},
        {"EMAIL": "b@exemple.fr"},
    ]
    assert cli.ok("contacts", "show", "tous").out.splitlines()[0] == "a@exemple.fr  PRENOM: Zoé  VILLE: Lille"
    assert len(cli.ok("contacts", "show", "tous", "--limit", "1", "--json").json()) == 1


def _list_file(cli: Cli, *rows: str, name: str = "amis") -> None:
    (cli.workspace / "contacts" / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


ROWS = (
    "EMAIL;Prénom;Ville",
    " A@Exemple.fr ;Zoé;Lille",
    "zut;x;",
    "a@exemple.fr;y;",
    "b@été.fr;;",
    "c@exemple.fr;;Arras",
)


def test_list_kept_as_a_file_is_shown_counted_and_exported_as_a_send_reads_it(cli: Cli) -> None:
    _list_file(cli, *ROWS)
    shown = cli.ok("contacts", "show", "amis", "--json")
    assert shown.json() == [
        {"EMAIL": "a@exemple.fr", "PRENOM": "Zoé", "VILLE": "Lille"},
        {"EMAIL": "b@xn--t-9fab.fr"},
        {"EMAIL": "c@exemple.fr", "VILLE": "Arras"},
    ]
    assert "  line 3: " in shown.err
    assert "  line 4: same address as line 2" in shown.err
    assert cli.ok("contacts", "list", "--json").json()[0] == {
        "list": "amis",
        "kept": "contacts/amis.csv",
        "contacts": 3,
        "policy": "opposition",
    }
    assert cli.ok("send", STARTER, "--to", "amis", "--dry-run", "--json").json()["recipients"] == 3
    out = cli.workspace.parent / "sortie.csv"
    done = cli.ok("contacts", "export", "amis", "--out", str(out), "--json")
    assert done.json() == {"list": "amis", "file": str(out), "contacts": 3, "rejected": 2}
    assert "line 4: same address as line 2" in done.err
    assert out.read_text(encoding="utf-8-sig").splitlines() == [
        "EMAIL;PRENOM;VILLE",
        "a@exemple.fr;Zoé;Lille",
        "b@xn--t-9fab.fr;;",
        "c@exemple.fr;;Arras",
    ]


def test_first_contacts_of_a_file_are_shown_without_a_look_at_the_others(cli: Cli) -> None:
    _list_file(cli, *ROWS)
    done = cli.ok("contacts", "show", "amis", "--limit", "1")
    assert done.out == "a@exemple.fr  PRENOM: Zoé  VILLE: Lille\n"
    assert done.err == ""


def test_file_that_cannot_be_read_is_listed_without_a_number_and_with_the_reason(cli: Cli) -> None:
    _list_file(cli, "EMAIL;NOM", "a@exemple.fr;x", 'b@exemple.fr;"ouvert')
    done = cli.ok("contacts", "list", "--json")
    assert done.json()[0] == {"list": "amis", "kept": "contacts/amis.csv", "contacts": None, "policy": "opposition"}
    assert "contacts/amis.csv:3: a quote" in done.err
    out = cli.workspace.parent / "sortie.csv"
    done = cli.run("contacts", "export", "amis", "--out", str(out), "--json")
    assert (done.code, done.out, out.exists()) == (1, "", False)
    assert "contacts/amis.csv:3: a quote" in done.err


def test_column_that_was_taken_for_the_addresses_is_always_named(cli: Cli) -> None:
    _list_file(cli, "Nom;Adresse", "Ana;a@exemple.fr")
    taken = "contacts/amis.csv:1: no column is called EMAIL; the addresses are those of the column “Adresse”"
    out = str(cli.workspace.parent / "sortie.csv")
    file = str(cli.workspace / "contacts" / "amis.csv")
    for words in (
        ["contacts", "list"],
        ["contacts", "show", "amis"],
        ["contacts", "export", "amis", "--out", out],
        ["contacts", "import", file, "--list", "tous", "--yes"],
        ["check", STARTER, "--to", "amis"],
        ["send", STARTER, "--to", "amis", "--dry-run"],
    ):
        assert taken in cli.ok(*words).err, words


def test_name_that_is_no_list_is_told_with_those_there_are(cli: Cli) -> None:
    for words in (["contacts", "show", "staf"], ["contacts", "export", "staf", "--out", "x.csv"]):
        done = cli.run(*words)
        assert done.code == 1
        assert 'There is no list "staf".' in done.err
        assert "Did you mean staff? Lists here: staff." in done.err


def test_export_comes_back_as_it_was(cli: Cli) -> None:
    _import(cli, ["EMAIL;TEL;NOTE", 'a@exemple.fr;+33 3 53;"=1+1 ; ""x"""', "=b@exemple.fr;;l’été"])
    shown = cli.ok("contacts", "show", "tous", "--json").json()
    out = str(cli.workspace.parent / "sortie.csv")
    assert "2 contacts written to" in cli.ok("contacts", "export", "tous", "--out", out).err
    done = cli.ok("contacts", "import", out, "--list", "tous", "--yes", "--json")
    assert done.json() == {"read": 2, "new": 0, "updated": 0, "unchanged": 2, "rejected": 0, "suppressed": 0}
    assert cli.ok("contacts", "show", "tous", "--json").json() == shown
    assert shown[0]["NOTE"] == '=1+1 ; "x"'


def test_export_never_writes_over_a_file(cli: Cli) -> None:
    _import(cli, ["EMAIL", "a@exemple.fr"])
    staff = cli.workspace / "contacts" / "staff.csv"
    before = staff.read_bytes()
    done = cli.run("contacts", "export", "tous", "--out", str(staff))
    assert done.code == 2
    assert "is there already" in done.err
    assert "Choose another name" in done.err
    assert staff.read_bytes() == before


def test_file_whose_name_cannot_be_typed_is_listed_with_the_name_to_give_it(cli: Cli) -> None:
    (cli.workspace / "contacts" / "Adhérents 2027.csv").write_text("EMAIL\na@exemple.fr\n", encoding="utf-8")
    done = cli.ok("contacts", "list", "--json")
    assert [each["list"] for each in done.json()] == ["staff"]
    assert "rename it to Adherents-2027.csv" in cli.ok("contacts", "list").err
    done = cli.run("test", STARTER, "--to", "Adhérents 2027")
    assert done.code == 2
    assert "Rename the file to Adherents-2027.csv" in done.err
    assert "rename it to Adherents-2027.csv" in cli.run("test", STARTER, "--to", "adherents").err


def test_file_inside_the_workspace_is_called_by_its_short_name(cli: Cli) -> None:
    file = cli.workspace / "contacts" / "vide.csv"
    file.write_text("", encoding="utf-8")
    for arguments in (("contacts", "import", str(file), "--list", "x", "--yes"), ("test", STARTER, "--to", "vide")):
        done = cli.run(*arguments)
        assert done.code == 1
        assert "contacts/vide.csv" in done.err
        assert str(cli.workspace) not in done.err


def test_header_alone_is_told_to_add_nobody(cli: Cli) -> None:
    done = cli.ok("contacts", "import", _file(cli, ["EMAIL"]), "--list", "tous", "--yes")
    assert "has no row below its first line: nobody was added to tous" in done.err


def test_suppression_of_another_scope_is_named_with_its_command(cli: Cli) -> None:
    cli.ok("suppressions", "add", "a@exemple.fr", "--list", "staff")
    done = cli.run("suppressions", "remove", "a@exemple.fr")
    assert done.code == 1
    assert "a@exemple.fr has no suppression for all lists; it is suppressed on the list staff (manual)." in done.err
    assert "apes-mailer suppressions remove a@exemple.fr --list staff" in done.err


def test_addresses_of_a_former_service_are_suppressed_at_once(cli: Cli) -> None:
    cli.ok("suppressions", "add", "a@exemple.fr", "--cause", "imported")
    command = [sys.executable, "-m", "apes_mailer", "--workspace", str(cli.workspace), "suppressions", "add", "-"]
    done = subprocess.run(
        [*command, "--cause", "imported"],
        input="\ufeffA@exemple.fr\r\n\r\nzut\r\nb@exemple.fr\r\nc@exemple.fr\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=cli.environment(),
        check=False,
    )
    assert done.returncode == 1
    assert "3 addresses read, 2 newly suppressed on every list." in done.stderr
    assert "line 3: zut is not an address" in done.stderr
    causes = {each["address"]: each["cause"] for each in _suppressions(cli)}
    assert causes == {"a@exemple.fr": "imported", "b@exemple.fr": "imported", "c@exemple.fr": "imported"}


def test_suppression_has_a_scope_and_can_be_taken_back(cli: Cli) -> None:
    _import(cli, ["EMAIL", "a@exemple.fr"])
    assert "is suppressed on the list tous" in cli.ok("suppressions", "add", "A@exemple.fr", "--list", "tous").err
    assert "already was suppressed" in cli.ok("suppressions", "add", "a@exemple.fr", "--list", "tous").err
    assert "is suppressed on every list" in cli.ok("suppressions", "add", "a@exemple.fr").err
    assert [each["list"] for each in _suppressions(cli)] == ["tous", None]
    assert "a@exemple.fr is still suppressed on the list tous" in cli.ok("suppressions", "remove", "a@exemple.fr").err
    assert "may be mailed again" in cli.ok("suppressions", "remove", "a@exemple.fr", "--list", "tous").err
    assert _suppressions(cli) == []


def test_word_of_the_person_is_taken_back_with_the_reason_only(cli: Cli) -> None:
    cli.ok("suppressions", "add", "a@exemple.fr", "--cause", "unsubscribed")
    cli.ok("suppressions", "add", "a@exemple.fr", "--cause", "complained")
    done = cli.run("suppressions", "remove", "a@exemple.fr")
    assert done.code == 2
    assert "The address is unsubscribed: that was the person's word" in done.err
    reason = ("--because", "asked by phone")
    done = cli.ok("suppressions", "remove", "a@exemple.fr", *reason)
    assert "a@exemple.fr is still suppressed on every list (complained)" in done.err
    assert [each["cause"] for each in _suppressions(cli)] == ["complained"]
    done = cli.run("suppressions", "remove", "a@exemple.fr", *reason)
    assert "suppressions remove a@exemple.fr --cause complained --because" in done.err
    assert (
        "may be mailed again" in cli.ok("suppressions", "remove", "a@exemple.fr", "--cause", "complained", *reason).err
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--cause", "paused"), "A pause has an end."),
        (("--until", "demain"), "demain is no day."),
        (("--until", "31/12/2099"), "Write 2099-12-31, if that is the day."),
        (("--until", "2020-01-01"), "2020-01-01 is not in the future."),
        (("--cause", "erased"), "contacts erase-person ADDRESS"),
    ],
)
def test_suppression_that_makes_no_sense_is_refused(cli: Cli, given: tuple[str, ...], said: str) -> None:
    done = cli.run("suppressions", "add", "a@exemple.fr", *given)
    assert (done.code, said in done.err) == (2, True)
    assert _suppressions(cli) == []


def test_pause_is_shown_with_its_end(cli: Cli) -> None:
    cli.ok("suppressions", "add", "a@exemple.fr", "--cause", "paused", "--until", "2999-09-01")
    assert "until 2999-09-01" in cli.ok("suppressions", "list").out


def test_address_never_seen_can_be_suppressed_before_it_is_imported(cli: Cli) -> None:
    cli.ok("suppressions", "add", "a@exemple.fr", "--list", "staff")
    assert "a@exemple.fr  staff  manual" in cli.ok("suppressions", "list").out
    cli.ok("suppressions", "add", "b@exemple.fr")
    assert _import(cli, ["EMAIL;PRENOM", ANA, BOB]) == {
        "read": 2,
        "new": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "suppressed": 1,
    }


def test_suppressing_for_a_list_that_was_never_sent_to_counts_when_it_is(cli: Cli) -> None:
    cli.ok("suppressions", "add", "collegue@example.org", "--list", "staff")
    done = cli.run("test", STARTER)
    assert done.code == 1
    assert "gives no recipient (1 suppressed)" in done.err


def test_database_holds_a_contact_once_whatever_the_lists(cli: Cli) -> None:
    for name in ("tous", "amis"):
        _import(cli, ["EMAIL;PRENOM", ANA], name)
    with sqlite3.connect(cli.workspace / "mailer.db") as connection:
        assert connection.execute("SELECT count(*) FROM contact").fetchone() == (1,)
    connection.close()

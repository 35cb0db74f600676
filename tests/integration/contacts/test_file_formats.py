"""Lists in every form, through the commands: imported, kept as files, asked about, and never to those who said no."""

from __future__ import annotations

import csv
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import STARTER, Cli, copy_workspace, make_workspace
from tests.support.tables import write_ods, write_xlsx, write_zip

pytestmark = pytest.mark.slow

_TWO = [("Courriel pro", "Courriel perso", "Nom"), ("pro@exemple.fr", "perso@exemple.fr", "Ana")]
_SIGNED = [("Courriel", "Newsletter"), ("a@exemple.fr", "oui"), ("b@exemple.fr", "non"), ("c@exemple.fr", "")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A new workspace."""
    folder = tmp_path_factory.mktemp("formats")
    return make_workspace(folder / "workspace", folder / "home")


@pytest.fixture
def cli(made: Cli, tmp_path: Path) -> Cli:
    """A copy of a new workspace."""
    return copy_workspace(made, tmp_path / "workspace", tmp_path / "home")


def _addresses(cli: Cli, name: str) -> list[str]:
    return [each["EMAIL"] for each in cli.ok("contacts", "show", name, "--json").json()]


def test_export_of_mailchimp_is_moved_in_one_command(cli: Cli, tmp_path: Path) -> None:
    path = write_zip(
        tmp_path / "audience.zip",
        {
            "subscribed_members_export_1.csv": (
                "Email Address,First Name,CONFIRM_TIME\na@exemple.fr,Ana,2024-03-05 10:00:00\nzut,x,\n"
            ),
            "unsubscribed_members_export_1.csv": "Email Address,UNSUB_TIME\nb@exemple.fr,2025-03-05 10:00:00\n",
            "cleaned_members_export_1.csv": "Email Address,CLEAN_TIME\nc@exemple.fr,2025-03-06 10:00:00\n",
        },
    )
    asked = cli.run("contacts", "import", str(path), "--list", "lettre")
    assert asked.code == 5
    assert "4 rows, 1 new, 0 updated, 0 unchanged, 2 suppressed (they stay so, 2 because the file says no)" in asked.err
    assert "subscribed_members_export_1.csv, line 3: An email address must have an @-sign." in asked.err
    assert "unsubscribed_members_export_1.csv: by its name a file of people who get no letters" in asked.err
    assert "\nsubscribed_members_export_1.csv: Addresses: “Email Address”" in asked.err
    assert cli.ok("suppressions", "list", "--json").json() == []
    done = cli.ok("contacts", "import", str(path), "--list", "lettre", "--yes", "--json").json()
    assert (done["read"], done["new"], done["suppressed"], done["opted_out"], done["rejected"]) == (4, 1, 2, 2, 1)
    assert _addresses(cli, "lettre") == ["a@exemple.fr"]
    found = [(each["address"], each["cause"], each["list"], each["source"]) for each in _suppressions(cli)]
    assert sorted(found) == [
        ("b@exemple.fr", "imported", "lettre", "audience.zip"),
        ("c@exemple.fr", "bounced", None, "audience.zip"),
    ]
    with (cli.workspace / "contacts" / "rejected" / "audience.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file, delimiter=";"))["LINE"] == "subscribed_members_export_1.csv, line 3"


def _suppressions(cli: Cli) -> list[dict[str, str]]:
    return cli.ok("suppressions", "list", "--json").json()


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_spreadsheet_in_the_folder_of_lists_is_sent_to_but_for_those_who_said_no(cli: Cli, suffix: str) -> None:
    write = write_xlsx if suffix == "xlsx" else write_ods
    write(cli.workspace / "contacts" / f"amis.{suffix}", {"Amis": [["Mes amis"], [], *_SIGNED]})
    survey = cli.ok("send", STARTER, "--to", "amis", "--dry-run", "--json").json()
    assert (survey["candidates"], survey["recipients"], survey["excluded"]) == (3, 2, {"suppressed": 1})
    assert _suppressions(cli) == [], "a dry run leaves nothing"
    cli.ok("send", STARTER, "--to", "amis", "--confirm", f"{STARTER}:2")
    assert [(each["address"], each["list"]) for each in _suppressions(cli)] == [("b@exemple.fr", "amis")]
    shown = cli.ok("contacts", "show", "amis")
    assert "line 5: wants no letters (NEWSLETTER: non)" in shown.err
    assert _addresses(cli, "amis") == ["a@exemple.fr", "c@exemple.fr"]


def test_address_book_is_a_list(cli: Cli) -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nN:Blanc;Léa;;;\nFN:Léa Blanc\nEMAIL:lea@exemple.fr\nEND:VCARD\n"
    (cli.workspace / "contacts" / "carnet.vcf").write_text(card, encoding="utf-8")
    assert cli.ok("contacts", "show", "carnet", "--json").json() == [
        {"EMAIL": "lea@exemple.fr", "PRENOM": "Léa", "NOM": "Blanc"}
    ]


def test_column_and_sheet_are_told_once(cli: Cli, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "adherents.xlsx", {"2026": _TWO, "2027": _TWO})
    command = ("contacts", "import", str(path), "--list", "tous", "--yes")
    first = cli.run(*command)
    assert (first.code, "--sheet '2026'" in first.err) == (1, True)
    second = cli.run(*command, "--sheet", "2027")
    assert (second.code, "--column 'Courriel pro=EMAIL'" in second.err) == (1, True)
    cli.ok(*command, "--sheet", "2027", "--column", "Courriel perso=EMAIL", "--column", "Nom=PRENOM")
    assert cli.ok(*command, "--json").json()["unchanged"] == 1
    assert cli.ok("contacts", "show", "tous", "--json").json() == [
        {"EMAIL": "perso@exemple.fr", "COURRIEL_PRO": "pro@exemple.fr", "PRENOM": "Ana"}
    ]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("Courriel", "does not say which column is which field"),
        ("=EMAIL", "does not say which column is which field"),
        ("Nom=2027", "does not say which column is which field"),
        ("Absent=EMAIL", "has no column “Absent”"),
    ],
)
def test_column_that_is_told_wrongly_is_a_mistake_in_the_command(
    cli: Cli, tmp_path: Path, option: str, said: str
) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.csv": "EMAIL;Nom\na@exemple.fr;Ana\n"})
    done = cli.run("contacts", "import", str(path), "--list", "tous", "--yes", "--column", option)
    assert (done.code, said in done.err) == (2, True)


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")
@pytest.mark.parametrize(
    ("typed", "code", "imported"),
    [("2\n1\nyes\n", 0, ["pro@exemple.fr"]), ("2\n2\nyes\n", 0, ["perso@exemple.fr"]), ("9\n", 5, []), ("\n", 5, [])],
)
def test_on_a_terminal_the_column_and_the_sheet_are_asked_for(
    cli: Cli, tmp_path: Path, typed: str, code: int, imported: list[str]
) -> None:
    path = write_ods(tmp_path / "adherents.ods", {"2026": [("EMAIL",), ("x@exemple.fr",)], "2027": _TWO})
    program, mine = pty.openpty()
    os.write(program, typed.encode())
    command = [sys.executable, "-m", "apes_mailer", "--workspace", str(cli.workspace), "contacts", "import", str(path)]
    done = subprocess.run(
        [*command, "--list", "tous"],
        stdin=mine,
        capture_output=True,
        encoding="utf-8",
        env=cli.environment(),
        timeout=120,
        check=False,
    )
    os.close(program)
    os.close(mine)
    assert done.returncode == code, done.stderr
    assert "On which one is the list?" in done.stderr
    if imported:
        assert _addresses(cli, "tous") == imported
        assert cli.ok("contacts", "import", str(path), "--list", "tous", "--yes", "--json").json()["unchanged"] == 1
    else:
        assert "nothing was imported" in done.stderr
        assert not (cli.workspace / "contacts" / "columns.json").exists()


def test_preview_says_how_the_columns_were_understood_and_what_they_leave_open(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "adhesions.csv"
    path.write_text(
        "Email payeur;Prénom adhérent;Email de l'enfant;Souhaitez-vous recevoir notre lettre ?;Déjà venu;Date d'ajout;"
        "Avis\n"
        "a@exemple.fr;Ana;x@exemple.fr;Oui;Oui;12-03-2024 10:00:00;\n"
        "b@exemple.fr;Bob;y@exemple.fr;Non;Oui;;\n"
        "c@exemple.fr;Cléo;;Oui;Non;12.2024;ne veut plus de mails\n"
        "d@exemple.fr;Dora;;Oui;Non;12/03/2099;\n",
        encoding="utf-8",
    )
    command = ("contacts", "import", str(path), "--list", "lettre")
    said = cli.ok(*command, "--dry-run").err
    for line in (
        "Addresses: “Email payeur”; PRENOM: “Prénom adhérent”; 5 other columns",
        "Yes or no to letters: “Souhaitez-vous recevoir notre lettre ?”",
        "“Déjà venu”: 2 no, 1 yes. Is a no in it one to the letter?",
        "If so: --column 'Déjà venu=NEWSLETTER'   else: --column 'Déjà venu=DEJA_VENU'",
        "“Email de l'enfant” holds addresses too",
        """To write to those: --column "Email de l'enfant=EMAIL\"""",
        "line 4: “12.2024” in “Date d'ajout”, the day of a consent, is no day that can be read",
        "line 4: “Avis” says “ne veut plus de mails”",
        "line 5: “2099-03-12”, the day of a consent, lies in the future",
        "2 consents as of today: the file has no day for them",
    ):
        assert line in said
    done = cli.ok(*command, "--column", "Déjà venu=NEWSLETTER", "--yes")
    assert "is a no in it" not in done.err.lower()
    assert _addresses(cli, "lettre") == ["a@exemple.fr"]
    shown = cli.ok("contacts", "show", "a@exemple.fr", "--json").json()
    assert [each["at"][:19] for each in shown["consents"]] == ["2024-03-12T10:00:00"]
    again = cli.ok(*command, "--dry-run").err
    assert "Remembered in contacts/columns.json: “Déjà venu” is NEWSLETTER." in again

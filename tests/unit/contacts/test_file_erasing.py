"""Taking a person out of a list kept as a file: the rows go, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from apes_mailer.contacts import file_erasing, repair
from apes_mailer.errors import ContactsError
from tests.support.tables import write_xlsx

ANA = "ana@exemple.fr"


def _erased(tmp_path: Path, content: str, encoding: str = "utf-8", address: str = ANA) -> tuple[int, str]:
    path = tmp_path / "liste.csv"
    path.write_bytes(content.encode(encoding))
    count = file_erasing.erase(path, address, shown="liste.csv")
    assert list(tmp_path.iterdir()) == [path]
    return count, path.read_bytes().decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_row_of_the_person_goes_and_all_else_stays(tmp_path: Path, encoding: str, end: str) -> None:
    rows = ["EMAIL;PRENOM;MOT", "bob@exemple.fr;Bob;été", "ANA@Exemple.fr;Ana;«bonjour»", "eva@exemple.fr;Éva;"]
    text = end.join(rows) + end
    assert _erased(tmp_path, text, encoding) == (1, text.replace(rows[2] + end, ""))


def test_rights_of_the_file_stay_what_they_were(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("EMAIL\nana@exemple.fr\nbob@exemple.fr\n", encoding="utf-8")
    path.chmod(0o640)
    before = path.stat().st_mode
    assert file_erasing.erase(path, ANA, shown="liste.csv") == 1
    assert path.stat().st_mode == before


def test_row_over_several_lines_goes_as_a_whole(tmp_path: Path) -> None:
    text = 'EMAIL;NOTE\nana@exemple.fr;"une\ndeux\n\ntrois"\n\nbob@exemple.fr;"x\ny"\n'
    assert _erased(tmp_path, text) == (1, 'EMAIL;NOTE\nbob@exemple.fr;"x\ny"\n')


@pytest.mark.parametrize("last", ["", "\n"])
def test_last_row_goes_with_or_without_a_line_end(tmp_path: Path, last: str) -> None:
    text = f"EMAIL;PRENOM\nbob@exemple.fr;Bob\nana@exemple.fr;Ana{last}"
    assert _erased(tmp_path, text) == (1, "EMAIL;PRENOM\nbob@exemple.fr;Bob\n")


def test_every_row_of_the_person_goes_and_stray_quotes_take_nobody_along(tmp_path: Path) -> None:
    text = 'EMAIL;NOTE\nana@exemple.fr;tuyau de 5"\nbob@exemple.fr;x\nana@exemple.fr;y\nana@exemple.fr;z\n'
    assert _erased(tmp_path, text) == (3, "EMAIL;NOTE\nbob@exemple.fr;x\n")


def test_address_in_the_row_of_another_goes_alone(tmp_path: Path) -> None:
    text = "EMAIL;PARRAIN\nbob@exemple.fr;Ana <Ana@exemple.fr>\n"
    assert _erased(tmp_path, text) == (1, "EMAIL;PARRAIN\nbob@exemple.fr;Ana <>\n")


def test_row_that_is_no_contact_goes_when_it_names_the_person(tmp_path: Path) -> None:
    text = "EMAIL;PRENOM\nana@exemple.fr, bob@exemple.fr;Ana et Bob\neva@exemple.fr;Eva\n"
    assert _erased(tmp_path, text) == (1, "EMAIL;PRENOM\neva@exemple.fr;Eva\n")


def test_address_in_another_spelling_of_its_domain_is_the_same(tmp_path: Path) -> None:
    text = "EMAIL\nana@été.example\nbob@exemple.fr\n"
    assert _erased(tmp_path, text, address="ana@xn--t-9fab.example") == (1, "EMAIL\nbob@exemple.fr\n")


@pytest.mark.parametrize(
    "written",
    [
        "ana @ exemple.fr",
        "a\u200bna@exemple.fr",
        "Ana <ana@exemple.fr>",
        "\ufeffANA@exemple.fr.",
        "a\u00adna @Exemple.fr",
    ],
)
def test_whatever_a_send_mends_to_the_address_goes(tmp_path: Path, written: str) -> None:
    text = f"EMAIL;PRENOM\n{written};Ana\nbob@exemple.fr;Bob\n"
    assert repair.normalise(written) == ANA
    assert _erased(tmp_path, text) == (1, "EMAIL;PRENOM\nbob@exemple.fr;Bob\n")


@pytest.mark.parametrize(
    "other", ["mariana@exemple.fr", "ana@exemple.fr.example", "x.ana@exemple.fr", "+ana@exemple.fr"]
)
def test_longer_address_is_another_person(tmp_path: Path, other: str) -> None:
    text = f"EMAIL;NOTE\n{other};{other}\n"
    before = (tmp_path / "liste.csv", text)
    assert _erased(tmp_path, text) == (0, before[1])


def test_spreadsheet_under_the_name_of_a_text_is_not_written_again(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "liste.csv", {"A": [["Courriel"], [ANA]]})
    before = path.read_bytes()
    with pytest.raises(ContactsError):
        file_erasing.erase(path, ANA, shown="liste.csv")
    assert path.read_bytes() == before

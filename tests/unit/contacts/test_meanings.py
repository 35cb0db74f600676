"""What people said about the columns and sheets of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from apes_mailer.contacts.columns import UnclearColumnsError
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.meanings import FILE_NAME, Meanings
from apes_mailer.contacts.rows import Row
from apes_mailer.errors import ContactsError

_HEADER = "Courriel pro;Courriel perso;Nom\n"
_ROW = "pro@exemple.fr;perso@exemple.fr;Ana\n"
_TOLD = {"Courriel  pro": "EMAIL"}


def _list(folder: Path, header: str = _HEADER, name: str = "liste.csv") -> Path:
    path = folder / name
    path.write_text(header + _ROW, encoding="utf-8")
    return path


def test_told_column_holds_the_addresses_and_the_others_stay_fields(tmp_path: Path) -> None:
    with open_contacts_file(_list(tmp_path), meanings=Meanings(columns=_TOLD)) as file:
        assert file.fields == ("COURRIEL_PERSO", "NOM")
        assert list(file) == [Row(2, "pro@exemple.fr", ("perso@exemple.fr", "Ana"))]


def test_column_told_to_be_nothing_is_ignored(tmp_path: Path) -> None:
    path = _list(tmp_path, "Email;Courriel;Nom\n")
    with pytest.raises(UnclearColumnsError) as caught:
        open_contacts_file(path)
    assert caught.value.candidates == ("Email", "Courriel")
    with open_contacts_file(path, meanings=Meanings(columns={"Courriel": ""})) as file:
        assert file.fields == ("NOM",)
        assert list(file) == [Row(2, "pro@exemple.fr", ("Ana",), ("perso@exemple.fr",))]


def test_unclear_columns_come_with_those_that_may_be_meant(tmp_path: Path) -> None:
    with pytest.raises(UnclearColumnsError) as caught:
        open_contacts_file(_list(tmp_path))
    assert caught.value.candidates == ("Courriel pro", "Courriel perso")
    assert caught.value.headers == ("Courriel pro", "Courriel perso", "Nom")


def test_answer_is_remembered_for_files_with_the_same_header_line(tmp_path: Path) -> None:
    kept_in = tmp_path / "lists" / FILE_NAME
    meanings = Meanings(kept_in, columns=_TOLD)
    open_contacts_file(_list(tmp_path), meanings=meanings).close()
    meanings.remember("liste.csv")
    later = _list(tmp_path, _HEADER.replace("pro", " pro "), "autre.csv")
    with open_contacts_file(later, meanings=Meanings(kept_in)) as file:
        assert list(file) == [Row(2, "pro@exemple.fr", ("perso@exemple.fr", "Ana"))]
    with pytest.raises(UnclearColumnsError):
        open_contacts_file(_list(tmp_path, "Courriel pro;Courriel perso;Prénom\n"), meanings=Meanings(kept_in))


def test_list_kept_as_a_file_is_read_with_the_answers_beside_it(tmp_path: Path) -> None:
    path = _list(tmp_path)
    meanings = Meanings(tmp_path / FILE_NAME, columns={"Courriel perso": "EMAIL"})
    open_contacts_file(path, meanings=meanings).close()
    meanings.remember(path.name)
    with open_contacts_file(path) as file:
        assert [row.address for row in file if isinstance(row, Row)] == ["perso@exemple.fr"]


def test_later_answer_replaces_the_earlier_one_and_leaves_others(tmp_path: Path) -> None:
    kept_in = tmp_path / FILE_NAME
    for header, told in ((_HEADER, {"Nom": "PRENOM"}), (_HEADER, _TOLD), ("A;B;C\n", {"A": "EMAIL", "B": ""})):
        meanings = Meanings(kept_in, columns=told)
        meanings.columns(header.strip().split(";"))
        meanings.remember("liste.csv")
    assert Meanings(kept_in).columns(["Courriel pro", "Courriel perso", "Nom"]) == {
        "Courriel pro": "EMAIL",
        "Nom": "PRENOM",
    }
    assert Meanings(kept_in).columns(["A", "B", "C"]) == {"A": "EMAIL", "B": ""}


def test_sheet_is_remembered_for_files_of_the_name(tmp_path: Path) -> None:
    kept_in = tmp_path / FILE_NAME
    Meanings(kept_in, sheet="2027").remember("liste.xlsx")
    assert Meanings(kept_in).sheet("liste.xlsx") == "2027"
    assert Meanings(kept_in, sheet="2026").sheet("liste.xlsx") == "2026"
    assert Meanings(kept_in).sheet("autre.xlsx") == ""


def test_nothing_said_leaves_no_file(tmp_path: Path) -> None:
    Meanings(tmp_path / FILE_NAME).remember("liste.csv")
    Meanings(columns=_TOLD).remember("liste.csv")
    assert list(tmp_path.iterdir()) == []


def test_unknown_columns_are_named() -> None:
    meanings = Meanings(columns={"Courriel pro": "EMAIL", "Ville": "VILLE"})
    meanings.columns(["Courriel pro", "Nom"])
    assert meanings.unused() == ["Ville"]


@pytest.mark.parametrize("content", ["{", "[]", '{"columns": {"a": 1}}', '{"columns": {"a": {"b": 2}}}'])
def test_damaged_memory_says_what_to_do(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    with pytest.raises(ContactsError) as caught:
        open_contacts_file(_list(tmp_path))
    assert "is damaged" in caught.value.message
    assert "Delete it" in caught.value.hint

"""Lists that come as a spreadsheet of Excel or LibreOffice."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.meanings import Meanings
from apes_mailer.contacts.rows import BadRow, OptOut, Row
from apes_mailer.contacts.spreadsheet import SeveralSheetsError
from apes_mailer.errors import ContactsError
from tests.support.tables import Cell, write_ods, write_ods_content, write_xlsx

pytestmark = pytest.mark.slow

_Write = Callable[[Path, Mapping[str, Sequence[Sequence[Cell]]]], Path]
_HEADER = ("Prénom", "Courriel")
_ANA, _BOB = ("Ana", "ana@exemple.fr"), ("Bob", "bob@exemple.fr")


def _rows(path: Path, sheet: str = "") -> list[Row | OptOut | BadRow]:
    with open_contacts_file(path, meanings=Meanings(sheet=sheet)) as file:
        return list(file)


def _refusal(path: Path, sheet: str = "") -> ContactsError:
    with pytest.raises(ContactsError) as caught:
        _rows(path, sheet)
    assert caught.value.hint
    assert str(path) in caught.value.message
    return caught.value


@pytest.mark.parametrize(("write", "suffix"), [(write_xlsx, "xlsx"), (write_ods, "ods")], ids=["xlsx", "ods"])
def test_rows_come_with_the_numbers_that_the_sheet_shows(tmp_path: Path, write: _Write, suffix: str) -> None:
    table: list[Sequence[Cell]] = [["Adhérents, année 2027"], [], ["à jour le 3 janvier"], _HEADER, _ANA, [], _BOB]
    path = write(tmp_path / f"liste.{suffix}", {"Feuille 1": table})
    with open_contacts_file(path) as file:
        assert file.header_line == 4
        assert file.fields == ("PRENOM",)
        assert list(file) == [Row(5, "ana@exemple.fr", ("Ana",)), Row(7, "bob@exemple.fr", ("Bob",))]


@pytest.mark.parametrize(("write", "suffix"), [(write_xlsx, "xlsx"), (write_ods, "ods")], ids=["xlsx", "ods"])
def test_values_read_as_a_french_spreadsheet_shows_them(tmp_path: Path, write: _Write, suffix: str) -> None:
    cells: dict[str, tuple[Cell, str]] = {
        "Courriel": ("ana@exemple.fr", "ana@exemple.fr"),
        "Code postal": (59000.0, "59000"),
        "Téléphone": (320112233, "0320112233"),
        "SIREN": (320112233, "320112233"),
        "Tél. portable": ("06 12 34 56 78", "06 12 34 56 78"),
        "Cotisation": (12.5, "12,5"),
        "Depuis": (dt.date(2024, 3, 5), "05/03/2024"),
        "À jour": (True, "VRAI"),
        "Note": ("une\nautre ligne", "une autre ligne"),
        "Vide": (None, ""),
    }
    row = [value for value, _ in cells.values()]
    path = write(tmp_path / f"liste.{suffix}", {"Feuille 1": [list(cells), row]})
    assert _rows(path) == [Row(2, "ana@exemple.fr", tuple([shown for _, shown in cells.values()][1:]))]


def test_formula_has_its_value_and_an_error_none(tmp_path: Path) -> None:
    library: Any = xlsxwriter
    path = tmp_path / "liste.xlsx"
    with library.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Courriel", "Ville", "Total"])
        sheet.write_formula(1, 0, '="ana"&"@exemple.fr"', None, "ana@exemple.fr")
        sheet.write_formula(1, 1, "=A9", None, "#N/A")
        sheet.write_formula(1, 2, "=1+1", None, 2)
    assert _rows(path) == [Row(2, "ana@exemple.fr", ("", "2"))]


def test_cell_merged_over_several_rows_holds_for_each(tmp_path: Path) -> None:
    library: Any = xlsxwriter
    path = tmp_path / "liste.xlsx"
    with library.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "Les membres")
        sheet.write_row(1, 0, ["Structure", *_HEADER])
        sheet.merge_range(2, 0, 3, 0, "Le Jardin")
        sheet.write_row(2, 1, _ANA)
        sheet.write_row(3, 1, _BOB)
        sheet.write_row(4, 1, ("Cléo", "cleo@exemple.fr"))
        sheet.set_row(3, None, None, {"hidden": True})
    assert _rows(path) == [
        Row(3, "ana@exemple.fr", ("Le Jardin", "Ana")),
        Row(4, "bob@exemple.fr", ("Le Jardin", "Bob")),
        Row(5, "cleo@exemple.fr", ("", "Cléo")),
    ]


def test_sheet_with_the_addresses_is_found(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "liste.xlsx",
        {"Lisez-moi": [["Bonjour"]], "Gens": [_HEADER, _ANA], "Vide": [], "Ancien": [_HEADER, _BOB]},
        hidden=["Ancien"],
    )
    assert _rows(path) == [Row(2, "ana@exemple.fr", ("Ana",))]


def test_of_several_sheets_with_addresses_a_person_says_which(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "liste.ods", {"2026": [_HEADER, _BOB], "2027": [_HEADER, _ANA], "Notes": [["x"]]})
    error = _refusal(path)
    assert isinstance(error, SeveralSheetsError)
    assert error.sheets == ["2026", "2027"]
    assert "“2026”, “2027”" in error.message
    assert "the name of the file" in error.hint
    assert _rows(path, "2027") == [Row(2, "ana@exemple.fr", ("Ana",))]
    assert "no sheet “2028”" in _refusal(path, "2028").message


def test_sheet_called_like_the_file_is_taken_before_others(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "adherents.ods", {"2026": [_HEADER, _BOB], "Adhérents": [_HEADER, _ANA]})
    assert _rows(path) == [Row(2, "ana@exemple.fr", ("Ana",))]


def test_spreadsheet_without_addresses_names_its_sheets(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "liste.xlsx", {"Budget": [["Total", 12]], "Notes": [["x"]]})
    assert "holds no address on any of its sheets: “Budget”, “Notes”" in _refusal(path).message


def test_comma_in_a_name_of_a_column_separates_nothing(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "liste.xlsx", {"A": [["Nom, prénom, titre", "Adresse"], ["Ana", "ana@exemple.fr"]]})
    with open_contacts_file(path) as file:
        assert file.fields == ("NOM_PRENOM_TITRE",)
        assert list(file) == [Row(2, "ana@exemple.fr", ("Ana",))]


@pytest.mark.parametrize("content", [b"PK\x03\x04\x14", b"\xd0\xcf\x11\xe0" * 200, b"PK\x05\x06" + bytes(18)])
def test_what_only_begins_like_a_spreadsheet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "liste.xlsx"
    path.write_bytes(content)
    _refusal(path)


def test_truncated_and_altered_spreadsheets_are_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "liste.xlsx", {"A": [_HEADER, *[_ANA] * 500]})
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:1500] + b"\0" * 200 + whole[1700:]):
        path.write_bytes(damaged)
        _refusal(path)


def test_cell_far_away_from_the_others_is_refused_before_memory_runs_out(tmp_path: Path) -> None:
    library: Any = xlsxwriter
    path = tmp_path / "liste.xlsx"
    with library.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, _HEADER)
        sheet.write_row(1, 0, _ANA)
        sheet.write(1_048_575, 16_383, "x")
    assert "too large" in _refusal(path).message


def test_a_row_repeated_a_million_times_is_refused(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>a@exemple.fr</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell * 200}</table:table-row>'
    path = write_ods_content(tmp_path / "liste.ods", f'<table:table table:name="A">{row}</table:table>')
    assert path.stat().st_size < 3000
    assert "far too large" in _refusal(path).message


def test_styled_but_empty_rows_to_the_end_of_the_sheet_do_no_harm(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    row = f"<table:table-row>{cell}</table:table-row>"
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    rest = f'<table:table-row table:number-rows-repeated="1048574">{blank}</table:table-row>'
    table = f'<table:table table:name="A">{row.format("Courriel")}{row.format("ana@exemple.fr")}{rest}</table:table>'
    path = write_ods_content(tmp_path / "liste.ods", table)
    assert _rows(path) == [Row(2, "ana@exemple.fr", ())]


def test_file_that_unpacks_to_more_than_it_says_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "liste.xlsx", {"A": [_HEADER, *[_ANA] * 5000]})
    with zipfile.ZipFile(path) as packed:
        part = packed.getinfo("xl/worksheets/sheet1.xml")
    content = path.read_bytes()
    size = struct.pack("<I", part.file_size)
    assert content.count(size) >= 1
    path.write_bytes(content.replace(size, struct.pack("<I", 64)))
    assert "damaged" in _refusal(path).message


def test_locked_spreadsheet_says_so(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "liste.xlsx", {"A": [_HEADER, _ANA]})
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= 1
            start = content.find(mark, start + 4)
    path.write_bytes(bytes(content))
    assert "locked by a password" in _refusal(path).message

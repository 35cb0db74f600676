"""Contacts files as spreadsheets and services write them, and as they arrive damaged."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
import sys
import tracemalloc
import zipfile
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.rows import BadRow, OptOut, Row
from apes_mailer.errors import ContactsError

_TABLE = [
    ["Courriel", "Prénom", "Nom", "Société"],
    ["lea@exemple.fr", "Léa", "Dupont; Martin", "Association « Ça roule »"],
    ["noe@exemple.fr", "Noé", 'Le "Grand"', "12, rue\tdu Cœur"],
    ["zoe@exemple.fr", "Zoë", "", "Été & Cie – 20 €"],
]


def _read(path: Path) -> list[Row | OptOut | BadRow]:
    with open_contacts_file(path) as file:
        return list(file)


def _written(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "liste.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def _refusal(path: Path) -> ContactsError:
    with pytest.raises(ContactsError) as caught:
        _read(path)
    assert caught.value.hint
    assert caught.value.message.startswith(str(path))
    return caught.value


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"], ids=["semicolon", "comma", "tab", "bar"])
@pytest.mark.parametrize(
    ("mark", "codec", "found"),
    [
        (b"", "utf-8", "utf-8"),
        (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
        (b"", "cp1252", "cp1252"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (b"", "utf-16-le", "utf-16-le"),
        (b"", "utf-16-be", "utf-16-be"),
    ],
    ids=["utf8", "utf8-bom", "cp1252", "utf16le-bom", "utf16be-bom", "utf16le", "utf16be"],
)
def test_all_ways_to_save_a_table_read_the_same(
    tmp_path: Path, mark: bytes, codec: str, found: str, delimiter: str, newline: str
) -> None:
    for size in (1, 3, 200):
        table = [_TABLE[0], *islice(cycle(_TABLE[1:]), size)]
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(table)
        path = _written(tmp_path, mark + text.getvalue().encode(codec))
        with open_contacts_file(path) as file:
            assert (file.encoding, file.delimiter, file.header_line) == (found, delimiter, 1)
            assert file.fields == ("PRENOM", "NOM", "STRUCTURE")
            rows = [Row(line, cells[0], tuple(cells[1:])) for line, cells in enumerate(table[1:], start=2)]
            assert list(file) == rows


def test_one_accent_in_the_last_of_many_rows_decides_the_encoding(tmp_path: Path) -> None:
    rows = b"EMAIL;NOM\n" + b"".join(b"a%d@exemple.fr;Dupont\n" % number for number in range(40_000))
    for codec, found in (("cp1252", "cp1252"), ("utf-8", "utf-8")):
        path = _written(tmp_path, rows + "z@exemple.fr;Hervé\n".encode(codec))
        with open_contacts_file(path) as file:
            assert file.encoding == found
            assert list(file)[-1] == Row(40_002, "z@exemple.fr", ("Hervé",))


@pytest.mark.parametrize("shift", range(4))
def test_letter_of_several_bytes_is_read_wherever_it_stands(tmp_path: Path, shift: int) -> None:
    line = "a@exemple.fr;" + "é€😀" * 11_000 + "\n"
    path = _written(tmp_path, "EMAIL;NOM" + " " * shift + "\n" + line * 30)
    with open_contacts_file(path) as file:
        assert file.encoding == "utf-8"
        assert set(_values(file)) == {("é€😀" * 11_000,)}


@pytest.mark.parametrize(
    ("content", "header_line", "first"),
    [
        ("sep=;\r\nEMAIL;NOM\r\na@exemple.fr;Un\r\n", 2, Row(3, "a@exemple.fr", ("Un",))),
        ('"sep=,"\nEMAIL,NOM\na@exemple.fr,Un\n', 2, Row(3, "a@exemple.fr", ("Un",))),
        ("SEP=|\nEMAIL|NOM\na@exemple.fr|Un\n", 2, Row(3, "a@exemple.fr", ("Un",))),
        ("\n\r\n ;;\nEMAIL;NOM\n\na@exemple.fr;Un\n", 4, Row(6, "a@exemple.fr", ("Un",))),
        ('EMAIL;"Nom\nde famille"\na@exemple.fr;Un\n', 1, Row(3, "a@exemple.fr", ("Un",))),
        ('"EMAIL";"NOM"\n"a@exemple.fr";"Un"\n', 1, Row(2, "a@exemple.fr", ("Un",))),
        ("EMAIL;Nom, usage, ou naissance\na@exemple.fr;Un, Deux\n", 1, Row(2, "a@exemple.fr", ("Un, Deux",))),
        ('EMAIL,"Nom; usage; naissance"\na@exemple.fr,Un\n', 1, Row(2, "a@exemple.fr", ("Un",))),
        ('EMAIL, "NOM"\na@exemple.fr, "Un, Deux"\n', 1, Row(2, "a@exemple.fr", ("Un, Deux",))),
        ("EMAIL;NOM;;\na@exemple.fr;Un;;\n", 1, Row(2, "a@exemple.fr", ("Un",))),
        ("NOM;EMAIL;VILLE\nUn;a@exemple.fr;Lille", 1, Row(2, "a@exemple.fr", ("Un", "Lille"))),
        ("Courriel\na@exemple.fr\n", 1, Row(2, "a@exemple.fr", ())),
    ],
)
def test_header_is_found(tmp_path: Path, content: str, header_line: int, first: Row) -> None:
    with open_contacts_file(_written(tmp_path, content)) as file:
        assert file.header_line == header_line
        assert list(file) == [first]


@pytest.mark.parametrize(
    ("content", "header_line", "first"),
    [
        ("Adhérents 2027\n\nEMAIL;NOM\na@exemple.fr;Un\n", 3, Row(4, "a@exemple.fr", ("Un",))),
        (
            "Liste du 3 janvier;;\n;;\nNom;Adresse;Ville\nUn;a@exemple.fr;Lille\n",
            3,
            Row(4, "a@exemple.fr", ("Un", "Lille")),
        ),
        ("Export\nfait par Ana, Bob, Cléo\nNom,Courriel\nUn,a@exemple.fr\n", 3, Row(4, "a@exemple.fr", ("Un",))),
        ('Titre\n"EMAIL";"Nom\nde famille"\na@exemple.fr;Un\n', 2, Row(4, "a@exemple.fr", ("Un",))),
        ("Nom;Adresse\nUn;\nDeux;a@exemple.fr\n", 1, Row(2, "", ("Un",))),
    ],
)
def test_lines_of_title_are_passed_over(tmp_path: Path, content: str, header_line: int, first: Row) -> None:
    with open_contacts_file(_written(tmp_path, content)) as file:
        assert file.header_line == header_line
        assert next(iter(file)) == first


def test_export_of_memberships_needs_no_help(tmp_path: Path) -> None:
    """The columns that associations get from HelloAsso, as far as people show them; nobody publishes a list."""
    content = (
        "Numéro;Formule;Montant adhésion;Statut;Nom adhérent;Prénom adhérent;Nom payeur;Prénom payeur;Email payeur;"
        "Société;Souhaitez-vous recevoir la lettre d’information ?\n"
        "1;Simple;10,00;Validé;Blanc;Léa;Blanc;Luc;a@exemple.fr;;Oui\n"
        "2;Simple;10,00;Validé;Roux;Max;Roux;Max;b@exemple.fr;Le Jardin;Non\n"
    )
    with open_contacts_file(_written(tmp_path, content)) as file:
        assert {"NOM", "PRENOM", "NOM_PAYEUR", "STRUCTURE"} <= set(file.fields)
        assert [(row.address, type(row)) for row in file if not isinstance(row, BadRow)] == [
            ("a@exemple.fr", Row),
            ("b@exemple.fr", OptOut),
        ]


def test_mixed_line_ends_each_end_a_line(tmp_path: Path) -> None:
    content = "EMAIL;NOM\ra@exemple.fr;Un\nb@exemple.fr;Deux\r\n\r\rc@exemple.fr;Trois"
    assert _read(_written(tmp_path, content)) == [
        Row(2, "a@exemple.fr", ("Un",)),
        Row(3, "b@exemple.fr", ("Deux",)),
        Row(6, "c@exemple.fr", ("Trois",)),
    ]


@pytest.mark.parametrize("content", ["a@exemple.fr\nb@exemple.fr", "\na@exemple.fr;\r\nb@exemple.fr;\r\n"])
def test_bare_column_of_addresses_needs_no_header(tmp_path: Path, content: str) -> None:
    first = 1 if content[0] == "a" else 2
    with open_contacts_file(_written(tmp_path, content)) as file:
        assert (file.header_line, file.fields) == (None, ())
        assert list(file) == [Row(first, "a@exemple.fr", ()), Row(first + 1, "b@exemple.fr", ())]


def test_table_without_header_asks_for_one(tmp_path: Path) -> None:
    error = _refusal(_written(tmp_path, "a@exemple.fr,Un\nb@exemple.fr,Deux\n"))
    assert "liste.csv:1: this line holds an address" in error.message
    assert "EMAIL,NOM" in error.hint


def test_file_with_a_header_only_is_an_empty_list(tmp_path: Path) -> None:
    assert _read(_written(tmp_path, "EMAIL;NOM\n")) == []


def test_rows_know_the_line_they_start_on(tmp_path: Path) -> None:
    content = 'EMAIL;NOTE\na@exemple.fr;"un\r\ndeux\n\ntrois"\n\n;\nb@exemple.fr;\nc@exemple.fr\n'
    assert _read(_written(tmp_path, content)) == [
        Row(2, "a@exemple.fr", ("un deux trois",)),
        Row(8, "b@exemple.fr", ("",)),
        Row(9, "c@exemple.fr", ("",)),
    ]


def test_line_numbers_hold_across_many_rows_of_every_shape(tmp_path: Path) -> None:
    shapes = ["{}@exemple.fr;x\n", '{}@exemple.fr;"x\ny"\n', "\n", "{}@exemple.fr\n", '{}@exemple.fr;"x"y\n']
    pieces = ["EMAIL;NOM\n", *(shapes[0 if number < 300 else number % 5].format(number) for number in range(900))]
    starts = [1 + "".join(pieces[:index]).count("\n") for index in range(len(pieces))]
    expected = [start for start, piece in zip(starts, pieces, strict=True) if piece != "\n"][1:]
    assert [row.line for row in _read(_written(tmp_path, "".join(pieces)))] == expected


@pytest.mark.parametrize("number", [1, 63, 64, 65, 128])
def test_no_row_is_lost_at_the_end(tmp_path: Path, number: int) -> None:
    content = "EMAIL;NOM\n" + "a@exemple.fr;Un\n" * number
    assert [row.line for row in _read(_written(tmp_path, content))] == list(range(2, number + 2))


def test_spaces_around_cells_are_dropped(tmp_path: Path) -> None:
    content = "EMAIL;NOM\n a@exemple.fr\u00a0; Un  Deux \n"
    assert _read(_written(tmp_path, content)) == [Row(2, "a@exemple.fr", ("Un  Deux",))]


def test_row_without_address_is_handed_out(tmp_path: Path) -> None:
    assert _read(_written(tmp_path, "EMAIL;NOM\n;Un\n")) == [Row(2, "", ("Un",))]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a@exemple.fr;Un;Deux", "has 3 cells, but there should be 2; “Deux” is too much"),
        ("a@exemple.fr;Un\x00", "column NOM holds a control character (U+0000)"),
        ("a@exem\x1bple.fr;Un", "column EMAIL holds a control character (U+001B)"),
        ("a@exemple.fr;l\u0092été", "column NOM holds a control character (U+0092)"),
        ('a@exemple.fr;"Un" Deux', 'A quote (") closes before the end of its cell'),
    ],
)
def test_row_that_cannot_be_read_is_rejected_and_the_others_are_not(tmp_path: Path, row: str, said: str) -> None:
    rows = _read(_written(tmp_path, f"EMAIL;NOM\nz@exemple.fr;Zéro\n{row}\nb@exemple.fr;Trois\n"))
    assert rows[0] == Row(2, "z@exemple.fr", ("Zéro",))
    assert rows[2] == Row(4, "b@exemple.fr", ("Trois",))
    assert isinstance(rows[1], BadRow)
    assert rows[1].line == 3
    assert said in rows[1].reason


def test_quote_that_swallows_rows_and_ends_neatly_is_noticed(tmp_path: Path) -> None:
    content = 'EMAIL;NOM\na@exemple.fr;"Un\nb@exemple.fr;Deux\nc@exemple.fr;Trois"\nd@exemple.fr;Quatre\n'
    rows = _read(_written(tmp_path, content))
    assert isinstance(rows[0], BadRow)
    assert "column NOM holds whole rows" in rows[0].reason
    assert rows[1:] == [Row(5, "d@exemple.fr", ("Quatre",))]


def test_address_within_a_note_of_several_lines_is_no_row(tmp_path: Path) -> None:
    content = 'EMAIL;NOTE\na@exemple.fr;"écrire à ;\nsecretariat@exemple.fr ou appeler"\n'
    note = "écrire à ; secretariat@exemple.fr ou appeler"
    assert _read(_written(tmp_path, content)) == [Row(2, "a@exemple.fr", (note,))]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('EMAIL;NOM\na@exemple.fr;Un\nb@exemple.fr;"Deux\nc@exemple.fr;Trois\n', 3),
        ('EMAIL;NOM\na@exemple.fr;"Un\nb@exemple.fr;"Deux"\n', 2),
        ('EMAIL;NOM;NOTE\na@exemple.fr;"U\nn";"note\nb@exemple.fr;Deux;\n', 3),
        ('EMAIL;NOM\na@exemple.fr;"coupé', 2),
        ('EMAIL;NOM\na@exemple.fr;"Un\n' + "b@exemple.fr;Deux\n" * 20_000, 2),
    ],
    ids=["to-the-end", "to-the-next-quote", "after-a-sound-quote", "cut-short", "beyond-the-limit"],
)
def test_quote_that_is_not_closed_is_reported_where_it_opens(tmp_path: Path, content: str, line: int) -> None:
    assert f"liste.csv:{line}: a quote" in _refusal(_written(tmp_path, content)).message


def test_rows_before_a_fault_are_handed_out(tmp_path: Path) -> None:
    path = _written(tmp_path, 'EMAIL;NOM\na@exemple.fr;Un\nb@exemple.fr;"Deux\nc@exemple.fr;Trois\n')
    with open_contacts_file(path) as file:
        rows = iter(file)
        assert next(rows) == Row(2, "a@exemple.fr", ("Un",))
        with pytest.raises(ContactsError):
            next(rows)


def test_long_first_line_is_judged_in_no_time(tmp_path: Path) -> None:
    assert _refusal(_written(tmp_path, ("x" * 130_000 + ";") * 8 + "\n"))


def test_cell_full_of_spaces_is_read_in_no_time(tmp_path: Path) -> None:
    content = 'EMAIL;NOM\na@exemple.fr;"\n' + " " * 130_000 + 'x"\n'
    assert _read(_written(tmp_path, content)) == [Row(2, "a@exemple.fr", ("x",))]


@pytest.mark.parametrize("header", ['EMAIL;"NOM\na@exemple.fr;Un\n', 'EMAIL;"NOM" usage\n', 'EMAIL;"' + "x\n" * 99_999])
def test_header_with_broken_quotes_is_reported(tmp_path: Path, header: str) -> None:
    assert "liste.csv:1: this line should hold the names" in _refusal(_written(tmp_path, header)).message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "holds no line of text"),
        (b'\n\r\n  \n;;\n"";""\n', "holds no line of text"),
        (b"\xff\xfe", "holds no line of text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is a picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "is a picture"),
        (b"PK\x03\x04\x14\x00\x06\x00", "is a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cannot be read as a spreadsheet"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"\x1f\x8b\x08\x00", "is a compressed file"),
        (b"  <!DOCTYPE html><html>", "is a web page"),
        (b"\xff\xfe\x00\x00E\x00\x00\x00", "is text in UTF-32"),
        (bytes(range(32)) * 40, "is binary data"),
        (b"\xff\xfe" + "EMAIL\na@exemple.fr\n".encode("utf-16-le") + b"b", "is not valid UTF-16"),
        ("EMAIL\na@exemple.fr\n".encode("utf-16-le") + b"b", "is not valid UTF-16"),
        (b"\xff\xfe" + "EMAIL\n".encode("utf-16-le") + b"\x00\xd8a\x00", "is not valid UTF-16"),
        (b"\xef\xbb\xbfEMAIL;NOM\na@exemple.fr;Un\nb@exemple.fr;Ren\xe9\n", ":3: the file calls itself UTF-8"),
        (b"EMAIL;NOM\na@exemple.fr;Un\nb@exemple.fr;Ren\x8f \x8e\xe9\n", ":3: this line is neither"),
        (
            b"EMAIL;NOM\na@exemple.fr;Ren\xc3\xa9\nb@exemple.fr;Ren\xe9\n",
            ":2: this line is written in UTF-8, but line 3",
        ),
        (
            b"EMAIL;NOM\r\r\na@exemple.fr;Ren\xe9\rb@exemple.fr;Ren\xc3\xa9",
            ":4: this line is written in UTF-8, but line 3",
        ),
        (b"EMAIL;NOM\na@exemple.fr;" + b"x" * 200_000 + b"\n", ":2: a cell has more than 131072 characters"),
        (b"EMAIL;NOM\na@exemple.fr;" + b"x" * 1_100_000, ":2: this line does not end within 1048576 bytes"),
        (b"x" * 1_100_000 + b"\n", ":1: this line does not end"),
        (b"Nom;Ville\nUn;Lille\n", ":1: no column holds the addresses; the columns are “Nom”, “Ville”"),
    ],
)
def test_file_that_is_no_list_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in _refusal(_written(tmp_path, content)).message


def test_excel_file_is_told_how_to_become_csv(tmp_path: Path) -> None:
    assert "File > Save as > CSV UTF-8" in _refusal(_written(tmp_path, b"PK\x03\x04")).hint


def test_quotation_marks_with_hard_spaces_are_windows_1252(tmp_path: Path) -> None:
    rows = _read(_written(tmp_path, "EMAIL;NOM\na@exemple.fr;Le «\u00a0Café\u00a0»\n", "cp1252"))
    assert rows == [Row(2, "a@exemple.fr", ("Le «\u00a0Café\u00a0»",))]


def test_missing_file_is_reported(tmp_path: Path) -> None:
    assert "does not exist" in _refusal(tmp_path / "absent.csv").message


def test_folder_is_reported(tmp_path: Path) -> None:
    assert "is a folder" in _refusal(tmp_path).message


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders on Windows")
def test_pipe_is_reported_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tuyau")
    assert "is not an ordinary file" in _refusal(tmp_path / "tuyau").message


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_file_without_permission_is_reported(tmp_path: Path) -> None:
    path = _written(tmp_path, "EMAIL\n")
    path.chmod(0)
    assert "may not be read" in _refusal(path).message


def test_file_can_be_read_twice(tmp_path: Path) -> None:
    with open_contacts_file(_written(tmp_path, "\ufeffEMAIL\na@exemple.fr\n", "utf-16")) as file:
        assert list(file) == list(file) == [Row(2, "a@exemple.fr", ())]


def test_reading_can_start_again_before_it_ended(tmp_path: Path) -> None:
    path = _written(tmp_path, "EMAIL;NOM\n" + "".join(f"a{number}@exemple.fr;é\n" for number in range(9_000)))
    with open_contacts_file(path) as file:
        preview = list(islice(file, 10))
        assert list(islice(file, 10)) == preview
        assert len(list(file)) == 9_000


def test_file_changed_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    path = _written(tmp_path, "EMAIL\n" + "a@exemple.fr\n" * 9)
    with open_contacts_file(path) as file:
        rows = iter(file)
        next(rows)
        with path.open("a", encoding="utf-8") as other:
            other.write("b@exemple.fr\n")
        with pytest.raises(ContactsError, match="was changed while it was being read"):
            list(rows)


def test_file_overwritten_in_another_encoding_while_open_is_noticed(tmp_path: Path) -> None:
    path = _written(tmp_path, "EMAIL;NOM\n" + "a@exemple.fr;é\n" * 9)
    with open_contacts_file(path) as file:
        path.write_bytes(b"EMAIL;NOM\n" + b"a@exemple.fr;\xe9\n" * 9)
        with pytest.raises(ContactsError, match="was changed while it was being read"):
            list(file)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = _written(tmp_path, "EMAIL;NOM\n" + "".join(f"a{number}@exemple.fr;Nom\n" for number in range(100_000)))
    with open_contacts_file(path) as file:
        tracemalloc.start()
        try:
            for _ in islice(file, 100_000):
                pass
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 500_000


_cells = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t;,\"' é"), min_size=0, max_size=12
)


@given(
    table=st.lists(st.lists(_cells, min_size=2, max_size=2), max_size=80),
    delimiter=st.sampled_from(";,\t"),
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_csv_writer_wrote_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[list[str]],
    delimiter: str,
    quoting: Literal[0, 1],
    codec: str,
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting)
    writer.writerow(["EMAIL", "NOM", "NOTE"])
    writer.writerows([f"{number}@exemple.fr", *cells] for number, cells in enumerate(table))
    path = _written(tmp_path_factory.mktemp("table"), text.getvalue(), codec)
    with open_contacts_file(path) as file:
        assert list(_values(file)) == [tuple(map(_as_read, cells)) for cells in table]


def _values(rows: Iterable[Row | OptOut | BadRow]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        assert isinstance(row, Row)
        yield row.values


def _as_read(cell: str) -> str:
    text = " ".join(line.strip() for line in re.split("[\r\n]", cell) if line.strip())
    return text[1:] if re.match(r"'+[=+\-@]", text) else text


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_column_of_addresses_without_their_name_is_found_by_what_it_holds(tmp_path: Path, delimiter: str) -> None:
    rows = ["Nom|Adresse", "", "Ana|a@exemple.fr", '"Bob|\nBis"|b@exemple.fr', "Cléo|"]
    path = _written(tmp_path, "\n".join(rows).replace("|", delimiter))
    with open_contacts_file(path) as file:
        assert (file.fields, file.delimiter) == (("NOM",), delimiter)
        assert file.notice.startswith(f"{path}:1: no column is called EMAIL")
        assert [(row.line, row.address) for row in file if isinstance(row, Row)] == [
            (3, "a@exemple.fr"),
            (4, "b@exemple.fr"),
            (6, ""),
        ]


def test_file_that_cannot_be_read_on_after_its_header_is_refused_as_any_other(tmp_path: Path) -> None:
    refused = _refusal(_written(tmp_path, 'Nom;Adresse\n"Ana;a@exemple.fr\n'))
    assert "no column holds the addresses" in refused.message


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"[Content_Types].xml": "", "word/document.xml": ""}, "a text document"),
        ({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}, "a text document"),
        ({"[Content_Types].xml": "", "ppt/presentation.xml": ""}, "a presentation"),
    ],
)
def test_document_of_another_program_is_no_list_and_nobody_is_to_open_it_in_a_spreadsheet(
    tmp_path: Path, parts: dict[str, str], kind: str
) -> None:
    path = tmp_path / "liste.docx"
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    with pytest.raises(ContactsError, match=kind) as caught:
        open_contacts_file(path)
    assert caught.value.hint.startswith("Ask for the list as Excel or CSV")


def test_pdf_is_to_be_asked_for_again_as_a_list(tmp_path: Path) -> None:
    assert _refusal(_written(tmp_path, b"%PDF-1.7\n")).hint.startswith("Ask for the list as Excel or CSV")


@pytest.mark.parametrize("name", ["~$adherents.xlsx", ".~lock.adherents.xlsx#"])
def test_file_that_marks_a_spreadsheet_as_open_is_told_apart_from_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x05Marie")
    with pytest.raises(ContactsError, match=r"only says that adherents\.xlsx is open") as caught:
        open_contacts_file(path)
    assert caught.value.hint == "Close it, and name adherents.xlsx."

"""Exporting: Excel opens it, runs nothing in it, and an import brings everything back."""

from __future__ import annotations

import csv
import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.contacts import exporting
from apes_mailer.contacts.importing import Counts
from apes_mailer.contacts.lists import StoredContact
from apes_mailer.errors import ContactsError, LedgerError
from tests.unit.contacts.stores import Store


def _export(store: Store, name: str = "tous") -> Path:
    path = store.folder / "export.csv"
    list_id = store.list_id(name)
    with store.database.read() as connection:
        exporting.export(connection, list_id, path)
    return path


def _cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def test_file_has_what_excel_looks_for(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Élo; dite « Lo »")])
    path = _export(store)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfEMAIL;PRENOM\r\n")
    assert _cells(path)[1] == ["a@exemple.fr", "Élo; dite « Lo »"]


def test_every_field_of_the_list_is_a_column_and_no_other(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    store.import_rows([("b@exemple.fr", "Lille")], header=["EMAIL", "VILLE"])
    store.import_rows([("c@exemple.fr", "x")], "autres", header=["EMAIL", "AUTRE"])
    assert _cells(_export(store)) == [
        ["EMAIL", "PRENOM", "VILLE"],
        ["a@exemple.fr", "Ana", ""],
        ["b@exemple.fr", "", "Lille"],
    ]


def test_how_many_were_written_is_returned(store: Store) -> None:
    store.import_rows([(f"p{number}@exemple.fr", "") for number in range(1_200)])
    list_id = store.list_id("tous")
    with store.database.read() as connection:
        assert exporting.export(connection, list_id, store.folder / "x.csv") == 1_200


@pytest.mark.parametrize("value", ["=1+1", "+33 3 53 01 10 20", "-5", "@SUM(A1)"])
@pytest.mark.parametrize(("before", "kept"), [("", ""), ("'", ""), ("''", "'")])
def test_what_a_spreadsheet_would_run_is_marked_as_text_and_comes_back(
    store: Store, value: str, before: str, kept: str
) -> None:
    store.import_rows([("a@exemple.fr", before + value)])
    assert store.contacts()["a@exemple.fr"]["PRENOM"] == kept + value
    exported = _export(store)
    assert _cells(exported)[1][1] == f"'{kept}{value}"
    counts, _ = store.import_file(exported)
    assert counts.unchanged == 1


@pytest.mark.parametrize("value", ["'", "l'été", "'t Hof", "'a=b", "a=b"])
def test_other_apostrophes_stay(store: Store, value: str) -> None:
    store.import_rows([("a@exemple.fr", value), ("b@exemple.fr", "'=1")])
    assert store.contacts()["a@exemple.fr"]["PRENOM"] == value
    assert _cells(_export(store))[1][1] == value


def test_address_that_a_spreadsheet_would_run_is_marked_and_comes_back(store: Store) -> None:
    store.import_rows([("=cmd|'/c'!a0@exemple.fr", "")])
    exported = _export(store)
    assert _cells(exported)[1][0] == "'=cmd|'/c'!a0@exemple.fr"
    counts, _ = store.import_file(exported)
    assert counts == Counts(read=1, new=0, updated=0, unchanged=1, rejected=0, suppressed=0)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no rights of this kind")
def test_only_the_owner_can_read_it(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    assert stat.S_IMODE(_export(store).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "ended_by", [ContactsError("x", hint="y"), OSError(errno.ENOSPC, "full"), KeyboardInterrupt(), LedgerError("x")]
)
def test_nothing_is_left_of_an_export_that_ends_early(tmp_path: Path, ended_by: BaseException) -> None:
    seen: list[Path] = []

    def contacts() -> Iterator[StoredContact]:
        yield StoredContact(address="a@exemple.fr", fields={})
        seen.extend(tmp_path.iterdir())
        raise ended_by

    with pytest.raises(type(ended_by)):
        exporting.write(contacts(), ["PRENOM"], tmp_path / "export.csv")
    assert len(seen) == 1
    assert seen[0].name != "export.csv"
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_not_there_is_refused_by_the_name_that_was_given(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "export.csv"
    with pytest.raises(FileNotFoundError) as caught:
        exporting.write([], [], path)
    assert caught.value.filename == str(path)


_TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], include_characters="=+-@';\" é"), max_size=8
).map(lambda text: " ".join(text.split()))


@pytest.mark.slow
@settings(max_examples=40)
@given(values=st.lists(st.tuples(_TEXTS, _TEXTS), min_size=1, max_size=6))
def test_import_of_an_export_changes_nothing(values: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        rows = [(f"p{number}@exemple.fr", *pair) for number, pair in enumerate(values)]
        store.import_rows(rows, header=["EMAIL", "NOM", "NOTE"])
        before = store.contacts()
        counts, rejects = store.import_file(_export(store))
        assert (counts.unchanged, rejects) == (len(rows), [])
        assert store.contacts() == before
        store.close()

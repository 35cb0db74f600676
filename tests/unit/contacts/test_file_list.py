"""The contacts of a list kept as a file, without the whole of it in memory."""

from __future__ import annotations

import tracemalloc
from itertools import islice
from pathlib import Path

from apes_mailer.contacts import file_list
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.rejects import Reject
from tests.unit.contacts.stores import write_csv

MEBIBYTE = 1 << 20


def test_first_row_of_an_address_counts_and_every_other_row_is_told(tmp_path: Path) -> None:
    rows = [["A@exemple.fr", "Ana"], ["zut", "x"], ["a@exemple.fr", "Anna"], ["b@exemple.fr", ""], ["A@EXEMPLE.FR", ""]]
    rejects: list[Reject] = []
    with open_contacts_file(write_csv(tmp_path / "amis.csv", ["EMAIL", "PRENOM"], rows)) as file:
        found = [(each.address, dict(each.fields)) for each in file_list.contacts(file, rejects.append)]
    assert found == [("a@exemple.fr", {"PRENOM": "Ana"}), ("b@exemple.fr", {})]
    assert [each.line for each in rejects] == [3, 4, 6]
    assert [each.reason for each in rejects[1:]] == ["same address as line 2"] * 2
    assert rejects[1].cells == ("a@exemple.fr", "Anna")


def test_long_file_is_never_in_memory(tmp_path: Path) -> None:
    rows = ([f"personne{number}@exemple.fr", f"Prénom {number}"] for number in range(30_000))
    with open_contacts_file(write_csv(tmp_path / "tous.csv", ["EMAIL", "PRENOM"], rows)) as file:
        next(file_list.contacts(file, lambda _reject: None))
        tracemalloc.start()
        count = sum(1 for _ in file_list.contacts(file, lambda _reject: None))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == 30_000
    assert peak < MEBIBYTE


def test_reading_may_stop_after_the_first(tmp_path: Path) -> None:
    with open_contacts_file(write_csv(tmp_path / "amis.csv", ["EMAIL"], [["a@exemple.fr"], ["zut"]])) as file:
        assert len(list(islice(file_list.contacts(file, lambda _reject: None), 1))) == 1

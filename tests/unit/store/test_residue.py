"""A text is found in a file wherever its bytes lie, and looking for it takes nothing away from those who write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from apes_mailer.store import schema
from apes_mailer.store.database import Database
from apes_mailer.store.residue import Reader
from tests.support.another_program import contacts_seen_by_another_program


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a database."""
    return tmp_path / "mailer.db"


@pytest.fixture
def reader(file: Path) -> Iterator[Reader]:
    """What reads it."""
    made = Reader(file)
    yield made
    made.close()


@pytest.mark.parametrize("offset", [0, 5, (1 << 20) - 3, 1 << 20, (2 << 20) - 1, (2 << 20) + 7])
def test_text_is_found_wherever_it_lies_in_a_file_that_is_read_in_pieces(
    file: Path, reader: Reader, offset: int
) -> None:
    file.write_bytes(b"x" * offset + "élue@exemple.fr".encode() + b"y" * 100)
    assert reader.holds("élue@exemple.fr")
    assert not reader.holds("elue@exemple.fr")
    file.write_bytes(b"x" * offset + "éLUE@Exemple.FR".encode() + b"y" * 100)
    assert reader.holds("élue@exemple.fr")


def test_nothing_is_found_in_an_empty_file(file: Path, reader: Reader) -> None:
    file.write_bytes(b"")
    assert not reader.holds("a@b.fr")


def test_what_is_written_after_an_erasure_is_there_for_other_programs(file: Path) -> None:
    """Locks that went with a descriptor would let the next program that ends take the log away."""
    database = Database(file.name, base=file.parent)
    for number in range(3):
        with database.write() as connection:
            connection.execute(sa.insert(schema.contact).values(key=bytes([number] * 16), address=f"{number}@b.fr"))
        assert database.forget([f"{number}@b.fr"], f"{number}@b.fr", re.compile(f"{number}@b\\.fr"))
        assert contacts_seen_by_another_program(file) == number + 1
    database.close()
    assert contacts_seen_by_another_program(file) == 3

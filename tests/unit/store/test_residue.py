"""A text is found in a file wherever its bytes lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from apes_mailer.store import residue


@pytest.mark.parametrize("offset", [0, 5, (1 << 20) - 3, 1 << 20, (2 << 20) - 1, (2 << 20) + 7])
def test_text_is_found_wherever_it_lies_in_a_file_that_is_read_in_pieces(tmp_path: Path, offset: int) -> None:
    file = tmp_path / "mailer.db"
    file.write_bytes(b"x" * offset + "élue@exemple.fr".encode() + b"y" * 100)
    assert residue.holds(file, "élue@exemple.fr")
    assert not residue.holds(file, "elue@exemple.fr")
    file.write_bytes(b"x" * offset + "éLUE@Exemple.FR".encode() + b"y" * 100)
    assert residue.holds(file, "élue@exemple.fr")


def test_nothing_is_found_in_a_file_that_is_empty_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "empty.db").write_bytes(b"")
    assert not residue.holds(tmp_path / "empty.db", "a@b.fr")
    assert not residue.holds(tmp_path / "none.db", "a@b.fr")

"""What people type, or pipe into a command: each line keeps its place."""

from __future__ import annotations

import io
import sys

import pytest

from apes_mailer.cli import typed
from apes_mailer.errors import UsageError


def test_argument_is_taken_as_it_is() -> None:
    assert typed.lines("ana@exemple.example") == [("", "ana@exemple.example")]


def test_dash_reads_the_lines_that_are_not_empty_with_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\ufeffana@exemple.example\r\n\r\n\tluc at x \n"))
    assert typed.lines("-") == [("line 1: ", "ana@exemple.example"), ("line 3: ", "luc at x")]


def test_address_that_is_none_is_told_with_its_place() -> None:
    with pytest.raises(UsageError, match=r"^line 3: luc at x is not an address"):
        typed.address("luc at x", "line 3: ")

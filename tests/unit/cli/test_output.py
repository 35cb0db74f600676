"""What people and scripts read."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Iterator

import pytest

from apes_mailer.cli import output
from apes_mailer.ledger.status import none


@pytest.mark.parametrize(
    ("count", "word", "text"),
    [
        (0, "row", "0 rows"),
        (1, "batch", "1 batch"),
        (2, "batch", "2 batches"),
        (12_345, "recipient", "12,345 recipients"),
    ],
)
def test_counts_are_written_as_people_write_them(count: int, word: str, text: str) -> None:
    assert output.plural(count, word) == text


def _through(encoding: str, monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    return raw


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_json_is_sound_in_any_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = _through(encoding, monkeypatch)
    output.emit({"PRENOM": "Zoé 🌻"})
    assert json.loads(raw.getvalue().decode(encoding)) == {"PRENOM": "Zoé 🌻"}
    assert (b"Zo\xc3\xa9" in raw.getvalue()) == (encoding == "utf-8")


def test_words_are_shown_also_where_letters_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = _through("ascii", monkeypatch)
    output.show("Zoé")
    assert raw.getvalue() == b"Zo\\xe9\n"


def test_words_and_data_go_apart(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("words")
    output.emit(none("2027-01"))
    shown = capsys.readouterr()
    assert shown.err == "words\n"
    assert json.loads(shown.out)["state"] == "none"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows takes its time zone from the system")
@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2027-01-12 23:30:00 UTC"),
        ("Europe/Paris", "2027-01-13 00:30:00 +01:00"),
        ("NPT-5:45", "2027-01-13 05:15:00 +05:45"),
    ],
)
def test_times_are_those_of_the_clock_on_the_wall_and_say_so(
    zone: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert output.moment("2027-01-12T23:30:00.123456Z") == shown
        assert output.day("2027-01-12T23:30:00.123456Z") == shown[:10]
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("values", [[], [{"é": "a\nb"}], [{"a": [1, {"b": None}]}, "zwei", 3]], ids=str)
def test_list_that_is_written_piece_by_piece_is_the_same(
    values: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    output.emit(values)
    whole = capsys.readouterr().out
    output.emit_each(iter(values))
    assert capsys.readouterr().out == whole


def test_list_is_written_before_its_end_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    written: list[str] = []

    def values() -> Iterator[int]:
        for number in range(3):
            written.append(capsys.readouterr().out)
            yield number

    output.emit_each(values())
    assert written == ["", "[\n  0", ",\n  1"]

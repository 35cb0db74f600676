"""Characters that were taken from Windows under wrong names become what was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model import c1
from apes_mailer.model.text import Line, Markdown


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("l\x92été", "l’été"),
        ("\x93oui\x94\x85", "“oui”…"),
        ("5 \x80, un c\x9cur, du 3 \x96 ou \x97 au 5", "5 €, un cœur, du 3 – ou — au 5"),
        ("l’été\xa0!", "l’été\xa0!"),
        ("\x81\x8d\x8f\x90\x9d", "\x81\x8d\x8f\x90\x9d"),
    ],
)
def test_each_code_becomes_what_word_had_written(damaged: str, meant: str) -> None:
    assert c1.repaired(damaged) == meant
    assert Line.parse(damaged) == meant
    assert Markdown.parse(damaged) == meant


def test_all_codes_but_five_have_a_meaning() -> None:
    assert len(c1.MEANT) == 27
    assert not c1.CODES.search("".join(c1.MEANT.values()))


@given(st.text())
def test_what_was_damaged_by_reading_it_wrongly_comes_back(text: str) -> None:
    written = text.encode("cp1252", "ignore").decode("cp1252")
    assert c1.repaired(written.encode("cp1252").decode("latin-1")) == written
    assert c1.repaired(written) == written


@pytest.mark.parametrize("written", ["&#146;", "&#0146;", "&#x92;", "&#X0092;"])
def test_codes_named_as_in_html_are_repaired_too_and_other_names_are_not(written: str) -> None:
    line = f"l{written}été &#233; &#129; &amp;"
    assert c1.repaired(line) == "l’été &#233; &#129; &amp;"
    assert c1.found(line) == ["\x92"]

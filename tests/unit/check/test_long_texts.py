"""Texts that no author writes and a program may: rules read them in one go, where trying out all ways takes hours."""

from __future__ import annotations

import pytest

from apes_mailer.check import prose
from apes_mailer.check.written_dates import written_dates
from apes_mailer.model import c1
from apes_mailer.model.language import Language
from apes_mailer.render import typography

MANY = 20_000


@pytest.mark.parametrize("piece", ["[", "[a](", "[a](<", "[a](<<", "[a]( ", "[a](b c ", "[[a]", "[\\", "[a](b(c"])
def test_brackets_that_never_close_are_no_link(piece: str) -> None:
    assert prose.MARKDOWN_LINK.search(piece * MANY) is None


def test_a_link_is_found_behind_brackets_that_never_close() -> None:
    (link,) = prose.MARKDOWN_LINK.finditer("[" * MANY + " puis [les mots](https://exemple.example/a 'titre')")
    assert link["words"] == "les mots"
    assert link["address"] == "https://exemple.example/a"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("piece", ["lundi 18, ", "lundis 18 et ", "Monday 18, ", "18, "])
def test_days_without_a_month_are_no_date(piece: str, language: Language) -> None:
    assert not list(written_dates(f"lundi {piece * MANY}", language))


def test_as_many_days_as_a_month_has_may_stand_before_its_name() -> None:
    days = ", ".join(map(str, range(1, 31)))
    assert [date.day for date in written_dates(f"les lundis {days} et 31 mars 2027", "fr")] == list(range(1, 32))


def test_codes_are_escaped_only_before_a_quotation_mark() -> None:
    assert c1.found("\\x92" * MANY) == []
    escaped = r"\x92" * MANY
    assert c1.found(f'"{escaped}" and {escaped}') == ["\x92"] * MANY


def test_a_word_of_many_at_signs_is_set_as_it_is() -> None:
    word = "a@" * MANY
    assert typography.french(f"Écrivez : {word} !") == f"Écrivez\u00a0: {word}\u00a0!"

"""Where a finding sends whoever has to mend it: into the issue, or to a line of the theme or of the settings."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

from apes_mailer.check import catalogue
from apes_mailer.check.catalogue import finding
from apes_mailer.check.theme_places import place
from apes_mailer.workspace import Workspace

THEME = Workspace(Path("no-workspace")).theme("apes")
_ELSEWHERE = "apes-mailer.toml"


def _line(name: str, text: str) -> int:
    return next(number for number, line in enumerate(THEME.files[name].text.splitlines(), 1) if text in line)


def test_finding_about_the_page_names_the_line_of_the_theme() -> None:
    found = finding("language.page", lang="fr")
    assert place(found, THEME) == ("templates/apes/letter.mjml", _line("letter.mjml", "<mjml"))


def test_finding_about_a_colour_names_the_line_of_the_colour_in_any_spelling() -> None:
    found = finding("contrast.light", colour="#56635D")
    assert place(found, THEME) == ("templates/apes/theme.toml", _line("theme.toml", "soft ="))


def test_colour_that_is_not_in_the_theme_names_the_file_of_colours() -> None:
    assert place(finding("contrast.light", colour="#010203"), THEME) == ("templates/apes/theme.toml", None)


def test_finding_about_the_sender_names_the_settings() -> None:
    assert place(finding("postal-address.unknown"), THEME) == (_ELSEWHERE, None)


def test_finding_about_the_authors_words_stays_in_the_issue() -> None:
    assert place(finding("contrast.light", "blocks[0].text", colour="#56635d"), THEME) is None
    assert place(finding("size.large"), THEME) is None


@pytest.mark.parametrize("name", [name for name, entry in catalogue.entries().items() if entry.look])
def test_catalogue_looks_into_files_that_there_are_for_values_that_the_rule_gives(name: str) -> None:
    entry = catalogue.entries()[name]
    for look in entry.look:
        file, _, marker = look.partition(":")
        assert file in THEME.files or file == _ELSEWHERE
        given = {
            field for words in entry.words.values() for text in words for _, field, _, _ in Formatter().parse(text)
        }
        assert {field for _, field, _, _ in Formatter().parse(marker) if field} <= given

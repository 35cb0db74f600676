"""Where something is counted, the footer leads each reader to the page where the consent is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from apes_mailer.model.message import MessageTemplate
from apes_mailer.render import fill
from apes_mailer.render.letter import render
from apes_mailer.workspace import Workspace
from tests.support.letters import IDENTITY, LANGUAGES, PICTURES, THEMES, Page, everything

OWN = "https://lettre.example/u/token"
LINKS = fill.Links(pictures="https://lettre.example/pictures/")


def rendered(theme: str, language: str = "fr", *, tracking: bool = False, for_web: bool = False) -> MessageTemplate:
    """The letter with everything in it."""
    files = Workspace(Path("no-workspace")).theme(theme)
    return render(everything(language), files, IDENTITY, PICTURES, tracking=tracking, for_web=for_web).template


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_both_parts_lead_to_the_preferences_of_this_reader_and_the_link_is_not_counted(
    theme: str, language: str
) -> None:
    template = rendered(theme, language, tracking=True)
    links = Page(fill.fill(template.html, {}, LINKS, OWN)).all("a")
    own = {link["href"]: link.get("clicktracking") for link in links if link["href"].startswith(OWN)}
    assert own == {f"{OWN}/preferences": "off", OWN: "off"}
    assert f"{OWN}/preferences" in fill.fill(template.text, {}, LINKS, OWN)


@pytest.mark.parametrize("on_the_web", [False, True])
def test_letter_that_counts_nothing_does_not_speak_of_it(on_the_web: bool) -> None:
    template = rendered("apes", tracking=on_the_web, for_web=on_the_web)
    for parts in (template.html, template.text):
        told = fill.show_tags(parts, LINKS)
        assert "preferences" not in told
        assert "clicktracking" not in told

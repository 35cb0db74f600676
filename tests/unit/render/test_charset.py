"""No part of any letter can be taken for Latin-1, whoever wrote the theme and in whatever language."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model.identity import Identity
from apes_mailer.model.issue import Issue
from apes_mailer.model.theme import Theme, ThemeFile
from apes_mailer.render import charset
from apes_mailer.render.letter import render
from apes_mailer.workspace import Workspace
from tests.support.letters import LANGUAGES, PICTURES, THEMES

IDENTITY = Identity.model_validate({"name": "The Seeds", "reason": "You left your address at the market."})
BLOCKS: list[dict[str, Any]] = [{"type": "editorial", "text": "Plain words."}, {"type": "divider"}]


def theme_of(name: str) -> Theme:
    return Workspace(Path("no-workspace")).theme(name)


def own_words(theme: Theme, language: str) -> list[str]:
    """What a theme adds itself to the HTML and the text of a letter that is plain ASCII and has no preheader."""
    issue = Issue.model_validate({"subject": "News", "language": language, "theme": theme.name, "blocks": BLOCKS})
    template = render(issue, theme, IDENTITY, PICTURES).template
    return ["".join(part for part in parts if isinstance(part, str)) for parts in (template.html, template.text)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", THEMES)
def test_every_theme_has_such_a_sign_of_its_own_whatever_the_author_wrote(name: str, language: str) -> None:
    for part in own_words(theme_of(name), language):
        with pytest.raises(UnicodeEncodeError):
            part.encode("latin-1")
        assert charset.html(part) == charset.text(part) == part


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", THEMES)
def test_theme_that_has_lost_it_gets_an_invisible_one(name: str, language: str) -> None:
    theme = theme_of(name)
    plain = {
        file: ThemeFile(path=each.path, text=re.sub(r"[^\x00-\xff]|&#\d+;", "", each.text))
        for file, each in theme.files.items()
    }
    preheader = ThemeFile(path="templates/ours/preheader.mjml", text="")
    html, text = own_words(dataclasses.replace(theme, files={**plain, "preheader.mjml": preheader}), language)
    assert html.count(charset.JOINER) == 1
    assert html[html.index(charset.JOINER) :].startswith(f"{charset.JOINER}</body>")
    assert text.startswith(f"The Seeds{charset.JOINER}\n")
    assert text.count(charset.JOINER) == 1


@given(st.text())
def test_nothing_but_a_joiner_is_ever_added(words: str) -> None:
    for added in (charset.html(f"{words}</body></html>").removesuffix("</body></html>"), charset.text(words)):
        assert added == words or added.replace(charset.JOINER, "", 1) == words
        with pytest.raises(UnicodeEncodeError):
            added.encode("latin-1")

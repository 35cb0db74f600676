"""The letters that are tried: an issue in a theme, filled for one reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import html as parser

from apes_mailer.model.issue import Button, Issue, Section
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.walk import walk
from apes_mailer.render import fill
from apes_mailer.render.letter import render
from apes_mailer.wiring import Application
from tools.clients.chromium import PICTURES, Article, ShownLetter

_html: Any = parser  # has no type information

READER = "Marie-Dominique"
"""What every field of the reader says."""

_UNSUBSCRIBE = "https://letters.example/u/" + "x" * 55
_BROWSER = "https://letters.example/web"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """An issue with the template made of it."""

    issue: Issue
    template: MessageTemplate
    picture: Callable[[str], bytes]
    """Gives the file of a picture by its name."""

    def shown(self) -> ShownLetter:
        """Return the letter as its reader gets it."""
        values = dict.fromkeys(self.template.fields(), READER)
        html = fill.fill(self.template.html, values, fill.Links(pictures=PICTURES, browser=_BROWSER), _UNSUBSCRIBE)
        return ShownLetter(
            html=html,
            picture=self.picture,
            hidden=hidden_texts(html),
            articles=_articles(self.issue),
            buttons=_buttons(self.issue),
        )


def of_campaign(application: Application, name: str, theme: str | None = None) -> Rendered:
    """Return a campaign's letter, in its own theme or in another. Raises what reading and rendering raise."""
    composition = application.compose(name)
    loaded = composition.loaded
    letter, renditions = composition.letter, composition.renditions
    if theme not in {None, loaded.issue.theme}:
        files = application.workspace.theme(str(theme))
        identity = application.settings.sender.identity()
        letter = renditions.named(render(loaded.issue, files, identity, loaded.pictures))
    return Rendered(
        issue=loaded.issue, template=letter.template, picture=lambda name: renditions.files[name].read_bytes()
    )


def hidden_texts(html: str) -> list[str]:
    """Return what a letter says nobody shall see, in the words that Word understands too."""
    root = _html.document_fromstring(html)
    return [str(element.text_content()) for element in root.xpath("//*[contains(@style, 'mso-hide:all')]")]


def _articles(issue: Issue) -> list[Article]:
    """Return the articles of an issue; titles with merge tags in them are left out."""
    found: list[Article] = []
    for block in issue.blocks:
        if isinstance(block, Section):
            for number, article in enumerate(block.articles):
                aside = block.columns == 1 and article.layout != "top" and bool(article.images)
                picture = article.images[0].alt if aside else None
                second = block.columns == 2 and number % 2 == 1
                found.append(Article(title=article.title, second=second, picture=picture))
    return [article for article in found if "<<" not in article["title"]]


def _buttons(issue: Issue) -> list[str]:
    return [value.text for _, value in walk(issue) if isinstance(value, Button) and "<<" not in value.text]

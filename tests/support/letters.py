"""Letters for tests: every kind of block, with and without its optional parts, and what a reader gets of them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from apes_mailer.model.identity import Identity
from apes_mailer.model.issue import Issue
from apes_mailer.model.picture import Compromise, Picture, Place, Rendition
from apes_mailer.render import fill, letter
from apes_mailer.workspace import Workspace

THEMES = ("apes", "sobre")
LANGUAGES = ("fr", "en")
UNSUBSCRIBE = "https://letters.example/unsubscribe"
BROWSER = "https://letters.example/web"

PICTURES = {
    "wide.jpg": Picture(width=1200, height=675),
    "tall.jpg": Picture(width=800, height=1600),
    "small.png": Picture(width=90, height=60),
}
IDENTITY = Identity.model_validate(
    {
        "name": "Les Semis d’Artois",
        "letter": "La lettre des semis",
        "tagline": "Des nouvelles de la terre & des gens",
        "postal_address": "3 place du Marché, 62000 Arras",
        "website": "https://www.semis.example/",
        "contact": "bonjour@semis.example",
        "reason": "Vous avez laissé votre adresse au marché.",
        "social": [{"name": "Mastodon", "link": "https://social.example/@semis"}],
    }
)

IMAGE = {
    "file": "wide.jpg",
    "alt": "Un marché\u00a0: les étals",
    "caption": "Jeudi, à l’aube",
    "link": "https://a.example/1",
}
IMAGES = [IMAGE, {"file": "tall.jpg", "alt": "Le beffroi"}, {"file": "small.png", "decorative": True}]
BUTTONS = [
    {"text": "Lire le récit", "link": "https://a.example/2?x=1&y=2"},
    {"text": "Écrire à l’équipe", "link": "mailto:equipe@a.example"},
]
TEXT = "Du **pain**, un [four commun](https://a.example/3) :\n\n- une farine ;\n- deux mains.\n\n1. Pétrir\n2. Cuire"
ARTICLE = {
    "title": "Le four « des Trois Villages »",
    "link": "https://a.example/4",
    "text": TEXT,
    "images": IMAGES,
    "buttons": BUTTONS,
    "contact": {"name": "Odile Carpentier", "email": "odile@a.example", "phone": "+33 (0)3 53.01-11 22"},
}
EVENT = {"title": "La fournée", "date": "2027-09-03"}

FULL: list[dict[str, Any]] = [
    {"type": "banner", "title": "Adhérez !", "text": TEXT, "button": BUTTONS[0]},
    {
        "type": "editorial",
        "heading": "Édito",
        "title": "Lever",
        "images": IMAGES,
        "text": TEXT,
        "signature": "Odile C.",
        "buttons": BUTTONS,
    },
    {
        "type": "section",
        "title": "À la une",
        "text": "Trois nouvelles.",
        "articles": [{**ARTICLE, "layout": layout} for layout in ("top", "left", "right", "top")],
    },
    {"type": "section", "title": "Ici et là", "columns": 2, "articles": [ARTICLE, ARTICLE, ARTICLE]},
    {
        "type": "events",
        "title": "Les rendez-vous",
        "events": [
            {
                **EVENT,
                "end_date": "2027-09-05",
                "time": "9 h",
                "place": "Halle",
                "text": TEXT,
                "link": "https://a.example/5",
            },
            EVENT,
        ],
    },
    {"type": "gallery", "title": "En images", "text": TEXT, "images": [*IMAGES, IMAGE], "buttons": BUTTONS},
    {"type": "quote", "text": "On **sème** d’abord.", "author": "Fatou N.", "role": "maraîchère"},
    {"type": "logos", "title": "Avec", "logos": IMAGES},
    {"type": "divider"},
]
BARE: list[dict[str, Any]] = [
    {"type": "banner", "text": "Bonjour."},
    {"type": "editorial", "text": "Bonjour."},
    {"type": "section", "title": "À la une", "articles": [{"title": "Seul"}, {"title": "Côté", "layout": "left"}]},
    {"type": "section", "title": "Ici", "columns": 2, "articles": [{"title": "Seul"}]},
    {"type": "events", "title": "Les rendez-vous", "events": [EVENT]},
    {"type": "gallery", "images": [{"file": "wide.jpg", "alt": "Un marché"}]},
    {"type": "quote", "text": "On sème."},
    {"type": "logos", "logos": [{"file": "small.png", "alt": "Région"}]},
    {"type": "divider"},
]


def issue_of(*blocks: dict[str, Any], language: str = "fr", **more: object) -> Issue:
    """An issue of these blocks, given as in YAML."""
    return Issue.model_validate({"subject": "Ce qui lève", "language": language, "blocks": list(blocks), **more})


def everything(language: str = "fr") -> Issue:
    """An issue with every kind of block and every optional part."""
    more = {
        "title": "Ce qui lève en juillet",
        "preheader": "Du pain et des mains",
        "date": "2027-07-01",
        "contents": True,
    }
    return issue_of(*FULL, language=language, **more)


class Page(HTMLParser):
    """What a reader gets, parsed: elements with their computed colours, texts, and the attributes that matter."""

    VOID = frozenset({"meta", "img", "br", "hr", "link"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str, str]] = []
        self.parts_of_body: list[dict[str, str]] = []
        self._open: list[tuple[str, str, str, bool]] = [("", "#000000", "#ffffff", True)]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if self._open[-1][0] == "body":
            self.parts_of_body.append(attributes)
        if tag in self.VOID:
            return
        _, colour, background, shown = self._open[-1]
        style = dict(re.findall(r"([a-z-]+)\s*:\s*([^;]+)", attributes.get("style", "")))
        colour = style.get("color", colour).split("!")[0].strip()
        own = style.get("background", style.get("background-color", "transparent")).split("!")[0].strip()
        background = background if own == "transparent" else own
        shown = shown and tag not in {"style", "title", "script"} and style.get("display") != "none"
        self._open.append((tag, colour, background, shown))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        _, colour, background, shown = self._open[-1]
        if shown and data.strip():
            self.texts.append((data, colour, background))

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


def renditions(rendered: letter.Letter) -> dict[Place, Rendition]:
    """What is made of the pictures of a letter: here each keeps the name of its file."""
    return {
        place: Rendition(
            name=place.file, width=place.pixels, height=place.pixels, size=90_000, compromise=Compromise.NONE
        )
        for place in rendered.places
    }


class Sent:
    """A letter as one recipient gets it."""

    def __init__(self, theme: str, issue: Issue, identity: Identity = IDENTITY, *, web_version: bool = False) -> None:
        files = Workspace(Path("no-workspace")).theme(theme)
        rendered = letter.render(issue, files, identity, PICTURES, web_version=web_version)
        self.letter = rendered.with_pictures({place: made.name for place, made in renditions(rendered).items()})
        links = fill.Links(pictures="https://pictures.example/", browser=BROWSER)
        values = {"EMAIL": "aicha@mail.example", "NOM": "O'Brien"}
        self.html = fill.fill(self.letter.template.html, values, links, UNSUBSCRIBE)
        self.text = fill.fill(self.letter.template.text, values, links, UNSUBSCRIBE)
        self.page = Page(self.html)

"""The golden letters: issues whose MJML, HTML and text are kept in ``tests/golden`` and compared byte for byte.

Tests that look at letters from outside (checkers, browsers, mail programs) take theirs from here, too.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apes_mailer.model.issue import Issue
from tests.support.letters import BARE, FULL, THEMES, Sent, everything, issue_of

FOLDER = Path(__file__).resolve().parents[1] / "golden"
KINDS = ("mjml", "html", "txt")

_WORDS = (
    "Ensemble, nous avons semé, arrosé, attendu ; ce qui lève aujourd’hui tient parce que chacun·e y veille. Le four "
    "des trois villages cuit deux cents pains le samedi, et [la liste des fournées](https://a.example/fournees) "
    "déborde déjà."
)
_LONGEST = "anticonstitutionnellement" * 4
_SCRIPT = "<script>alert('a')</script> & \"b\" <<contact.NOM>> \\u{a0} {{ 7 * 7 }} {% raw %} ]]> <!-- x --> &nbsp;"
_HOSTILE_LINK = "https://a.example/?q=%22%3E%3Cscript%3E&a=1;b='2'"


def _long(articles: int, language: str) -> Issue:
    """An issue like those of a busy month: many parts, each article with a picture and a button."""
    kinds = ({"layout": "top"}, {"layout": "left"}, {"layout": "right"})
    pieces = [
        {
            "title": f"Un four commun pour {number} villages du canal",
            "text": f"{_WORDS}\n\n{_WORDS}",
            "images": {"file": "wide.jpg", "alt": f"Des mains farinées autour de la table n° {number}"},
            "buttons": {"text": "Lire le récit de la journée", "link": f"https://a.example/recits/{number}"},
            **kinds[number % 3],
        }
        for number in range(1, articles + 1)
    ]
    sections = [
        {"type": "section", "title": f"Une partie de la lettre, de {number + 1} à {number + 3}", "articles": part}
        for number in range(0, articles, 3)
        if (part := pieces[number : number + 3])
    ]
    return issue_of(FULL[0], FULL[1], *sections, language=language, date="2027-07-01")


def _hostile(language: str) -> Issue:
    """Whatever could break out of its place, or burst it, in every kind of field."""
    image = {"file": "wide.jpg", "alt": _SCRIPT, "caption": _SCRIPT, "link": _HOSTILE_LINK}
    button = {"text": _SCRIPT, "link": _HOSTILE_LINK}
    article = {
        "title": _SCRIPT,
        "link": _HOSTILE_LINK,
        "text": f"{_SCRIPT}\n\n<h1>Un</h1> [{_SCRIPT}]({_HOSTILE_LINK})\n\n# Deux\n\n- {_LONGEST}\n- 🙏🏽 שלום e\u0301",
        "images": image,
        "buttons": button,
        "contact": {"name": _SCRIPT, "email": "aide@a.example", "phone": "<<contact.NOM|03 53 01>>"},
    }
    blocks: list[dict[str, Any]] = [
        {"type": "editorial", "heading": _SCRIPT, "title": _LONGEST, "text": article["text"], "signature": _SCRIPT},
        {"type": "section", "title": _SCRIPT, "articles": [article, {**article, "layout": "left"}]},
        {"type": "section", "title": _LONGEST, "columns": 2, "articles": [article, article]},
        {"type": "quote", "text": _SCRIPT, "author": _SCRIPT, "role": _LONGEST},
        {"type": "logos", "title": _SCRIPT, "logos": [{"file": "small.png", "alt": _SCRIPT}]},
    ]
    return issue_of(*blocks, language=language, title=_SCRIPT, preheader=_SCRIPT)


def _names_of_blocks() -> list[str]:
    names = [block["type"] for block in FULL]
    names[names.index("section", names.index("section") + 1)] = "columns"
    return names


def _issues(language: str) -> dict[str, Issue]:
    issues = {name: issue_of(block, language=language) for name, block in zip(_names_of_blocks(), FULL, strict=True)}
    return issues | {"bare": issue_of(*BARE, language=language)}


def _issues_of_all(language: str) -> dict[str, Issue]:
    return {"everything": everything(language), "long": _long(22, language), "hostile": _hostile(language)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """One letter, as one recipient gets it."""

    name: str
    theme: str
    issue: Issue

    @property
    def id(self) -> str:
        return f"{self.theme}-{self.name}"

    def sent(self) -> Sent:
        return _sent(self.id)

    def rendered(self) -> dict[str, str]:
        """What is kept of it, by kind of file."""
        sent = self.sent()
        return {"mjml": sent.letter.mjml, "html": sent.html, "txt": sent.text}

    def path(self, kind: str) -> Path:
        return FOLDER / f"{self.id}.{kind}"


def _goldens() -> dict[str, Golden]:
    # Each theme meets both languages; the letters of one block are French in one theme and English in the other.
    languages = {"apes": ("fr", "en"), "sobre": ("en", "fr")}
    found = [
        Golden(name=name, theme=theme, issue=issue)
        for theme in THEMES
        for name, issue in (_issues(languages[theme][0]) | _issues_of_all(languages[theme][1])).items()
    ]
    return {golden.id: golden for golden in found}


GOLDENS = _goldens()


@functools.cache
def _sent(name: str) -> Sent:
    golden = GOLDENS[name]
    return Sent(golden.theme, golden.issue, web_version=True)

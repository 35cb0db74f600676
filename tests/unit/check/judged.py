"""A letter in which the rules find nothing, and what they find once it is changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

from apes_mailer.check import rules
from apes_mailer.check.catalogue import told
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding
from apes_mailer.model.identity import Identity
from apes_mailer.model.issue import Issue
from apes_mailer.model.picture import Compromise, Picture, Rendition
from apes_mailer.render import fill
from apes_mailer.render.letter import render
from apes_mailer.render.pieces import pieces
from apes_mailer.workspace import Workspace

TODAY = dt.date(2027, 7, 1)  # a Thursday
PICTURES = {"four.jpg": Picture(width=1200, height=675)}
IDENTITY = Identity.model_validate(
    {
        "name": "Les Semis d’Artois",
        "letter": "La lettre des semis",
        "postal_address": "3 place du Marché, 62000 Arras",
        "website": "https://semis.exemple.fr/",
        "contact": "bonjour@semis.exemple.fr",
    }
)
BLOCKS: list[dict[str, Any]] = [
    {"type": "editorial", "text": "Bonjour à vous, voici ce qui pousse au jardin ce mois-ci."},
]


class Fixture(NamedTuple):
    """A letter that breaks a rule, and one that just does not."""

    broken: CheckedLetter
    sound: CheckedLetter


def issue(*blocks: dict[str, Any], **more: object) -> Issue:
    """The sound issue, with other blocks or fields."""
    fields: dict[str, object] = {
        "subject": "Ce qui lève au jardin en juillet",
        "preheader": "Du pain, des mains et trois rendez-vous à ne pas laisser passer",
        "title": "Ce qui lève en juillet",
        "date": "2027-07-01",
        "blocks": list(blocks or BLOCKS),
    }
    return Issue.model_validate({**fields, **more})


def rendered(issue: Issue, identity: Identity = IDENTITY, theme: str = "apes", **more: object) -> CheckedLetter:
    """An issue as one recipient reads it, with other circumstances where told."""
    files = Workspace(Path("no-workspace")).theme(theme)
    letter = render(issue, files, identity, PICTURES)
    renditions = {place: rendition(f"{place.width}-{place.file}") for place in letter.places}
    template = letter.with_pictures({place: made.name for place, made in renditions.items()}).template
    values = {"EMAIL": "aicha@exemple.fr", "PRENOM": "Aïcha", "NOM": "O'Brien"}
    links = fill.Links(
        pictures="https://lettre.semis.exemple.fr/pictures/", browser="https://lettre.semis.exemple.fr/web"
    )
    checked = CheckedLetter(
        issue=issue,
        template=template,
        html=fill.fill(template.html, values, links, "https://lettre.semis.exemple.fr/u/x"),
        text=fill.fill(template.text, values, links, "https://lettre.semis.exemple.fr/u/x"),
        identity=identity,
        sender="lettre@semis.exemple.fr",
        today=TODAY,
        pictures=PICTURES,
        renditions=renditions,
        unsubscribe_url="https://lettre.semis.exemple.fr/u/x",
        hosts=frozenset({"lettre.semis.exemple.fr"}),
        pieces=pieces(issue, identity),
    )
    return dataclasses.replace(checked, **more)


def rendition(name: str, size: int = 90_000, compromise: Compromise = Compromise.NONE) -> Rendition:
    """What was made of a picture."""
    return Rendition(name=name, width=520, height=390, size=size, compromise=compromise)


SOUND = rendered(issue())


def with_blocks(*blocks: dict[str, Any], **more: object) -> CheckedLetter:
    """The sound letter with another issue, for rules that look at nothing else."""
    return dataclasses.replace(SOUND, issue=issue(*blocks, **more))


def with_text(text: str, **more: object) -> CheckedLetter:
    """The sound letter with this text in its only block."""
    return with_blocks({"type": "editorial", "text": text}, **more)


def with_link(link: str, text: str = "Lire le récit") -> CheckedLetter:
    """The sound letter with a button that leads there."""
    return with_blocks({"type": "banner", "button": {"text": text, "link": link}})


def with_picture(**more: object) -> CheckedLetter:
    """The sound letter with one picture."""
    return with_blocks({"type": "gallery", "images": [{"file": "four.jpg", **more}]})


def findings(letter: CheckedLetter, rule: str) -> list[Finding]:
    """What a rule finds."""
    return [finding for finding in rules.findings(letter) if finding.rule == rule]


def found(letter: CheckedLetter, rule: str) -> list[tuple[str, str]]:
    """(severity, field) of each finding of a rule."""
    return [(finding.severity.value, finding.field) for finding in findings(letter, rule)]


def messages(letter: CheckedLetter, rule: str) -> list[str]:
    """What a rule says, in English."""
    return [told(finding, "en").message for finding in findings(letter, rule)]

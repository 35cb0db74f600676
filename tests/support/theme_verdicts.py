"""What becomes of a damaged theme: it is told of, or proven to give as good a letter, or it went through in silence."""

from __future__ import annotations

import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from apes_mailer.check import rules, theme_places
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import document
from apes_mailer.check.page.document import Element
from apes_mailer.errors import ThemeError
from apes_mailer.model.finding import Finding
from apes_mailer.model.issue import Issue
from apes_mailer.model.theme import Theme
from apes_mailer.render import fill
from apes_mailer.render.letter import render
from apes_mailer.render.pieces import pieces
from apes_mailer.workspace import Workspace
from tests.support.letters import BARE, BROWSER, FULL, IDENTITY, PICTURES, UNSUBSCRIBE, issue_of, renditions
from tests.support.theme_mutants import Mutant


class Verdict(StrEnum):
    """What became of a damaged theme."""

    TOLD = "told"  # with file, line and cure
    HARMLESS = "harmless"  # the same letter for its reader, as the comparison shows
    WITHOUT_PLACE = "told without a place or a cure"
    SILENT = "silent"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A damaged theme with its verdict; ``exactly`` when the line of the damage itself was named."""

    mutant: Mutant
    verdict: Verdict
    exactly: bool = False
    said: str = ""

    def __str__(self) -> str:
        return f"{self.verdict}: {self.mutant}\n    {self.said}"


def _numbered(value: Any, numbers: Iterator[int]) -> Any:
    """Return blocks in which no text and no link occurs twice: what one place loses, another must not make up for."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {key: each if key in _FIXED else _numbered(each, numbers) for key, each in fields.items()}
    if isinstance(value, list):
        return [_numbered(each, numbers) for each in cast("list[Any]", value)]
    if not isinstance(value, str):
        return value
    number = next(numbers)
    if value.startswith("mailto:") or re.fullmatch(r"\S+@\S+", value):
        return value.replace("@", f"{number}@")
    if value.startswith("https:"):
        return f"{value}{'&' if '?' in value else '?'}nr={number}"
    value = re.sub(r"https://[\w./]+", lambda link: f"{link[0]}?nr={number}", value)
    return re.sub(r"^(- |\d\. )?(?=\S)", rf"\g<0>{number}x ", value, flags=re.MULTILINE)


_FIXED = frozenset({"type", "file", "layout", "date", "end_date", "columns", "decorative", "phone"})
"""Fields whose values have a form of their own."""


@functools.cache
def letter() -> Issue:
    """Every kind of block, with all of its optional parts and with none."""
    numbers = iter(range(100, 10_000))
    blocks = _numbered([*FULL, *BARE], numbers)
    return issue_of(*blocks, title="Ce qui lève en juillet", preheader="Du pain et des mains", date="2027-07-01")


@dataclass(frozen=True, slots=True)
class _Outcome:
    html: str
    text: str
    findings: Mapping[tuple[str, str], Finding]

    def as_read(self) -> tuple[str, str]:
        """What a reader gets of it: words, headings, links and pictures in their order, however they look."""
        words = "".join(_parts(document.read(self.html).elements[0]))
        return _plain(words), _plain(re.sub(r"[\W_]+", "", self.text))


def _plain(text: str) -> str:
    return "".join(sign for sign in text if not sign.isspace() and unicodedata.category(sign) != "Cf")


def _parts(element: Element) -> Iterator[str]:
    if element.tag == "style":
        return
    if re.fullmatch("h[1-6]|a|img|html|title|li", element.tag):
        said = [f"{name}={element.attributes.get(name)}" for name in ("href", "src", "alt", "lang", "dir")]
        yield f"⟦{element.tag} {' '.join(said)}⟧"
    for each in element.content:
        if isinstance(each, str):
            yield each
        else:
            yield from _parts(each)


def _outcome(theme: Theme) -> _Outcome:
    rendered = render(letter(), theme, IDENTITY, PICTURES)
    made = renditions(rendered)
    template = rendered.with_pictures({place: each.name for place, each in made.items()}).template
    links = fill.Links(pictures="https://pictures.example/", browser=BROWSER)
    html, text = (
        fill.fill(part, {"EMAIL": "aicha@mail.example"}, links, UNSUBSCRIBE) for part in (template.html, template.text)
    )
    checked = CheckedLetter(
        issue=letter(),
        template=template,
        html=html,
        text=text,
        identity=IDENTITY,
        sender="lettre@semis.example",
        today=dt.date(2027, 7, 1),
        pictures=PICTURES,
        renditions=made,
        pieces=pieces(letter(), IDENTITY),
    )
    return _Outcome(html, text, {(found.name, found.field): found for found in rules.findings(checked)})


@functools.cache
def _sound(name: str) -> _Outcome:
    return _outcome(Workspace(Path("no-workspace")).theme(name))


def judge(mutant: Mutant) -> Judged:
    """Render and check the letter with a damaged theme."""
    sound = _sound(mutant.theme.name)
    try:
        outcome = _outcome(mutant.theme)
    except ThemeError as error:
        placed = all(problem.file and problem.line and problem.hint for problem in error.problems)
        path = mutant.theme.files[mutant.file].path
        exactly = any((problem.file, problem.line) == (path, mutant.line) for problem in error.problems)
        return Judged(
            mutant=mutant,
            verdict=Verdict.TOLD if placed else Verdict.WITHOUT_PLACE,
            exactly=exactly,
            said=str(error),
        )
    except Exception as error:  # noqa: BLE001 - whatever else comes out is a traceback for the officer
        return Judged(mutant=mutant, verdict=Verdict.CRASHED, said=repr(error))
    new = [found for key, found in outcome.findings.items() if key not in sound.findings]
    if new:
        places = [theme_places.place(found, mutant.theme) for found in new]
        placed = any(found.field or (place and place.line) for found, place in zip(new, places, strict=True))
        said = str([(found.name, found.field, place) for found, place in zip(new, places, strict=True)][:3])
        return Judged(mutant=mutant, verdict=Verdict.TOLD if placed else Verdict.WITHOUT_PLACE, said=said)
    same = (outcome.html, outcome.text) == (sound.html, sound.text) or outcome.as_read() == sound.as_read()
    return Judged(mutant=mutant, verdict=Verdict.HARMLESS if same else Verdict.SILENT)

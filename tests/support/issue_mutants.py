"""Damage to an issue file, in every way that people damage YAML, at every line where it can be done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ISSUE = """\
subject: Ce qui lève au jardin en juillet
preheader: Du pain, des mains et trois rendez-vous à ne pas laisser passer
title: Ce qui lève en juillet
language: fr
date: 2027-07-01
theme: apes

blocks:
  - type: banner
    title: Rejoignez les semeurs
    text: Une place se libère au potager, pour une personne qui a du temps le samedi matin.
    button:
      text: Prendre la place
      link: https://semis.exemple.fr/place

  - type: editorial
    heading: Édito
    text: |
      Bonjour <<contact.PRENOM|à vous>>,

      le four **des trois villages** tourne le samedi, voir [la liste](https://semis.exemple.fr/liste).
    signature: Odile, au fournil

  - type: section
    title: À la une
    columns: 2
    articles:
      - title: Un four commun
        link: https://semis.exemple.fr/four
        images:
          - file: four.jpg
            alt: Des mains farinées
            caption: À l’aube
        text: Deux cents pains en sortent le samedi.
        contact:
          name: Odile
          email: odile@semis.exemple.fr
          phone: 03 53 01 10 20
        buttons:
          - text: Lire le récit du four
            link: https://semis.exemple.fr/recit
      - title: Une haie de plus
        layout: left
        images: {file: haie.png, decorative: true}
        text: Elle longe le canal.

  - type: events
    title: Rendez-vous
    events:
      - title: La fournée
        date: 2027-09-03
        end_date: 2027-09-05
        time: 9 h 30 - 12 h
        place: Halle
        text: Venez tôt.
        link: https://semis.exemple.fr/fournee

  - type: quote
    text: On sème d’abord.
    author: Fatou
    role: maraîchère

  - type: gallery
    title: En images
    images:
      - file: four.jpg
        alt: Le four de nuit

  - type: logos
    logos:
      - file: haie.png
        alt: Région

  - type: divider
"""

_ENTRY = re.compile(r"(?P<indent> *)(?P<dash>- )?(?P<key>[a-z_]+):(?P<rest> .*|)")
_FREE = frozenset({
    *("alt", "author", "caption", "heading", "name", "phone", "place", "preheader", "role", "signature", "subject"),
    *("text", "time", "title"),
})  # fmt: skip
"""Fields that take any text: what is written there cannot be a wrong value."""

_HOST = "semis.exemple.fr"
_WRONG_LINKS = (
    *("#", "https://", f"http:/{_HOST}/x", f"www.{_HOST}", f"{_HOST}/x", "/x", "programme.pdf", "C:\\x\\y.pdf"),
    *(f"https://{_HOST}/a b", "javascript:alert(1)", f"ftp://{_HOST}/", "mailto:", f"mailto:odile(at){_HOST}"),
    *(f"odile@{_HOST}", f"htps://{_HOST}/", f"https//{_HOST}/", "file:///home/x.pdf"),
)
_WRONG_PICTURES = (
    *("fuor.jpg", "Four.JPG", "four.jpeg", "four", "../four.jpg", "/four.jpg", "C:\\four.jpg", "rien.jpg"),
    *("broken.jpg", "empty.jpg", "words.jpg", "vector.svg", f"https://{_HOST}/four.jpg", "cut.png"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueMutant:
    """An issue file with one piece of damage."""

    kind: str
    line: int
    before: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line} {self.kind}: {self.before.strip()}"


def _shapes(entry: re.Match[str]) -> Iterator[tuple[str, str]]:
    """Yield what can happen to the layout of a line."""
    indent, dash, key, rest = entry["indent"], entry["dash"] or "", entry["key"], entry["rest"]
    yield "one space too many", f" {entry[0]}"
    yield "indented by a tab", f"\t{entry[0].lstrip()}"
    if indent:
        yield "one space too few", entry[0][1:]
        yield "not indented", entry[0].lstrip()
    if dash:
        yield "dash lost", f"{indent}{key}:{rest}"
        yield "dash without its space", f"{indent}-{key}:{rest}"
        yield "dash doubled", f"{indent}- {dash}{key}:{rest}"
    yield "colon lost", f"{indent}{dash}{key}{rest}"
    yield "colon before a space", f"{indent}{dash}{key} {rest.strip()}"
    if rest:
        yield "colon without its space", f"{indent}{dash}{key}:{rest.strip()}"


def _names(entry: re.Match[str]) -> Iterator[tuple[str, str]]:
    """Yield what can happen to the name of a field."""
    indent, dash, key, rest = entry["indent"], entry["dash"] or "", entry["key"], entry["rest"]
    yield "name misspelt", f"{indent}{dash}{key}x:{rest}"
    yield "name of nothing", f"{indent}{dash}zzqqx:{rest}"
    yield "name in capitals", f"{indent}{dash}{key.upper()}:{rest}"
    yield "name missing", f"{indent}{dash}:{rest}"
    yield "field written twice", f"{entry[0]}\n{indent}{'  ' if dash else ''}{key}:{rest}"
    yield "name with a no-break space", f"{indent}{dash}{key}\u00a0:{rest}"


def _values(entry: re.Match[str]) -> Iterator[tuple[str, str]]:
    """Yield what can happen to the value."""
    indent, dash, key, rest = entry["indent"], entry["dash"] or "", entry["key"], entry["rest"]
    head, value = f"{indent}{dash}{key}:", rest.strip()
    if value == "|":
        return
    if not value:
        yield "text for fields", f"{head} du texte"
        return
    yield "value empty", head
    yield "quote not closed", f'{head} "{value}'
    yield "quote closed too early", f'{head} "a" {value}'
    yield "value a list", f"{head} [{value}, b]"
    yield "value a group", f"{head} {{a: {value}}}"
    yield "value after a colon", f"{head} a: {value}"
    yield "value after a sign of YAML", f"{head} @{value}"
    yield "value after an anchor", f"{head} &a {value}"
    yield "value an alias", f"{head} *{value}"
    yield "value cut by a hash", f"{head} # {value}"
    yield "control character", f"{head} {value}\x07"
    yield "code that nobody can tell", f"{head} {value}\x81"
    yield "merge tag of nothing", f"{head} <<prenomm>> {value}"
    yield "merge tag with half its brackets", f"{head} <contact.PRENOM> {value}"
    yield "merge tag of another service", f"{head} *|FNAME|* {value}"
    if key not in _FREE:
        yield "value of nothing", f"{head} zzqqx"
        yield "value a number", f"{head} 13"


def _links(entry: re.Match[str]) -> Iterator[tuple[str, str]]:
    if entry["key"] != "link":
        return
    head = entry[0][: -len(entry["rest"])]
    for link in _WRONG_LINKS:
        yield f"link {link}", f"{head} {link}"


def _dates(entry: re.Match[str]) -> Iterator[tuple[str, str]]:
    if entry["key"] not in {"date", "end_date"}:
        return
    head = entry[0][: -len(entry["rest"])]
    for date in (
        "2027-02-30",
        "2027-13-01",
        "3/9/2027",
        "03.09.2027",
        "3 septembre 2027",
        "2027-9-3",
        "demain",
        "2027",
    ):
        yield f"date {date}", f"{head} {date}"
    if entry["key"] == "end_date":
        yield "end before the beginning", f"{head} 2027-09-01"


def _files(entry: re.Match[str]) -> Iterator[tuple[str, str]]:
    if entry["key"] != "file":
        return
    head = entry[0][: -len(entry["rest"])]
    for name in _WRONG_PICTURES:
        yield f"picture {name}", f"{head} {name}"


def mutants() -> Iterator[IssueMutant]:
    """Yield the issue with one line damaged, for each line that has a field and each way to damage it."""
    lines = ISSUE.split("\n")
    for number, line in enumerate(lines):
        if entry := _ENTRY.fullmatch(line):
            for way in (_shapes, _names, _values, _links, _dates, _files):
                for kind, new in way(entry):
                    text = "\n".join([*lines[:number], new, *lines[number + 1 :]])
                    yield IssueMutant(kind=kind, line=number + 1, before=line, text=text)

"""A letter with three variants, a list that gets them, and what a provider must have been handed to each address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

from tests.support.local_sendgrid import LocalSendGrid
from tests.support.truth import require

ISSUE = """\
subject: Des nouvelles de chez vous, <<contact.PRENOM|à lire>>
preheader: Ce qui se passe près de vous, et ce qui nous rassemble, mois après mois
blocks:
  - type: editorial
    text: Ce texte est pour tout le monde.
  - type: quote
    text: Ces mots sont pour l’Aisne, <<contact.PRENOM|chez vous>>.
    audience: {territoire: Aisne}
  - type: section
    title: À la une
    articles:
      - title: Partout
        text: Cet article est pour tout le monde.
      - title: Somme
        text: Cet article est pour la Somme.
        audience: {territoire: [Somme, Abbeville]}
"""
_MARKS = {"aisne": "pour l’Aisne", "somme-abbeville": "pour la Somme"}
_PLACES = ("Aisne", "somme", "", "Oise", "ABBEVILLE ; Lille")
_VARIANTS = ("aisne", "somme-abbeville", "others", "others", "somme-abbeville")
_NUMBER = re.compile(r"personne(\d+)@")


def write_contacts(path: Path, count: int) -> Path:
    """Write the contacts of the crash tests, each with the place where it lives."""
    lines = [
        f'personne{number}@exemple{number % 37}.example;Prénom {number};"{_PLACES[number % len(_PLACES)]}"'
        for number in range(count)
    ]
    path.write_text("\n".join(["EMAIL;PRENOM;Territoires", *lines]) + "\n", encoding="utf-8")
    return path


def variant_of(address: str) -> str:
    """The variant that an address must get."""
    match = _NUMBER.match(address)
    assert match is not None, address
    return _VARIANTS[int(match[1]) % len(_VARIANTS)]


def counts(addresses: Collection[str]) -> dict[str, int]:
    """How many of the addresses must get each variant."""
    return dict(Counter(map(variant_of, addresses)))


def require_own_letters(server: LocalSendGrid) -> None:
    """Raise ``PromiseBrokenError`` when the provider was handed an address with the letter of another."""
    for request in server.requests:
        if not request.recipients or not request.received:
            continue
        said = letter_in(request.body)
        wrong = [each for each in request.recipients if variant_of(each) != said]
        require(not wrong, f"request {request.seq} has the letter {said} for {wrong[:3]} and {len(wrong)} in all")


def letter_in(body: Any) -> str:
    """The variant whose words both parts of a request have, and no other's."""
    found = {
        name
        for name in (*_MARKS, "others")
        if all(
            [mark in part["value"] for mark in _MARKS.values()] == [name == each for each in _MARKS]
            for part in body["content"]
        )
    }
    assert len(found) == 1, found
    return found.pop()

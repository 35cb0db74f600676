"""Addresses of the starter, which nobody can reach."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from apes_mailer.check.letter import CheckedLetter
from apes_mailer.workspace import bundled
from tests.unit.check.judged import SOUND, found, messages, with_blocks, with_link, with_text

RULE = "example-address"


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org",
        "https://www.example.com/adherer?x=1",
        "http://EXAMPLE.net:8080/#x",
        "https://jardin.example/a",
        "mailto:bonjour@example.org",
        "mailto:bonjour@jardin.example?subject=x",
    ],
)
def test_link_to_an_example_is_a_warning(link: str) -> None:
    assert found(with_link(link), RULE) == [("warning", "blocks[0].button.link")]
    assert found(with_text(f"Voir [la page]({link}), ici"), RULE) == [("warning", "blocks[0].text")]


@pytest.mark.parametrize(
    "link",
    [
        "https://my-example.org",
        "https://example.fr",
        "https://example.org.exemple.fr",
        "https://exemple.fr/example.org",
        "https://exemple.fr/?to=a.example",
        "mailto:example@exemple.fr",
    ],
)
def test_link_that_only_looks_like_an_example_is_none(link: str) -> None:
    assert found(with_link(link), RULE) == []


def test_examples_are_one_finding_that_names_the_first_and_counts_them() -> None:
    contact = {"email": "a@example.org"}
    articles = [{"title": "A", "text": "[x](https://example.org/1) et https://example.org/2", "contact": contact}]
    section = {"type": "section", "title": "S", "articles": articles, "note": "voir https://example.org/3"}
    letter = replace(with_blocks(section), sender="lettre@example.org")
    named = "lettre@example.org, https://example.org/1, https://example.org/2, …"
    assert messages(letter, RULE) == [f"nobody can reach an example address (4 here: {named})"]
    assert found(letter, RULE) == [("warning", "blocks[0].articles[0].text")]


def test_example_in_the_footer_or_of_the_sender_is_found_without_one_in_the_issue() -> None:
    page = (*SOUND.template.html, '<a href="https://www.jardin.example/?a=1&amp;b">')
    letter = replace(SOUND, template=replace(SOUND.template, html=page))
    assert found(letter, RULE) == [("warning", "")]
    assert "https://www.jardin.example/?a=1&b" in messages(letter, RULE)[0]
    assert found(replace(SOUND, sender="lettre@example.org"), RULE) == [("warning", "")]


def test_postal_address_of_the_starter_is_an_example_however_its_apostrophe_is_typed() -> None:
    settings = (bundled("starter") / "apes-mailer.toml").read_text(encoding="utf-8")
    place = tomllib.loads(settings)["sender"]["postal_address"]
    for written in (place, place.replace("’", "'")):
        letter = _from(written)
        assert found(letter, RULE) == [("warning", "")]
        assert written in messages(letter, RULE)[0]
    assert found(_from("12 rue du Jardin, 59000 Lille"), RULE) == []


def _from(postal_address: str) -> CheckedLetter:
    return replace(SOUND, identity=SOUND.identity.model_copy(update={"postal_address": postal_address}))

"""The field of the issue that words on the page come from."""

from __future__ import annotations

import pytest

from apes_mailer.check.whereabouts import field_of
from tests.unit.check.judged import with_blocks


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("Trois", "blocks[0].title"),
        ("trois rendez-vous", "preheader"),
        ("Du pain …", "preheader"),
        ("l’une", ""),
        ("Se désabonner", ""),
    ],
)
def test_words_are_told_where_they_stand_alone_before_where_they_stand_among_others(words: str, field: str) -> None:
    letter = with_blocks(
        {"type": "gallery", "title": "Trois", "images": [{"file": "four.jpg", "alt": "Un four"}]},
        preheader="Du pain, des mains et trois rendez-vous",
    )
    assert field_of(letter, words) == field

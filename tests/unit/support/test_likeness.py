"""Texts are found on a screen where they are, and missed where they are not."""

from __future__ import annotations

from PIL import Image, ImageDraw

from tests.support.likeness import missing
from tools.clients.chromium import Line

PAGE, INK = "#fbf6ec", "#22302b"
WORDS = ("Bonjour", "Adieu", "Merci")


def letter(*words: str, top: int = 0, gap: int = 100, ground: str = PAGE, ink: str = INK) -> Image.Image:
    """A screen with a letter that begins at ``top``, one word below the other."""
    screen = Image.new("RGB", (300, 900), "#888888")
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, top, 300, 900), fill=PAGE)
    for number, word in enumerate(words):
        place = (40, top + 20 + gap * number)
        draw.rectangle((place[0] - 10, place[1] - 10, 280, place[1] + 40), fill=ground)
        draw.text(place, word, fill=ink, font_size=24)
    return screen


LINES = [Line(text=word, box=(40, 20 + 100 * number, 140, 50 + 100 * number)) for number, word in enumerate(WORDS)]
EXPECTED = letter(*WORDS)


def test_texts_are_found_wherever_the_letter_begins() -> None:
    assert list(missing(LINES, EXPECTED, letter(*WORDS))) == []
    assert list(missing(LINES, EXPECTED, letter(*WORDS, top=180))) == []


def test_texts_may_stand_a_little_lower_each_time() -> None:
    assert list(missing(LINES, EXPECTED, letter(*WORDS, gap=150))) == []
    assert list(missing(LINES, EXPECTED, letter(*WORDS, gap=180))) == ["Adieu", "Merci"]


def test_other_text_is_missed() -> None:
    assert list(missing(LINES, EXPECTED, letter("Bonjour", "Perdu", "Merci"))) == ["Adieu"]


def test_text_that_is_not_there_is_missed() -> None:
    assert list(missing(LINES, EXPECTED, letter("Bonjour", "", "Merci"))) == ["Adieu"]


def test_text_in_other_colours_is_missed() -> None:
    assert list(missing(LINES, EXPECTED, letter(*WORDS, ink=PAGE, ground=INK))) == list(WORDS)
    assert list(missing(LINES, EXPECTED, letter(*WORDS, ink=PAGE))) == list(WORDS)


def test_screen_without_the_letter_misses_all_of_it() -> None:
    assert list(missing(LINES, EXPECTED, Image.new("RGB", (300, 900), "#ffffff"))) == ["the letter"]

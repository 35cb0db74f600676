"""Colours as CSS writes them, and the contrast of WCAG."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.check.page import colour
from apes_mailer.check.page.colour import BLACK, WHITE, Colour

PARTS = st.floats(min_value=0, max_value=1)
OPAQUE = st.builds(Colour, PARTS, PARTS, PARTS, st.just(1.0))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#1f5c4a", "#1f5c4a"),
        ("#FFF", "#ffffff"),
        ("rebeccapurple", "#663399"),
        ("rgb(31, 92, 74)", "#1f5c4a"),
        ("hsl(0 100% 50%)", "#ff0000"),
    ],
)
def test_colour_is_read_however_it_is_written(text: str, shown: str) -> None:
    assert str(colour.parse(text)) == shown


@pytest.mark.parametrize("text", ["", "inherit", "currentcolor", "url(x)", "#12", "solid"])
def test_what_names_no_colour_is_none(text: str) -> None:
    assert colour.parse(text) is None


def test_transparency_lets_through_what_is_behind() -> None:
    half = colour.parse("rgba(0,0,0,.5)")
    assert half is not None
    assert str(half.over(WHITE)) == "#808080"
    assert str(Colour(1, 0, 0).faded(0).over(BLACK)) == "#000000"


@pytest.mark.parametrize(
    ("words", "ratio"),
    [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#777777", 4.48), ("#ff0000", 4.0), ("#949494", 3.03)],
)
def test_contrast_on_white_is_that_of_wcag(words: str, ratio: float) -> None:
    found = colour.parse(words)
    assert found is not None
    assert colour.contrast(found, WHITE) == pytest.approx(ratio, abs=0.005)


@given(OPAQUE, OPAQUE)
def test_contrast_is_the_same_both_ways_and_within_its_bounds(one: Colour, other: Colour) -> None:
    ratio = colour.contrast(one, other)
    assert 1 <= ratio <= 21 + 1e-9
    assert ratio == pytest.approx(colour.contrast(other, one))


@given(OPAQUE, OPAQUE)
def test_words_that_are_wholly_transparent_do_not_stand_out(words: Colour, background: Colour) -> None:
    assert colour.contrast(words.faded(0), background) == pytest.approx(1)

"""Pictures: what those read who do not see them."""

from __future__ import annotations

import pytest

from apes_mailer.check.catalogue import told
from tests.unit.check.judged import findings, found, with_blocks, with_picture

PLACE = "blocks[0].images[0]"
LINK = "https://semis.exemple.fr/four"


def test_picture_without_words_for_those_who_do_not_see_it_is_an_error() -> None:
    assert found(with_picture(), "picture-alt") == [("error", PLACE)]
    assert found(with_picture(alt="Le four"), "picture-alt") == []
    assert found(with_picture(decorative=True), "picture-alt") == []


def test_picture_that_is_a_link_is_never_decorative() -> None:
    assert found(with_picture(link=LINK), "picture-alt") == [("error", PLACE)]
    assert found(with_picture(link=LINK, decorative=True), "picture-alt") == [("error", PLACE)]
    assert found(with_picture(link=LINK, alt="Le four"), "picture-alt") == []


def test_words_for_a_decorative_picture_are_a_warning() -> None:
    assert found(with_picture(alt="Le four", decorative=True), "picture-alt") == [("warning", PLACE)]


@pytest.mark.parametrize("name", ["four.jpg", "IMG_4032.JPG", "Le four (été).heic ", "logo.Png"])
def test_name_of_a_file_says_nothing_about_a_picture(name: str) -> None:
    assert found(with_picture(alt=name), "picture-alt") == [("warning", PLACE)]
    assert found(with_picture(alt=f"{name}, ouvert"), "picture-alt") == []


@pytest.mark.parametrize("alt", ["image", "Photo", "une photo", "L’image.", "Logo 2", "Capture d’écran", "A picture"])
def test_that_it_is_a_picture_says_nothing_about_it(alt: str) -> None:
    assert found(with_picture(alt=alt), "picture-alt") == [("warning", PLACE)]


def test_cure_for_a_picture_does_not_offer_what_a_link_cannot_be() -> None:
    (bare,) = findings(with_picture(), "picture-alt")
    (link,) = findings(with_picture(link=LINK), "picture-alt")
    assert "decorative: true" in told(bare, "en").cure
    assert "decorative" not in told(link, "en").cure


def test_picture_is_looked_at_wherever_an_issue_can_have_one() -> None:
    bare = {"file": "four.jpg"}
    letter = with_blocks(
        {"type": "editorial", "text": "a", "images": [bare]},
        {"type": "section", "title": "S", "articles": [{"title": "A"}, {"title": "B", "images": [bare]}]},
        {"type": "logos", "logos": [{**bare, "alt": "Région"}, bare]},
    )
    places = ["blocks[0].images[0]", "blocks[1].articles[1].images[0]", "blocks[2].logos[1]"]
    assert found(letter, "picture-alt") == [("error", place) for place in places]

"""Pages: their elements and texts as mail programs see them."""

from __future__ import annotations

import pytest

from apes_mailer.check.page import document


def body(html: str) -> document.Element:
    """The body of a page with this in it."""
    return document.read(f"<html><body>{html}</body></html>").all("body")[0]


def test_text_around_elements_and_comments_keeps_its_order() -> None:
    element = body("a<!-- x --> b<p>c</p>d<?php x ?> e")
    assert element.words() == "a b c d e"
    assert element.own_words == "a b … d e"


def test_words_of_two_paragraphs_or_cells_are_parted_and_those_of_a_line_are_not() -> None:
    assert body("<h1>Un</h1><p>deux<b>tr</b>ois</p><table><tr><td>4</td><td>5<br>6</td></tr></table>").words() == (
        "Un deuxtrois 4 5 6"
    )


def test_text_of_a_picture_is_its_alternative_text() -> None:
    assert body('<a>Voir <img alt="le four"> ici</a>').words() == "Voir le four ici"


@pytest.mark.parametrize("text", ["", " \n", "\u200c\u00a0\u200c", "\u200a", "\u200b\ufeff"])
def test_spaces_and_joiners_are_nothing_to_read(text: str) -> None:
    assert document.readable(text) == ""


@pytest.mark.parametrize("text", ["·", "7", "é", "🍞"])
def test_signs_are_something_to_read(text: str) -> None:
    assert document.readable(f"\u200c{text} ") != ""


def test_styles_of_word_are_not_those_of_others() -> None:
    page = document.read("<!--[if mso]><style>p{margin:0}</style><![endif]--><style>a{margin:0}</style><p>x</p>")
    assert [rule.selector for rule in page.rules()] == ["a"]


def test_word_sees_what_is_in_comments_for_it_and_not_what_is_kept_from_it() -> None:
    html = (
        "<body><!--[if mso | IE]><table><tr><td><![endif]--><p>tous</p><!--[if mso | IE]></td></tr></table><![endif]-->"
        "<!--[if !mso]><!--><i>autres</i><!--<![endif]--><!--[if !mso]><b>autres</b><![endif]--></body>"
    )
    page = document.as_word_outlook(html)
    assert [element.tag for element in page.all("table", "p", "i", "b")] == ["table", "p"]
    assert [element.tag for element in document.read(html).all("table", "p", "i", "b")] == ["p", "i"]


@pytest.mark.parametrize("html", ["", "x", "<p>é", "<!doctype html>", "\x00", "<a href='"])
def test_whatever_is_no_page_is_read_all_the_same(html: str) -> None:
    assert document.read(html).elements[0].tag == "html"


def test_element_knows_those_around_it_and_inside_it() -> None:
    element = body("<div><p><b>x</b></p></div>")
    (bold,) = element.all("b")
    assert [each.tag for each in bold.up()] == ["b", "p", "div", "body", "html"]
    assert [each.tag for each in element.all()] == ["body", "div", "p", "b"]

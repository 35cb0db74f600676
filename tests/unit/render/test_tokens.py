"""Merge tags travel through Markdown, MJML and the inliner as words that nothing changes and nobody else writes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model.merge import ContactField, Expression, LinkTag, Special
from apes_mailer.model.message import Context, Slot
from apes_mailer.render import html, markdown, slots
from apes_mailer.render.tokens import Tokens

NAME = ContactField("NOM")
_words = st.text("zqxjkw0123456789*_`~ é", max_size=40)


def test_tag_becomes_one_word_and_the_same_tag_the_same_word() -> None:
    tokens = Tokens([])
    text = tokens.replace("<<contact.nom>> et {{ contact.Nom }} et <<contact.NOM|vous>>")
    assert text == "zq0000qz et zq0000qz et zq0001qz"
    assert tokens.restore(text) == "<<contact.NOM>> et <<contact.NOM>> et <<contact.NOM|vous>>"
    assert list(tokens.split(text)) == [(0, 8, NAME), (12, 20, NAME), (24, 32, ContactField("NOM", "vous"))]


def test_tag_without_meaning_stays_as_it_is_written() -> None:
    tokens = Tokens([])
    assert (
        tokens.replace("<<nom>> <<contact.>> << >> {{ x }} <<contact.NOM>")
        == "<<nom>> <<contact.>> << >> {{ x }} <<contact.NOM>"
    )


@given(st.lists(st.sampled_from([NAME, ContactField("VILLE", "ici"), LinkTag(Special.BROWSER)]) | _words, max_size=8))
def test_text_with_tags_comes_back_whole(pieces: list[Expression | str]) -> None:
    text = "".join(str(piece) for piece in pieces)
    tokens = Tokens([text])
    replaced = tokens.replace(text)
    assert "<<" not in replaced
    assert tokens.restore(replaced) == text
    tags = [piece for piece in pieces if not isinstance(piece, str)]
    assert [expression for _, _, expression in tokens.split(replaced)] == tags


@given(_words)
def test_word_is_never_one_that_the_author_wrote_even_between_signs_of_markdown(text: str) -> None:
    tokens = Tokens([text])
    word = tokens.word(NAME)
    shown = markdown.to_text(f"{text} {word}", width=1000, link=lambda words, _address: words)
    assert [expression for _, _, expression in tokens.split(shown)] == [NAME]
    page = re.sub("<[^>]*>", "", markdown.to_html(f"{text} {word}"))
    assert [expression for _, _, expression in tokens.split(page)] == [NAME]


def test_word_is_found_when_an_author_wrote_every_usual_one() -> None:
    text = " ".join(f"{prefix}0000qz" for prefix in ("zq", "zx", "zj", "zk", "zw", "zqx", "zqxx"))
    tokens = Tokens([text])
    word = tokens.word(NAME)
    assert word not in text
    assert tokens.restore(f"{text} {word}") == f"{text} <<contact.NOM>>"


@pytest.mark.parametrize("written", ["z**q0000q**z", "zq٠٠٠٠qz", "zq00**00qz**", "ZQ0000QZ"])
def test_word_in_disguise_is_left_alone(written: str) -> None:
    tokens = Tokens([written])
    word = tokens.word(NAME)
    shown = markdown.to_text(f"{written} {word}", width=200, link=lambda words, _address: words)
    assert [expression for _, _, expression in tokens.split(shown)] == [NAME]


def test_word_comes_unharmed_through_markdown_mjml_and_inliner() -> None:
    tokens = Tokens([])
    word = tokens.word(NAME)
    text = markdown.to_html(f"**{word}** *{word}* `{word}` [{word}](https://{word}.example/{word}?x={word}#{word})")
    page = html.from_mjml(
        f"<mjml><mj-head><mj-title>{word}</mj-title><mj-preview>{word}</mj-preview></mj-head><mj-body><mj-section>"
        f'<mj-column><mj-text>{text}</mj-text><mj-image src="{word}" alt="{word}" href="{word}" title="{word}" />'
        f'<mj-button href="mailto:{word}">{word}</mj-button></mj-column></mj-section></mj-body></mjml>',
        "a { color: red }",
    )
    found = [part.context for part in slots.html(page, tokens) if isinstance(part, Slot)]
    assert len(found) == page.count(word) == 17
    assert found.count(Context.URL_PART) == 4
    assert found.count(Context.ADDRESS) == 1
    assert found.count(Context.URL) == 2

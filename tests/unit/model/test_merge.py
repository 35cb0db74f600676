"""Merge tags as authors write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model import merge
from apes_mailer.model.field import field_named
from apes_mailer.model.merge import ContactField, Expression, LinkTag, PictureLink, Special

_fallback = st.text(st.characters(codec="utf-8", exclude_characters="<>\n"), max_size=100).map(str.strip)


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("<<contact.PRENOM>>", ContactField("PRENOM")),
        ("<< contact . prénom >>", ContactField("PRENOM")),
        ("<<contact.First Name>>", ContactField("PRENOM")),
        ("<<contact.E-mail>>", ContactField("EMAIL")),
        ("<<contact.Code postal>>", ContactField("CODE_POSTAL")),
        ("<<contact.PRENOM|cher lecteur>>", ContactField("PRENOM", "cher lecteur")),
        ("<<contact.PRENOM | cher lecteur >>", ContactField("PRENOM", "cher lecteur")),
        ("<<contact.PRENOM|>>", ContactField("PRENOM", "")),
        ("<<contact.PRENOM|a|b>>", ContactField("PRENOM", "a|b")),
        ("<<contact.PRENOM|l’ami & voisin>>", ContactField("PRENOM", "l’ami & voisin")),
        ("{{contact.PRENOM}}", ContactField("PRENOM")),
        ("{{ contact.PRENOM|toi }}", ContactField("PRENOM", "toi")),
        ("<<unsubscribe>>", LinkTag(Special.UNSUBSCRIBE)),
        ("<< Unsubscribe >>", LinkTag(Special.UNSUBSCRIBE)),
        ("{{browser}}", LinkTag(Special.BROWSER)),
        ("<<PRENOM>>", None),
        ("<<contact.>>", None),
        ("<<contact.1>>", None),
        ("<<contact.|x>>", None),
        ("<<contact.é!>>", ContactField("E")),
        ("<<>>", None),
        ("<<picture.four.jpg>>", None),
    ],
)
def test_tag_is_understood(written: str, meaning: Expression | None) -> None:
    (tag,) = merge.find(f"Bonjour {written}, voici")
    assert (tag.start, tag.end, tag.written, tag.expression) == (8, 8 + len(written), written, meaning)


@pytest.mark.parametrize(
    "text", ["", "< <contact.X> >", "<<contact.X>", "<<contact\n.X>>", "{contact.X}", "<<" + "x" * 201 + ">>"]
)
def test_what_is_no_tag_is_not_found(text: str) -> None:
    assert merge.find(text) == []


def test_tags_are_found_in_order_with_their_places() -> None:
    text = "<<contact.A>>{{contact.B}} <<oops>>"
    assert [(tag.start, tag.end, tag.written) for tag in merge.find(text)] == [
        (0, 13, "<<contact.A>>"),
        (13, 26, "{{contact.B}}"),
        (27, 35, "<<oops>>"),
    ]


@given(st.text(max_size=200))
def test_any_text_can_be_searched_for_tags(text: str) -> None:
    for tag in merge.find(text):
        assert text[tag.start : tag.end] == tag.written


@given(st.from_regex("[A-Z][A-Z0-9_]{0,20}", fullmatch=True), st.none() | _fallback)
def test_field_reads_again_as_it_is_shown(name: str, fallback: str | None) -> None:
    name = field_named(name)
    field = ContactField(name, fallback)
    assert [tag.expression for tag in merge.find(str(field))] == [field]


def test_every_expression_shows_itself_as_a_tag() -> None:
    assert str(LinkTag(Special.BROWSER)) == "<<browser>>"
    assert str(PictureLink("four.jpg")) == "<<picture.four.jpg>>"
    assert str(ContactField("NOM", "")) == "<<contact.NOM|>>"

"""The message template: what it says of itself, and that it comes back from storage with the same digest."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model.merge import ContactField, LinkTag, PictureLink, Special
from apes_mailer.model.message import Context, MessageTemplate, Part, Slot

_text = st.text(max_size=20)
_expression = st.one_of(
    st.builds(ContactField, _text, st.none() | _text),
    st.builds(LinkTag, st.sampled_from(Special)),
    st.builds(PictureLink, _text),
)
_parts = st.lists(_text | st.builds(Slot, _expression, st.sampled_from(Context)), max_size=6).map(tuple[Part, ...])
_template = st.builds(MessageTemplate, subject=_parts, html=_parts, text=_parts, language=st.sampled_from(["fr", "en"]))

LETTER = MessageTemplate(
    subject=("La lettre de ", Slot(ContactField("NOM", "juillet"), Context.HEADER)),
    text=(Slot(ContactField("NOM"), Context.PLAIN), " – ", Slot(LinkTag(Special.UNSUBSCRIBE), Context.PLAIN)),
    html=(
        '<p title="',
        Slot(ContactField("NOM"), Context.ATTRIBUTE),
        '">',
        Slot(ContactField("NOM"), Context.HTML),
        Slot(ContactField("NOM"), Context.HTML),
        '<img src="',
        Slot(PictureLink("four.jpg"), Context.URL),
        '"><img src="',
        Slot(PictureLink("four.jpg"), Context.URL),
        '"></p>',
    ),
    language="fr",
)


@given(_template)
def test_template_comes_back_from_storage_the_same(template: MessageTemplate) -> None:
    back = MessageTemplate.from_json(template.to_json())
    assert back == template
    assert back.digest == template.digest
    assert back.to_json() == template.to_json()


@given(_template, _template)
def test_two_templates_have_one_digest_only_when_they_are_the_same(
    one: MessageTemplate, other: MessageTemplate
) -> None:
    assert (one.digest == other.digest) == (one == other)


def test_digest_does_not_change_from_one_release_to_the_next() -> None:
    """It is stored beside what was sent: a changed digest would say that another letter went out."""
    assert LETTER.digest == "4f169caaf22b42efb2d211e05694367f258acd422f59f7e41d9af069b386036e"


@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_any_change_of_any_part_changes_the_digest(part: str) -> None:
    parts: tuple[Part, ...] = getattr(LETTER, part)
    changed = [
        parts[1:],
        (*parts, "x"),
        (*parts, Slot(ContactField("NOM"), Context.HTML)),
        (*parts, Slot(ContactField("NOM", ""), Context.HTML)),
        (*parts, Slot(ContactField("NOM"), Context.ATTRIBUTE)),
    ]
    digests = {dataclasses.replace(LETTER, **{part: other}).digest for other in changed}
    assert len(digests | {LETTER.digest}) == len(changed) + 1
    assert dataclasses.replace(LETTER, language="en").digest != LETTER.digest


def test_slots_come_in_the_order_subject_text_html_as_often_as_they_stand_there() -> None:
    found = [(str(slot.expression), slot.context.value) for slot in LETTER.slots()]
    assert found == [
        ("<<contact.NOM|juillet>>", "header"),
        ("<<contact.NOM>>", "plain"),
        ("<<unsubscribe>>", "plain"),
        ("<<contact.NOM>>", "attribute"),
        ("<<contact.NOM>>", "html"),
        ("<<contact.NOM>>", "html"),
        ("<<picture.four.jpg>>", "url"),
        ("<<picture.four.jpg>>", "url"),
    ]


def test_each_field_lists_its_distinct_slots() -> None:
    contexts = [slot.context for slot in LETTER.fields()["NOM"]]
    assert contexts == [Context.HEADER, Context.PLAIN, Context.ATTRIBUTE, Context.HTML]
    assert list(LETTER.fields()) == ["NOM"]


def test_each_picture_is_named_once() -> None:
    assert LETTER.pictures() == ["four.jpg"]


def test_stored_form_is_readable_json() -> None:
    stored = json.loads(LETTER.to_json())
    assert stored["subject"] == ["La lettre de ", {"field": "NOM", "fallback": "juillet", "in": "header"}]
    assert stored["text"][1:] == [" – ", {"link": "unsubscribe", "in": "plain"}]
    assert stored["html"][6] == {"picture": "four.jpg", "in": "url"}

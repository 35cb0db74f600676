"""Each slot knows the place it stands in; a place where no value is safe is an error in the theme."""

from __future__ import annotations

from pathlib import Path

import pytest

from apes_mailer.errors import ThemeError
from apes_mailer.model.merge import ContactField, LinkTag, PictureLink, Special
from apes_mailer.model.message import Context, Slot
from apes_mailer.model.picture import Place
from apes_mailer.render import letter, slots
from apes_mailer.render.tokens import Tokens
from apes_mailer.workspace import Workspace
from tests.support.letters import IDENTITY, IMAGE, PICTURES, THEMES, issue_of


def contexts(text: str) -> list[Context]:
    """The contexts of the tags ``<<contact.X>>`` in a piece of HTML, where they stand as ``@@``."""
    tokens = Tokens([])
    parts = slots.html(text.replace("@@", tokens.word(ContactField("X"))), tokens)
    return [part.context for part in parts if isinstance(part, Slot)]


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("@@", Context.HTML),
        ("<p>Bonjour @@ !</p>", Context.HTML),
        ("<title>@@</title>", Context.HTML),
        ("<p>1 < 2 @@ > 0</p>", Context.HTML),
        ("<!-- @@ -->", Context.HTML),
        ("<!--[if mso]><td>@@</td><![endif]-->", Context.HTML),
        ('<img alt="@@">', Context.ATTRIBUTE),
        ("<img alt='vu de @@'>", Context.ATTRIBUTE),
        ('<td title="1 > 0: @@" lang="fr">', Context.ATTRIBUTE),
        ("<td aria-label = '\"@@\"'>", Context.ATTRIBUTE),
        ('<!--[if mso]><v:rect alt="@@"><![endif]-->', Context.ATTRIBUTE),
        ('<a href="@@">', Context.URL),
        ("<A HREF='@@'>", Context.URL),
        ('<img src="@@" alt="">', Context.URL),
        ('<table background="@@">', Context.URL),
        ('<!--[if mso]><v:roundrect href="@@"><![endif]-->', Context.URL),
        ('<a href="@@/suite">', Context.URL),
        ('<a href="https://a.example/@@">', Context.URL_PART),
        ('<a href="https://a.example/?x=1&amp;y=@@#z">', Context.URL_PART),
        ('<a href="https://@@.example/">', Context.URL_PART),
        ('<a href="mailto:@@">', Context.ADDRESS),
        ('<a href="MAILTO:a@b.example,@@">', Context.ADDRESS),
        ('<a href="mailto:a@b.example?subject=@@">', Context.URL_PART),
        ('<a href="tel:@@">', Context.ADDRESS),
        ('<a href="telephone/@@">', Context.URL_PART),
        ("<style>p > b { color: red }</style><p>@@</p>", Context.HTML),
    ],
)
def test_slot_knows_the_place_it_stands_in(text: str, context: Context) -> None:
    assert contexts(text) == [context]


def test_one_tag_in_several_places_gives_a_slot_for_each() -> None:
    text = '<a title="@@" href="https://a.example/@@?@@">@@@@</a>'
    part, value = Context.URL_PART, Context.ATTRIBUTE
    assert contexts(text) == [value, part, part, Context.HTML, Context.HTML]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("<style>p { color: @@ }</style>", "inside <style>"),
        ("<STYLE type='text/css'>\n.x{}\n@@</STYLE>", "inside <style>"),
        ('<p style="color:@@">', 'inside the attribute "style"'),
        ('<p onclick="go(@@)">', 'inside the attribute "onclick"'),
        ('<iframe srcdoc="@@">', 'inside the attribute "srcdoc"'),
        ('<!--[if mso]><td style="width:@@"><![endif]-->', 'inside the attribute "style"'),
        ("<a href=@@>", "outside an attribute's quotes"),
        ('<a title="x" @@="y">', "outside an attribute's quotes"),
        ("<p@@>", "outside an attribute's quotes"),
        ("</p @@>", "outside an attribute's quotes"),
    ],
)
def test_place_where_no_value_is_safe_is_an_error_that_names_tag_and_place(text: str, place: str) -> None:
    with pytest.raises(ThemeError) as caught:
        contexts(text)
    problem = caught.value.problems[0]
    assert place in problem.message
    assert "<<contact.X>>" in problem.message
    assert problem.hint == "Move the tag into a text or a link."


def test_subject_and_text_are_split_into_literals_and_slots() -> None:
    tokens = Tokens([])
    text = tokens.replace("<<contact.NOM|Bonjour>>, voici <<unsubscribe>>")
    assert slots.plain(text, tokens, Context.HEADER) == (
        Slot(ContactField("NOM", "Bonjour"), Context.HEADER),
        ", voici ",
        Slot(LinkTag(Special.UNSUBSCRIBE), Context.HEADER),
    )
    assert slots.plain("sans balise", tokens, Context.PLAIN) == ("sans balise",)
    assert slots.plain("", tokens, Context.PLAIN) == ()


WIDTHS = {"apes": 536, "sobre": 552}


@pytest.mark.parametrize("theme", THEMES)
def test_tags_come_through_a_theme_into_the_context_of_every_place_an_author_can_write_them(theme: str) -> None:
    article = {
        "title": "<<contact.TITRE>>",
        "link": "<<contact.SITE>>",
        "text": "**<<contact.GRAS>>** [<<contact.MOT>>](https://a.example/<<contact.PART>>?x=<<contact.QUERY>>)",
        "images": {**IMAGE, "alt": "<<contact.ALT>>"},
        "contact": {"email": "<<contact.ADRESSE>>"},
        "buttons": {"text": "<<contact.BOUTON>>", "link": "https://a.example/<<contact.LIEN>>"},
    }
    issue = issue_of(
        {"type": "section", "title": "S", "articles": [article]},
        subject="<<contact.SUJET>>",
        preheader="<<contact.PRE>>",
    )
    template = letter.render(issue, Workspace(Path("no-workspace")).theme(theme), IDENTITY, PICTURES).template
    assert {name: {slot.context for slot in found} for name, found in template.fields().items()} == {
        "SUJET": {Context.HEADER, Context.HTML, Context.ATTRIBUTE, Context.PLAIN},
        "PRE": {Context.HTML},
        "TITRE": {Context.HTML, Context.PLAIN},
        "SITE": {Context.URL, Context.PLAIN},
        "GRAS": {Context.HTML, Context.PLAIN},
        "MOT": {Context.HTML, Context.PLAIN},
        "PART": {Context.URL_PART, Context.PLAIN},
        "QUERY": {Context.URL_PART, Context.PLAIN},
        "ALT": {Context.ATTRIBUTE, Context.PLAIN},
        "ADRESSE": {Context.ADDRESS, Context.HTML, Context.PLAIN},
        "BOUTON": {Context.HTML, Context.PLAIN},
        "LIEN": {Context.URL_PART, Context.PLAIN},
        "EMAIL": {Context.HTML, Context.PLAIN},
    }
    in_html = [slot for slot in template.html if isinstance(slot, Slot)]
    assert Slot(PictureLink(Place("wide.jpg", WIDTHS[theme]).name), Context.URL) in in_html
    assert Slot(LinkTag(Special.UNSUBSCRIBE), Context.URL) in in_html

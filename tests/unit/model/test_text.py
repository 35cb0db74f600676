"""The kinds of text: what is cleaned without a word, and what an author is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from apes_mailer.model.text import Line, Link, MailAddress, Markdown, PictureFile
from apes_mailer.settings import Sender

KINDS = (Line, Markdown, Link, PictureFile)


def told(kind: type, value: object) -> str:
    """What the author is told; empty when the value is accepted."""
    try:
        TypeAdapter[object](kind).validate_python(value)
    except ValidationError as error:
        return error.errors()[0]["msg"]
    return ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "character", ["\0", "\x08", "\x0b", "\x1b", "\x1c", "\x7f", "\ud83d", "\udc00x", "\ufffe", "\uffff"]
)
def test_control_characters_and_half_characters_are_refused(kind: type, character: str) -> None:
    assert told(kind, f"a{character}b") == "has an invisible control character; type the text again"


@pytest.mark.parametrize("kind", [Line, Markdown, PictureFile])
@pytest.mark.parametrize("value", ["", " ", "\n", "\r\n "])
def test_empty_text_is_refused_with_what_to_do(kind: type, value: str) -> None:
    assert told(kind, value).startswith("is empty; ")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [320, 1.5, True, None, ["a"], b"a"])
def test_what_is_no_text_is_not_turned_into_one(kind: type, value: object) -> None:
    assert told(kind, value)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("  Le  four\tcommun ", "Le four commun"),
        ("Le four\ncommun\r\n", "Le four commun"),
        ("Le four\u2028commun\u2029du village", "Le four commun du village"),
        ("Un marché\u00a0: 10\u202f€", "Un marché\u00a0: 10\u202f€"),
        ("<<contact.PRENOM|cher lecteur>>, bonjour", "<<contact.PRENOM|cher lecteur>>, bonjour"),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_line_is_one_line_with_its_no_break_spaces(value: str, line: str) -> None:
    parsed = Line.parse(value)
    assert parsed == line
    assert isinstance(parsed, Line)


@given(st.text())
def test_line_that_is_accepted_can_stand_in_a_header(value: str) -> None:
    if not told(Line, value):
        line = Line.parse(value)
        assert line.splitlines() == [line]
        assert Line.parse(line) == line


def test_name_of_a_sender_cannot_add_a_header_or_a_line() -> None:
    sender = Sender.model_validate({"name": "Semis\r\nBcc: x@evil.example", "address": "a@b.example"})
    assert sender.name == "Semis Bcc: x@evil.example"


@pytest.mark.parametrize("field", ["address", "reply_to"])
@pytest.mark.parametrize(
    "value", ["a@b.example\r\nBcc: x@evil.example", "Semis <a@b.example>", "a@b.example, c@d.example"]
)
def test_address_of_a_sender_cannot_add_a_header_or_a_person(field: str, value: str) -> None:
    with pytest.raises(ValidationError, match="is not an email address"):
        Sender.model_validate({"name": "Semis", "address": "a@b.example", field: value})


@pytest.mark.parametrize(
    ("value", "text"),
    [("\n a\r\nb\rc \n", "a\nb\nc"), ("- un\n- deux", "- un\n- deux"), ("a\n\n\nb", "a\n\n\nb")],
)
def test_markdown_keeps_its_lines(value: str, text: str) -> None:
    assert Markdown.parse(value) == text


@pytest.mark.parametrize(
    "value",
    [
        "https://a.example/",
        "HTTP://a.example",
        "mailto:a@b.example?subject=Bonjour",
        "tel:+33320000000",
        "<<contact.SITE>>",
        "<<contact.SITE|https://a.example/a b>>",
        "https://a.example/<<contact.NOM|cher ami>>",
        "",
        "#",
        "/relatif",
        "https://a.example/?u=javascript:x",
    ],
)
def test_link_is_accepted_as_it_is_written(value: str) -> None:
    assert Link.parse(f" {value}\n") == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("javascript:alert(1)", "only https:, http:, mailto: and tel: links work in a letter"),
        (" JAVASCRIPT:alert(1)", "only https:, http:, mailto: and tel: links work in a letter"),
        ("data:text/html,x", "only https:, http:, mailto: and tel: links work in a letter"),
        ("ftp://a.example", "only https:, http:, mailto: and tel: links work in a letter"),
        ("file:///etc/passwd", "only https:, http:, mailto: and tel: links work in a letter"),
        ("https://a.example/mon fichier.pdf", "has a space in the address; write %20 instead of each space"),
        ("https://a.example/\u00a0x", "has a space in the address; write %20 instead of each space"),
        ("java\nscript:alert(1)", "has a space in the address; write %20 instead of each space"),
        ("www.a.example", "does not say https://; write https://www.a.example"),
        ("a-b.example/page?x=1", "does not say https://; write https://a-b.example/page?x=1"),
    ],
)
def test_link_that_cannot_work_says_what_to_write(value: str, message: str) -> None:
    assert told(Link, value) == message


@pytest.mark.parametrize("value", ["four.jpg", "images/four.jpg", "./four.jpg", "./images/four.jpg", " four.jpg "])
def test_picture_is_named_without_its_folder(value: str) -> None:
    assert PictureFile.parse(value) == "four.jpg"


@pytest.mark.parametrize(
    "value",
    [
        "/etc/passwd",
        "../four.jpg",
        "images/../../x",
        "C:\\four.jpg",
        "https://a.example/x.jpg",
        "~/four.jpg",
        "\\\\server\\x",
    ],
)
def test_picture_outside_the_folder_is_refused(value: str) -> None:
    assert told(PictureFile, value) == "must be the name of a file in the images folder; copy the picture there"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("Bonjour@Exemple.fr", "bonjour@exemple.fr"),
        (" mailto:bonjour@exemple.fr ", "bonjour@exemple.fr"),
        ("<<contact.REFERENT|bonjour@exemple.fr>>", "<<contact.REFERENT|bonjour@exemple.fr>>"),
    ],
)
def test_mail_address_is_one_that_readers_can_write_to(value: str, address: str) -> None:
    assert MailAddress.parse(value) == address


@pytest.mark.parametrize("value", ["accueil", "Accueil <a@exemple.fr>", "a@exemple", "a@b.fr, c@d.fr"])
def test_what_is_no_mail_address_is_refused_alone_and_in_a_link(value: str) -> None:
    for kind, written in ((MailAddress, value), (Link, f"mailto:{value}".replace(" ", "%20"))):
        message = told(kind, written)
        if kind is MailAddress or "," not in value:
            assert " is no mail address (" in message
            assert message.endswith("; write it as in bonjour@exemple.fr")


@pytest.mark.parametrize("value", ["mailto:", "mailto:a@b.fr?subject=Oui%20!", "mailto:a@b.fr,c@d.fr", "MAILTO:a@b.fr"])
def test_mail_links_to_one_or_several_people_are_accepted(value: str) -> None:
    assert told(Link, value) == ""

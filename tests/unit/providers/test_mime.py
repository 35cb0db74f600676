"""Messages as RFC 5322 text, read again by the standard library's parser: what comes out is what the preview shows."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import re
from collections.abc import Mapping
from email.header import decode_header, make_header
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.model.address import AddressError, normalise
from apes_mailer.model.batch import Envelope, Recipient
from apes_mailer.model.merge import ContactField
from apes_mailer.model.message import Context, MessageTemplate, Slot
from apes_mailer.model.text import Line
from apes_mailer.providers import mime
from apes_mailer.render import fill
from tests.unit.providers.samples import ENVELOPE, NASTY, TEMPLATE, hostile, recipient

AT = dt.datetime(2027, 7, 1, 9, 30, tzinfo=dt.UTC)
LINKS = fill.Links(pictures=ENVELOPE.pictures_url, browser=ENVELOPE.browser_url)
NAMES = [
    "From",
    "To",
    "Subject",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Reply-To",
    "Date",
    "MIME-Version",
    "Content-Type",
]

_literal = st.text(st.characters(codec="utf-8", exclude_characters="\r") | st.sampled_from(" =.\n\té"), max_size=120)


def written(
    person: Recipient,
    *,
    template: MessageTemplate = TEMPLATE,
    envelope: Envelope = ENVELOPE,
    date: dt.datetime | None = AT,
) -> bytes:
    """The message that a person gets."""
    return mime.Splicer(template, envelope).message(person, message_id="<a.b@semis.example>", date=date)


def read(raw: bytes) -> EmailMessage:
    """The message as a mail program reads it."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def body(message: EmailMessage, kind: str) -> str:
    """The decoded text or HTML, with the line ends of the letter."""
    part = message.get_body((kind,))
    assert part is not None
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    return raw.decode().replace("\r\n", "\n")


def people_of(message: EmailMessage, name: str) -> tuple[Address, ...]:
    """The addresses in a header."""
    header = message[name]
    assert isinstance(header, AddressHeader)
    return header.addresses


def assert_is_the_letter(raw: bytes, person: Recipient, template: MessageTemplate = TEMPLATE) -> None:
    """Nothing but the letter, filled for this person, within the limits of RFC 5322 and RFC 2045."""
    message = read(raw)
    assert message.keys() == NAMES
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Subject"] == fill.fill(template.subject, person.values, LINKS, person.unsubscribe_url)
    for kind, parts in (("plain", template.text), ("html", template.html)):
        assert body(message, kind) == fill.fill(parts, person.values, LINKS, person.unsubscribe_url)
    head, _, rest = raw.partition(b"\r\n\r\n")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, rest.split(b"\r\n"))) <= 76
    assert raw.isascii()


def test_message_has_every_header_once_and_text_before_html() -> None:
    person = recipient("aicha@mail.example", NOM="Aïcha", VILLE="Arras", SITE="https://aicha.example")
    raw = written(person)
    assert_is_the_letter(raw, person)
    message = read(raw)
    assert people_of(message, "From") == (Address("Les Semis d’Artois", addr_spec="lettre@semis.example"),)
    assert people_of(message, "To") == (Address(addr_spec="aicha@mail.example"),)
    assert people_of(message, "Reply-To") == (Address(addr_spec="bonjour@semis.example"),)
    assert message["Subject"] == "Aïcha, la lettre n° 12"
    assert message["Date"].datetime == AT
    assert message["Message-ID"] == "<a.b@semis.example>"
    assert message["List-Id"] == "<lettre.semis.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Chère, cher Aïcha d’Arras" in body(message, "plain")


@settings(max_examples=200)
@given(st.fixed_dictionaries(dict.fromkeys(("NOM", "VILLE", "SITE"), hostile)))
def test_any_value_arrives_as_it_was_previewed_and_adds_nothing(values: Mapping[str, str]) -> None:
    person = recipient("aicha@mail.example", **values)
    assert_is_the_letter(written(person), person)


@pytest.mark.parametrize("value", NASTY)
def test_value_that_tries_to_break_out_is_data_only(value: str) -> None:
    person = recipient("aicha@mail.example", NOM=value, VILLE=value, SITE=value)
    assert_is_the_letter(written(person), person)


@settings(max_examples=300)
@given(st.lists(_literal, min_size=1, max_size=4), hostile)
def test_slots_anywhere_in_any_text_leave_it_whole(literals: list[str], value: str) -> None:
    slot = Slot(ContactField("NOM"), Context.PLAIN)
    parts = tuple(part for literal in literals for part in (literal, slot))
    for text in (parts, parts[:-1], (slot, *parts)):
        template = dataclasses.replace(TEMPLATE, text=text)
        person = recipient("aicha@mail.example", NOM=value)
        assert_is_the_letter(written(person, template=template), person, template)


def test_line_ends_are_crlf_however_a_theme_writes_them() -> None:
    raw = written(recipient("a@b.example"), template=dataclasses.replace(TEMPLATE, text=("a\r\nb\rc\nd",)))
    assert body(read(raw), "plain") == "a\nb\nc\nd"
    assert b"\r" not in raw.replace(b"\r\n", b"")


def test_one_click_link_stays_in_one_piece_however_long_it_is() -> None:
    url = f"https://lettre.semis.example/{'chemin/' * 100}u/{'x' * 55}"
    raw = written(recipient("a@b.example")._replace(unsubscribe_url=url))
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert read(raw).get_all("List-Unsubscribe") == [f"<{url}>"]


@settings(max_examples=200)
@given(st.text(max_size=120).filter(lambda text: not _is_refused(text)))
def test_any_name_that_settings_accept_reads_as_it_was_written(text: str) -> None:
    name = Line.parse(text)
    raw = written(recipient("a@b.example"), envelope=dataclasses.replace(ENVELOPE, from_name=name))
    # The older parser, because the newer one puts spaces between two encoded words of a name.
    header = email.message_from_bytes(raw)["From"]
    encoded, address = parseaddr(header)
    assert address == "lettre@semis.example"
    assert str(make_header(decode_header(encoded))) == name
    assert read(raw).keys() == NAMES


def _is_refused(text: str) -> bool:
    try:
        Line.parse(text)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize(
    "name", ["Réseau", "Réseau, la lettre", 'Les "Semis"', "A (B) <c@d.example>", "=?utf-8?q?x?=", "a@b"]
)
def test_name_with_signs_of_the_syntax_is_one_name_and_one_address(name: str) -> None:
    raw = written(recipient("a@b.example"), envelope=dataclasses.replace(ENVELOPE, from_name=name))
    assert people_of(read(raw), "From") == (Address(name, addr_spec="lettre@semis.example"),)


@settings(max_examples=200)
@given(st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,70}@([a-z0-9-]{1,20}\.){1,3}example", fullmatch=True))
def test_any_address_that_contacts_accept_is_the_one_recipient(text: str) -> None:
    try:
        address = normalise(text)
    except AddressError:
        return
    raw = written(recipient(address))
    assert f"\r\nTo: {address}\r\n".encode() in raw
    assert [person.addr_spec for person in people_of(read(raw), "To")] == [address]


@pytest.mark.parametrize(
    "subject", ["a" * 500, "mot " * 200 + "fin", "é" * 400, "😀" * 100, "Une lettre\u2028en deux lignes"]
)
def test_long_or_strange_subject_reads_as_it_was_written(subject: str) -> None:
    template = dataclasses.replace(TEMPLATE, subject=(subject,))
    raw = written(recipient("a@b.example"), template=template)
    assert_is_the_letter(raw, recipient("a@b.example"), template)
    words = [line for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n") if b"=?" in line]
    assert all(len(line) <= 76 for line in words)


def test_mark_of_a_test_stands_before_the_subject() -> None:
    person = recipient("a@b.example", NOM="Éloi")
    splicer = mime.Splicer(TEMPLATE, dataclasses.replace(ENVELOPE, subject_mark="[TEST] "))
    assert splicer.subject(person) == "[TEST] Éloi, la lettre n° 12"
    assert read(splicer.message(person, message_id="<a@b>", date=None))["Subject"] == splicer.subject(person)


def test_same_letter_gives_the_same_bytes() -> None:
    person = recipient("a@b.example", NOM="Éloi")
    assert written(person) == written(person)
    template = MessageTemplate.from_json(TEMPLATE.to_json())
    assert written(person, template=template, envelope=Envelope.from_json(ENVELOPE.to_json())) == written(person)


def test_message_without_reply_address_or_date_has_no_empty_header() -> None:
    raw = written(recipient("a@b.example"), envelope=dataclasses.replace(ENVELOPE, reply_to=""), date=None)
    assert read(raw).keys() == [name for name in NAMES if name not in {"Reply-To", "Date"}]


@pytest.mark.parametrize(
    "bad", ["a@b.example\r\nBcc: x@evil.example", "a@b.example\n x", "a@b.example\r\n\r\nbody", "é@b.example", "a\0b"]
)
def test_what_could_end_a_header_line_is_refused_should_it_ever_come_here(bad: str) -> None:
    with pytest.raises(ValueError, match="does not fit on a header line"):
        written(recipient("a@b.example")._replace(address=bad))
    with pytest.raises(ValueError, match="does not fit on a header line"):
        written(recipient("a@b.example")._replace(unsubscribe_url=bad))
    for field in ("reply_to", "list_id"):
        with pytest.raises(ValueError, match="does not fit on a header line"):
            written(recipient("a@b.example"), envelope=dataclasses.replace(ENVELOPE, **{field: bad}))


def test_message_id_is_in_the_domain_of_the_sender() -> None:
    assert mime.message_id("mark", "lettre@semis.example") == "<mark@semis.example>"


def test_boundary_cannot_stand_in_a_part() -> None:
    raw = written(recipient("a@b.example", NOM="--=_apes-"))
    boundary = re.search(rb'boundary="([^"]+)"', raw)
    assert boundary is not None
    assert b"=_" in boundary[1]
    assert raw.count(b"--" + boundary[1]) == 3

"""Messages as RFC 5322 text.

The parts of a letter are encoded once, slot by slot, and spliced for each recipient: building every message anew with
the standard library's classes takes a hundred times as long.
"""

from __future__ import annotations

import binascii
import datetime as dt
from email.headerregistry import Address
from email.utils import format_datetime

from apes_mailer.model.batch import Envelope, Recipient
from apes_mailer.model.message import MessageTemplate, Part, Parts
from apes_mailer.render import fill

_LONGEST_LINE = 998  # octets without the line end; RFC 5322 2.1.1
_LONGEST_WORD = 39  # octets in one encoded word, so that a line with it stays below the 76 of RFC 2047 2


def _quoted_printable(text: str, *, goes_on: bool) -> bytes:
    """Return a piece of a part; one that ``goes_on`` ends with a soft line break, so that any piece may follow."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not goes_on:
        return binascii.b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")
    # The letter keeps one column free for the sign of the soft break, and goes again.
    return binascii.b2a_qp(f"{text}x".encode(), istext=True).replace(b"\n", b"\r\n")[:-1] + b"=\r\n"


class Splicer:
    """A letter with its envelope, ready to be written for any recipient."""

    def __init__(self, template: MessageTemplate, envelope: Envelope) -> None:
        self._template = template
        self._envelope = envelope
        self._links = fill.links_of(envelope)
        self._boundary = f"=_apes-{template.digest[:24]}"
        self._text = self._encoded(template.text)
        self._html = self._encoded(template.html)

    def writes(self, template: MessageTemplate, envelope: Envelope) -> bool:
        """Whether this is the splicer of a letter and an envelope."""
        return self._template is template and self._envelope is envelope

    def _encoded(self, parts: Parts) -> list[bytes | Part]:
        return [
            _quoted_printable(part, goes_on=number < len(parts)) if isinstance(part, str) else part
            for number, part in enumerate(parts, start=1)
        ]

    def message(self, recipient: Recipient, *, message_id: str, date: dt.datetime | None) -> bytes:
        """Return the whole message, lines ended by CRLF."""
        body = self._boundary.encode()
        parts = (
            b"--%b\r\nContent-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n%b\r\n"
        )
        return b"".join(
            [
                self._headers(recipient, message_id=message_id, date=date),
                b"MIME-Version: 1.0\r\n",
                b'Content-Type: multipart/alternative; boundary="%b"\r\n\r\n' % body,
                parts % (body, b"plain", self._fill(self._text, recipient)),
                parts % (body, b"html", self._fill(self._html, recipient)),
                b"--%b--\r\n" % body,
            ]
        )

    def _fill(self, parts: list[bytes | Part], recipient: Recipient) -> bytes:
        out: list[bytes] = []
        for part in parts:
            if isinstance(part, bytes):
                out.append(part)
            else:
                out.append(_quoted_printable(self._value((part,), recipient), goes_on=True))
        return b"".join(out)

    def _value(self, parts: Parts, recipient: Recipient) -> str:
        return fill.fill(parts, recipient.values, self._links, recipient.unsubscribe_url)

    def subject(self, recipient: Recipient) -> str:
        """Return the subject line that this recipient reads."""
        return self._envelope.subject_mark + self._value(self._template.subject, recipient)

    def _headers(self, recipient: Recipient, *, message_id: str, date: dt.datetime | None) -> bytes:
        envelope = self._envelope
        lines = [
            _header("From", *_mailbox(envelope.from_name, envelope.from_address)),
            _header("To", recipient.address),
            _header("Subject", *_words(self.subject(recipient))),
            _header("Message-ID", message_id),
            _header("List-Id", envelope.list_id),
        ]
        if envelope.headers_unsubscribe:
            ways = envelope.list_unsubscribe(recipient.unsubscribe_url).split(" ")
            lines.append(_header("List-Unsubscribe", *ways))
        if envelope.has_page:
            lines.append(_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        if envelope.reply_to:
            lines.append(_header("Reply-To", envelope.reply_to))
        if date is not None:
            lines.append(_header("Date", format_datetime(date)))
        return b"".join(lines)


def _header(name: str, *words: str) -> bytes:
    """Return a header field, folded between the words only: a one-click link must stay in one piece.

    Raises ``ValueError`` for what could end its line; settings and contacts are checked for that before.
    """
    lines = [f"{name}: {words[0]}", *(f" {word}" for word in words[1:])]
    if not all(line.isascii() and line.isprintable() and len(line) <= _LONGEST_LINE for line in lines):
        raise ValueError(f"the value of {name} does not fit on a header line")
    return "".join(f"{line}\r\n" for line in lines).encode()


def _words(text: str) -> list[str]:
    """Return a text as it is when a header can hold it so, else as encoded words of RFC 2047."""
    plain = text.isascii() and text.isprintable() and text == text.strip() and "=?" not in text
    if plain and len(text) <= _LONGEST_LINE - len("Subject: "):
        return [text]
    chunks = [b""]
    for octets in (character.encode() for character in text):
        if len(chunks[-1]) + len(octets) > _LONGEST_WORD:
            chunks.append(b"")
        chunks[-1] += octets
    return [f"=?utf-8?b?{binascii.b2a_base64(chunk, newline=False).decode()}?=" for chunk in chunks]


def _mailbox(name: str, address: str) -> list[str]:
    words = _words(name)
    return [str(Address(name, addr_spec=address))] if words == [name] else [*words, f"<{address}>"]


def message_id(mark: str, from_address: str) -> str:
    """Return a Message-ID in the sender's domain."""
    return f"<{mark}@{from_address.rpartition('@')[2]}>"

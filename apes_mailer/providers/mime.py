"""Messages as RFC 5322 text.

The parts of a letter are encoded once, slot by slot, and spliced for each recipient: building every message anew with
the standard library's classes takes a hundred times as long.
"""

from __future__ import annotations

import binascii
import datetime as dt
import email.policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from apes_mailer.model.batch import Envelope, Recipient
from apes_mailer.model.message import MessageTemplate, Part, Parts
from apes_mailer.render import fill

_SOFT_BREAK = b"=\r\n"
# Ordinary headers are folded at 78 columns. A folded or encoded List-Unsubscribe would break the one-click request, so
# the list headers may take the 998 octets that RFC 5322 allows.
_FOLDED = email.policy.SMTP
_WHOLE = email.policy.SMTP.clone(max_line_length=998)


def _quoted_printable(text: str) -> bytes:
    return binascii.b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")


class Splicer:
    """A letter with its envelope, ready to be written for any recipient."""

    def __init__(self, template: MessageTemplate, envelope: Envelope) -> None:
        self._template = template
        self._envelope = envelope
        self._links = fill.Links(pictures=envelope.pictures_url, browser=envelope.browser_url)
        self._boundary = f"=_apes-{template.digest[:24]}"
        self._text = self._encoded(template.text)
        self._html = self._encoded(template.html)

    def _encoded(self, parts: Parts) -> list[bytes | Part]:
        return [_quoted_printable(part) if isinstance(part, str) else part for part in parts]

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
                value = self._value((part,), recipient)
                out += [_SOFT_BREAK, _quoted_printable(value), _SOFT_BREAK]
        return b"".join(out)

    def _value(self, parts: Parts, recipient: Recipient) -> str:
        return fill.fill(parts, recipient.values, self._links, recipient.unsubscribe_url)

    def subject(self, recipient: Recipient) -> str:
        """Return the subject line that this recipient reads."""
        return self._envelope.subject_mark + self._value(self._template.subject, recipient)

    def _headers(self, recipient: Recipient, *, message_id: str, date: dt.datetime | None) -> bytes:
        envelope = self._envelope
        folded = EmailMessage(policy=_FOLDED)
        folded["From"] = Address(envelope.from_name, addr_spec=envelope.from_address)
        folded["To"] = Address(addr_spec=recipient.address)
        if envelope.reply_to:
            folded["Reply-To"] = Address(addr_spec=envelope.reply_to)
        folded["Subject"] = self.subject(recipient)
        if date is not None:
            folded["Date"] = format_datetime(date)
        whole = EmailMessage(policy=_WHOLE)
        whole["Message-ID"] = message_id
        whole["List-Id"] = envelope.list_id
        whole["List-Unsubscribe"] = f"<{recipient.unsubscribe_url}>"
        whole["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return _header_bytes(folded) + _header_bytes(whole)


def _header_bytes(message: EmailMessage) -> bytes:
    return message.as_bytes().removesuffix(b"\r\n")


def message_id(mark: str, from_address: str) -> str:
    """Return a Message-ID in the sender's domain."""
    return f"<{mark}@{from_address.rpartition('@')[2]}>"

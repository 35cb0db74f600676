"""SendGrid's mail/send API, through the ``sendgrid`` package.

The package carries the request; the body is ours, because its own helpers put a list of recipients into one message
where everybody sees everybody, and reorder them. Rules come from the provider's pages on Mail Send: limitations,
errors and personalizations.
"""

from __future__ import annotations

import http.client
import json
import logging
import math
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any, cast

import python_http_client
import sendgrid

from apes_mailer.model.batch import Batch, Envelope, Recipient
from apes_mailer.model.merge import ContactField
from apes_mailer.model.message import Context, MessageTemplate, Parts, Slot
from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown
from apes_mailer.providers import deadline
from apes_mailer.providers.base import Limits, Payload
from apes_mailer.render import fill

GLOBAL_URL = "https://api.sendgrid.com"
EU_URL = "https://api.eu.sendgrid.com"

_LONGEST_ANSWER = 1 << 20  # bytes; a request of which every recipient is refused is answered with about 150 kB
_LONGEST_WAIT = 60.0  # seconds; the reset time is the provider's clock against ours
_NAMED = re.compile(r"personalizations\.([0-9]{1,4})(?:\.|$)")
_encode = json.encoder.encode_basestring_ascii


@dataclass(frozen=True, slots=True)
class _Field:
    """One contact field in a letter: its slots, and the JSON around a value that needs no escaping."""

    name: str
    slots: tuple[tuple[str, ContactField, Context], ...]
    around: tuple[str, ...]  # value.join(around) writes the value under every key; empty when a slot is a link


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A letter as SendGrid takes it: what is the same for all, and the substitutions of each recipient."""

    template: MessageTemplate
    envelope: Envelope
    head: str
    fields: tuple[_Field, ...]
    around_url: tuple[str, ...]


class SendGrid:
    """The provider ``sendgrid``."""

    name = "sendgrid"
    rehearsal = False
    limits = Limits(recipients=1000, merge_bytes=10_000)

    def __init__(self, *, api_key: str, base_url: str, timeout: float, nonce: Callable[[str], str]) -> None:
        """``timeout`` is the total time of a request in seconds; ``nonce`` gives unguessable letters for a digest."""
        logging.getLogger("python_http_client.client").addFilter(_say_nothing)
        self._api_key = api_key
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._nonce = nonce
        self._compiled: _Compiled | None = None

    def merge_size(self, template: MessageTemplate, values: Mapping[str, str]) -> int:
        """Bytes of one recipient's substitutions, names and values together."""
        keys = _keys(template, "000000")
        size = 0
        for slot, key in keys.items():
            value = (
                fill.contact_value(slot.expression, slot.context, values)
                if isinstance(slot.expression, ContactField)
                else "x" * 200
            )
            size += len(key) + len(value.encode())
        return size

    def submit(self, payload: Payload) -> Submission:
        """Make one request to mail/send and say what became of it."""
        client: Any = _Client(host=self._base_url, request_headers=self._headers(), version=3)
        try:
            response = client.mail.send.post(request_body=_Body(payload.content), timeout=self._timeout)
        except urllib.error.URLError as error:
            if isinstance(error.reason, deadline.NotConnectedError):
                return NotAccepted(cause=f"no connection to {self._base_url}: {error.reason}")
            return Unknown(cause=f"the connection broke while the request was on its way ({error.reason})")
        except http.client.InvalidURL as error:
            return NotAccepted(cause=f"{self._base_url} is no address ({error})", cure=_ADDRESS_CURE, stop=True)
        except (OSError, http.client.HTTPException) as error:
            return Unknown(cause=f"no answer came ({type(error).__name__}: {error})")
        return outcome(response.status_code, response.headers, response.body, payload.size)

    def _headers(self) -> dict[str, str]:
        # The key must not be in ``self.api``'s shared headers: the package lets headers of one call leak into others.
        api = sendgrid.SendGridAPIClient(api_key=self._api_key, host=self._base_url)
        # Any other type than application/json makes the package post the body as it is, instead of encoding it again.
        return {**api.client.request_headers, "Content-Type": "application/json; charset=utf-8"}

    def payload(self, batch: Batch) -> Payload:
        """Return the JSON body of the request; pure."""
        compiled = self._compiled
        if compiled is None or compiled.template is not batch.template or compiled.envelope is not batch.envelope:
            compiled = self._compile(batch.template, batch.envelope)
            self._compiled = compiled
        people = ",".join([_personalization(compiled, batch.attempt, recipient) for recipient in batch.recipients])
        body = f'{compiled.head},"personalizations":[{people}]}}'
        return Payload(content=_Bytes(body.encode()), size=len(batch.recipients))

    def _compile(self, template: MessageTemplate, envelope: Envelope) -> _Compiled:
        if not fill.is_harmless(envelope.public_url):
            raise ValueError(f"the public address needs escaping, which links never get: {envelope.public_url}")
        keys = _keys(template, self._nonce(template.digest))
        links = fill.Links(pictures=envelope.pictures_url, browser=envelope.browser_url)

        def joined(parts: Parts) -> str:
            return "".join(
                part if isinstance(part, str) else keys.get(part) or _constant(part, links) for part in parts
            )

        body: dict[str, Any] = {
            "from": {"email": envelope.from_address, "name": envelope.from_name},
            "subject": envelope.subject_mark + joined(template.subject),
            "content": [
                {"type": "text/plain", "value": joined(template.text)},
                {"type": "text/html", "value": joined(template.html)},
            ],
            "headers": {"List-Id": envelope.list_id},
            "tracking_settings": {
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": {"enable": False},
                "subscription_tracking": {"enable": False},
                "ganalytics": {"enable": False},
            },
        }
        if envelope.reply_to:
            body["reply_to"] = {"email": envelope.reply_to}
        head = json.dumps(body, ensure_ascii=False, separators=(",", ":")).removesuffix("}")
        return _Compiled(template, envelope, head, _fields(keys), _around(_link_keys(keys)))


def _keys(template: MessageTemplate, nonce: str) -> dict[Slot, str]:
    """One substitution key for each distinct slot that differs between recipients; none is a prefix of another."""
    links = fill.Links(pictures="", browser="")
    own = [slot for slot in dict.fromkeys(template.slots()) if fill.constant(slot.expression, links) is None]
    return {slot: f"-apes{nonce}{number:03d}-" for number, slot in enumerate(own)}


def _constant(slot: Slot, links: fill.Links) -> str:
    return fill.link_value(fill.constant(slot.expression, links) or "", slot.context)


def _fields(keys: Mapping[Slot, str]) -> tuple[_Field, ...]:
    by_name: dict[str, list[tuple[str, ContactField, Context]]] = {}
    for slot, key in keys.items():
        if isinstance(slot.expression, ContactField):
            by_name.setdefault(slot.expression.name, []).append((key, slot.expression, slot.context))
    fields: list[_Field] = []
    for name, slots in by_name.items():
        textual = all(context in fill.TEXTUAL for _, _, context in slots)
        fields.append(_Field(name, tuple(slots), _around([key for key, _, _ in slots]) if textual else ()))
    return tuple(fields)


def _link_keys(keys: Mapping[Slot, str]) -> list[str]:
    return [key for slot, key in keys.items() if not isinstance(slot.expression, ContactField)]


def _around(keys: Sequence[str]) -> tuple[str, ...]:
    """Return the pieces that ``value.join`` makes ``"key":"value","key":"value"`` of."""
    if not keys:
        return ("",)
    return (f'"{keys[0]}":"', *(f'","{key}":"' for key in keys[1:]), '"')


def _personalization(compiled: _Compiled, attempt: str, recipient: Recipient) -> str:
    address, mark, url, values = recipient
    pairs = [url.join(compiled.around_url)]
    for field in compiled.fields:
        value = values.get(field.name)
        if value and field.around and fill.is_harmless(value):
            pairs.append(value.join(field.around))
        else:
            pairs += [
                f'"{key}":{_encode(fill.contact_value(expression, context, values))}'
                for key, expression, context in field.slots
            ]
    to = f'"{address}"' if fill.is_harmless(address) else _encode(address)
    return (
        f'{{"to":[{{"email":{to}}}],"substitutions":{{{",".join(pairs)}}},'
        f'"headers":{{"List-Unsubscribe":"<{url}>","List-Unsubscribe-Post":"List-Unsubscribe=One-Click"}},'
        f'"custom_args":{{"apes_attempt":"{attempt}","apes_recipient":"{mark}"}}}}'
    )


_ADDRESS_CURE = "Check the address of SendGrid's API: APES_MAILER_SENDGRID_BASE_URL, or base_url in apes-mailer.toml."

_STOP: Mapping[int, tuple[str, str]] = {
    200: ("it was only a sandbox check, nobody gets mail", "Take the account out of sandbox mode."),
    401: ("the key is not valid", "Check SENDGRID_API_KEY: it must be a live key with the right to send mail."),
    402: ("the account has to be paid for", "Check the account's plan and credits with SendGrid."),
    403: (
        "the sender is not verified, or the key may not send",
        "Verify the sender's address with SendGrid (Settings, Sender Authentication), and check the key's rights.",
    ),
    404: ("this is not SendGrid's API", _ADDRESS_CURE),
    405: ("this is not SendGrid's API", _ADDRESS_CURE),
    413: ("the request is too large", "Send smaller batches: set APES_MAILER_BATCH_SIZE to 500."),
    415: ("this is not SendGrid's API", _ADDRESS_CURE),
}
"""Answers that certainly mean that nobody was accepted, and that trying again does not help: cause and cure."""


def outcome(status: int, headers: Message, body: bytes, size: int) -> Submission:
    """Return what an answer to a request for ``size`` recipients means; what is not in the table is ``Unknown``."""
    if status == 202:
        return Submitted(provider_id=headers.get("X-Message-Id", ""))
    if status == 429:
        return NotAccepted(cause="SendGrid asks to slow down (429)", retry_after=_wait(headers))
    if status == 400:
        return _bad_request(body, size)
    if status in _STOP:
        cause, cure = _STOP[status]
        said = f"SendGrid answered {status}: {cause} ({_said(body)})"
        return NotAccepted(cause=said, cure=cure, stop=True, credentials=status in {401, 403})
    if 300 <= status < 400:
        return NotAccepted(cause=f"a redirect came instead of an answer ({status})", cure=_ADDRESS_CURE, stop=True)
    return Unknown(cause=f"the answer was {status} ({_said(body)})")


def _errors(body: bytes) -> list[dict[str, Any]]:
    try:
        errors = json.loads(body)["errors"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [error for error in cast("list[Any]", errors) if isinstance(error, dict)] if isinstance(errors, list) else []


def _said(body: bytes) -> str:
    said = "; ".join(str(error.get("message", "")) for error in _errors(body))
    # What a provider says may quote an address; history and screens shall not.
    return re.sub(r"[^\s<>\"']+@[^\s<>\"']+", "(address)", said)[:300] or "no reason given"


def _bad_request(body: bytes, size: int) -> Submission:
    named: dict[int, str] = {}
    for error in _errors(body):
        match = _NAMED.match(str(error.get("field") or ""))
        if match and int(match[1]) < size:
            named[int(match[1])] = str(error.get("message", ""))[:300]
    if named:
        return Refused(reasons=named)
    cure = "Correct what SendGrid names, then: apes-mailer resume."
    return NotAccepted(cause=f"SendGrid does not accept the request (400): {_said(body)}", cure=cure, stop=True)


def _wait(headers: Message) -> float | None:
    try:
        reset = float(headers.get("X-RateLimit-Reset", ""))
    except ValueError:
        return None
    return None if math.isnan(reset) else min(max(reset - time.time(), 0.0), _LONGEST_WAIT)


def _say_nothing(_record: logging.LogRecord) -> bool:
    """Keep the package from logging the key and every address, whatever level somebody sets."""
    return False


class _Bytes(bytes):
    """A request body that the package's log lines cannot show, nor waste time on formatting."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"

    __str__ = __repr__


class _Body:
    """What the package takes for a string: it calls nothing but ``encode``."""

    def __init__(self, content: bytes | Batch) -> None:
        if not isinstance(content, bytes):
            raise TypeError(content)
        self._content = content

    def encode(self, _encoding: str) -> bytes:
        return self._content


class _Client(python_http_client.Client):
    """The package's client, made to keep a total deadline, refuse redirects and ignore proxies."""

    _version: Any  # the package's __getattr__ answers for every name, so its attributes have to be declared
    _url_path: list[str]
    host: str
    request_headers: dict[str, str]

    def _build_client(self, name: str | None = None) -> _Client:
        # The package would go on with its own class after the first segment of the path.
        path = [*self._url_path, name] if name else self._url_path
        return _Client(host=self.host, version=self._version, request_headers=self.request_headers, url_path=path)

    def _make_request(
        self,
        opener: urllib.request.OpenerDirector,  # noqa: ARG002 - the package's own follows redirects and proxies
        request: urllib.request.Request,
        timeout: float | None = None,
    ) -> _Answer:
        return _Answer(deadline.opener().open(request, timeout=timeout))


class _Answer:
    """A response whose status counts whatever becomes of its body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response

    def getcode(self) -> int:
        return self._response.status

    def info(self) -> Message:
        return self._response.headers

    def read(self) -> bytes:
        try:
            # An acceptance says all in its head, and is not to be put at risk by waiting for more.
            return b"" if self._response.status == 202 else self._response.read(_LONGEST_ANSWER)
        except (OSError, http.client.HTTPException):
            return b""
        finally:
            self._response.close()

"""SendGrid's mail/send API, through the ``sendgrid`` package.

The package carries the request; the body is ours, because its own helpers put a list of recipients into one message
where everybody sees everybody, and reorder them. Rules come from the provider's pages on Mail Send: limitations and
personalizations.
"""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apes_mailer.model.batch import Batch, Envelope
from apes_mailer.model.consent import Purpose
from apes_mailer.model.merge import ContactField
from apes_mailer.model.message import MessageTemplate, Parts, Slot
from apes_mailer.model.submission import NotAccepted, Submission, Unknown
from apes_mailer.model.tracking import Tracking
from apes_mailer.online import deadline
from apes_mailer.providers.base import Limits, Payload
from apes_mailer.providers.sendgrid import transport
from apes_mailer.providers.sendgrid.account import Account
from apes_mailer.providers.sendgrid.answer import ADDRESS_CURE, outcome, presentable
from apes_mailer.providers.sendgrid.people import Personalizations
from apes_mailer.render import fill

GLOBAL_URL = "https://api.sendgrid.com"
EU_URL = "https://api.eu.sendgrid.com"

UNSUBSCRIBE_LINK = "<%asm_group_unsubscribe_raw_url%>"
"""In place of this text SendGrid puts a recipient's own link out of an unsubscribe group (its page on these groups).

It is looked for in what all recipients get, and not in what is substituted for one.
"""

_NEEDS_NO_ESCAPING = re.compile(r"[A-Za-z0-9:/.@?=%+_~-]*")
_LONGEST_LINK = "x" * 500  # more than any link that settings allow


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A letter as SendGrid takes it: what is the same for all, and how each recipient is written."""

    template: MessageTemplate
    envelope: Envelope
    tracking: Tracking
    head: bytes
    personalizations: Personalizations

    def fits(self, batch: Batch) -> bool:
        """Whether a batch is of this letter, with this envelope, and as much may be counted of it."""
        same_letter = self.template is batch.template and self.envelope is batch.envelope
        return same_letter and self.tracking == batch.tracking


class SendGrid(Account):
    """The provider ``sendgrid``: an account, and a way out for letters."""

    name = "sendgrid"
    rehearsal = False
    limits = Limits(recipients=1000, merge_bytes=10_000)

    def __init__(
        self, *, api_key: str, base_url: str, timeout: float, nonce: Callable[[str], str], asm_group: int = 0
    ) -> None:
        """``timeout`` is the total time of a request in seconds; ``nonce`` gives unguessable letters for a digest.

        ``asm_group`` is the number of the unsubscribe group that letters name; 0 when they name none.
        """
        transport.silence()
        super().__init__(api_key=api_key, base_url=base_url.rstrip("/"), timeout=timeout, asm_group=asm_group)
        self._api_key = api_key
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._nonce = nonce
        self._compiled: _Compiled | None = None

    def merge_size(self, template: MessageTemplate, values: Mapping[str, str]) -> int:
        """Bytes of one recipient's substitutions, names and values together."""
        keys = _keys(template, fill.Links(pictures=""), "000000")
        size = 0
        for slot, key in keys.items():
            value = (
                fill.contact_value(slot.expression, slot.context, values)
                if isinstance(slot.expression, ContactField)
                else _LONGEST_LINK
            )
            size += len(key) + len(value.encode())
        return size

    def submit(self, payload: Payload) -> Submission:
        """Make one request to mail/send and say what became of it."""
        api = transport.client(self._api_key, self._base_url)
        try:
            response = api.mail.send.post(request_body=transport.Body(payload.content), timeout=self._timeout)
        except urllib.error.URLError as error:
            if isinstance(error.reason, deadline.NotConnectedError):
                return NotAccepted(cause=f"no connection to {self._base_url}: {presentable(error.reason)}")
            broke = presentable(error.reason)
            return Unknown(cause=f"the connection broke while the request was on its way ({broke})")
        except http.client.InvalidURL as error:
            return NotAccepted(
                cause=f"{self._base_url} is no address ({presentable(error)})", cure=ADDRESS_CURE, stop=True
            )
        except (OSError, http.client.HTTPException) as error:
            return Unknown(cause=f"no answer came ({type(error).__name__}: {presentable(error)})")
        return outcome(response.status_code, response.headers, response.body, payload.size)

    def payload(self, batch: Batch) -> Payload:
        """Return the JSON body of the request; pure."""
        compiled = self._compiled
        if compiled is None or not compiled.fits(batch):
            compiled = self._compile(batch.template, batch.envelope, batch.tracking)
            self._compiled = compiled
        people = compiled.personalizations.written(batch)
        body = b"".join([compiled.head, b',"personalizations":[', people, b"]}"])
        return Payload(content=transport.Bytes(body), size=len(batch.recipients))

    def _compile(self, template: MessageTemplate, envelope: Envelope, tracking: Tracking) -> _Compiled:
        if not _NEEDS_NO_ESCAPING.fullmatch(envelope.unsubscribe_url("")):
            raise ValueError("the address of the unsubscribe links needs escaping, which they never get")
        links = fill.links_of(envelope)
        keys = _keys(template, links, self._nonce(template.digest))

        def joined(parts: Parts) -> str:
            return "".join(
                part if isinstance(part, str) else keys.get(part) or fill.constant_value(part, links) or ""
                for part in parts
            )

        body: dict[str, Any] = {
            "from": {"email": envelope.from_address, "name": envelope.from_name},
            "subject": envelope.subject_mark + joined(template.subject),
            "content": [
                {"type": "text/plain", "value": joined(template.text)},
                {"type": "text/html", "value": joined(template.html)},
            ],
            "headers": {"List-Id": envelope.list_id},
            "tracking_settings": _tracking_settings(envelope, tracking),
        }
        if envelope.reply_to:
            body["reply_to"] = {"email": envelope.reply_to}
        if envelope.provider_group:
            body["asm"] = {"group_id": envelope.provider_group}
        head = json.dumps(body, ensure_ascii=False, separators=(",", ":")).removesuffix("}")
        return _Compiled(template, envelope, tracking, head.encode(), Personalizations(keys, envelope))


def _keys(template: MessageTemplate, links: fill.Links, nonce: str) -> dict[Slot, str]:
    """One substitution key for each distinct slot that differs between recipients; none is a prefix of another."""
    own = [slot for slot in dict.fromkeys(template.slots()) if fill.constant(slot.expression, links) is None]
    return {slot: f"-apes{nonce}{number:03d}-" for number, slot in enumerate(own)}


def _tracking_settings(envelope: Envelope, tracking: Tracking) -> dict[str, dict[str, bool]]:
    """Return all four switches: what is left out would follow the account's default."""
    return {
        # Never in the plain text, where readers would see the provider's address in place of each link.
        "click_tracking": {"enable": Purpose.CLICKS in tracking, "enable_text": False},
        "open_tracking": {"enable": Purpose.OPENS in tracking},
        # It follows nobody: it is also the switch for SendGrid's own List-Unsubscribe and List-Unsubscribe-Post.
        "subscription_tracking": {"enable": bool(envelope.provider_group)},
        "ganalytics": {"enable": False},
    }

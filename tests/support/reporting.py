"""What SendGrid's Event Webhook posts, signed with a key of our own."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from apes_mailer.providers.sendgrid.webhook import SIGNATURE, TIMESTAMP


class SigningKey:
    """The private half of a verification key, as SendGrid keeps it."""

    def __init__(self, curve: ec.EllipticCurve | None = None) -> None:
        self._key = ec.generate_private_key(curve or ec.SECP256R1())

    @property
    def public(self) -> str:
        """The half that SendGrid shows."""
        encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        return base64.b64encode(self._key.public_key().public_bytes(encoding, form)).decode()

    def headers(self, body: bytes, at: dt.datetime | str) -> dict[str, str]:
        """The headers of a notice that is posted at a moment."""
        moment = at if isinstance(at, str) else str(int(at.timestamp()))
        signature = self._key.sign(moment.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {TIMESTAMP: moment, SIGNATURE: base64.b64encode(signature).decode()}


def reported(kind: str, address: str = "", *, attempt: str = "", recipient: str = "", **more: Any) -> dict[str, Any]:
    """Return an event as SendGrid writes it; our marks are left out when they are empty."""
    marks = {"apes_attempt": attempt, "apes_recipient": recipient}
    event: dict[str, Any] = {
        "email": address,
        "timestamp": 1_804_000_000,
        "smtp-id": "<local@ismtpd>",
        "event": kind,
        "sg_event_id": "ZXZlbnQ",
        "sg_message_id": "local-1.recvd-1",
        **{name: mark for name, mark in marks.items() if mark},
    }
    return {**event, **more}


def notice(events: Sequence[Any]) -> bytes:
    """Return the body of a notice as SendGrid writes it, with line ends and all."""
    return (",\r\n".join(json.dumps(event) for event in events).join("[]") + "\r\n").encode()

"""Who sent a notice: the signature of SendGrid's Event Webhook.

ECDSA on the curve P-256 with SHA-256, over the header with the time and then the body, octet for octet; the key is an
X.509 SubjectPublicKeyInfo and the signature a DER sequence, both in base64. Source: the provider's page on the security
features of the Event Webhook. All that is compared is public, so there is no secret that a clock could betray.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from apes_mailer.providers.base import NotSignedError, Reading
from apes_mailer.providers.sendgrid import events

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"

WINDOW = dt.timedelta(minutes=10)
"""How far the time of a notice may be from ours: whoever has copied a notice cannot bring it again after that."""

_DIGITS_OF_A_TIME = 11
_LONGEST = 200  # characters of a header; a signature of this curve has 96


class Webhook:
    """SendGrid's Event Webhook, with the verification keys of an account: one, or two while they change."""

    name = "sendgrid"

    def __init__(self, keys: Sequence[str], *, group: int = 0) -> None:
        """``keys`` as SendGrid shows them, ``group``: the unsubscribe group of our letters, 0: any.

        Raises ``ValueError``, with the number of the key, for one that is none.
        """
        self._group = group
        self._keys = [_key(key, number) for number, key in enumerate(keys, start=1)]

    def claims(self, headers: Mapping[str, str]) -> bool:
        """Whether a request has a signature and its time."""
        return bool(headers.get(SIGNATURE) and headers.get(TIMESTAMP))

    def require_signed(self, headers: Mapping[str, str], body: bytes, *, now: dt.datetime) -> None:
        """Raise ``NotSignedError`` unless a notice was signed with one of the keys, less than :data:`WINDOW` ago."""
        if not self.claims(headers):
            raise NotSignedError("there is no signature")
        signature, timestamp = headers[SIGNATURE], headers[TIMESTAMP]
        if not self._signed(signature, timestamp, body):
            raise NotSignedError("the signature is not by a key that is known here")
        if not timestamp.isdigit() or len(timestamp) > _DIGITS_OF_A_TIME:
            raise NotSignedError("the time of the signature is none", genuine=True)
        # Compared as seconds: a number from outside need not be a date.
        apart = int(timestamp) - int(now.timestamp())
        if abs(apart) > WINDOW.total_seconds():
            raise NotSignedError(f"its time is {apart:+,} seconds from the clock here", genuine=True)

    def read(self, body: bytes) -> Reading:
        """Read a notice, whatever its events hold. Raises ``MalformedError`` when it is no list in JSON."""
        return events.read(body, group=self._group)

    def _signed(self, signature: str, timestamp: str, body: bytes) -> bool:
        if len(signature) > _LONGEST or len(timestamp) > _LONGEST or not timestamp.isascii():
            return False
        try:
            raw = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        return any(_verifies(key, raw, timestamp.encode() + body) for key in self._keys)


def _verifies(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _key(text: str, number: int) -> ec.EllipticCurvePublicKey:
    try:
        key = serialization.load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise ValueError(f"key {number} is no verification key of SendGrid")

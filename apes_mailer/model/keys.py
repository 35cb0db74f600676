"""Keyed hashes: contact keys, list tags, the tokens of links, and what stands for networks.

All come from the workspace's secret by BLAKE2b in its keyed mode (RFC 7693), a message authentication code, each with
a purpose of its own. An unsubscribe token names a contact and a list without saying who they are, and stays valid as
long as the secret does; the token of a wish ends with it.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

_VERSION = b"\x01"
_TAG_SIZE, _KEY_SIZE, _MAC_SIZE = 8, 16, 16
_TOKEN_SIZE = len(_VERSION) + _TAG_SIZE + _KEY_SIZE + _MAC_SIZE
_NUMBER_SIZE, _TIME_SIZE = 8, 5
_WISH_BODY_SIZE = len(_VERSION) + _NUMBER_SIZE + _TIME_SIZE

_URL_SAFE, _PADDING = bytes.maketrans(b"+/", b"-_"), b"=\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenContent:
    """What an unsubscribe token says."""

    list_tag: bytes
    contact_key: bytes


class Keyring:
    """The keys of one workspace."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._contact = hashlib.blake2b(key=secret, digest_size=_KEY_SIZE, person=b"contact")
        self._unsubscribe = hashlib.blake2b(key=secret, digest_size=_MAC_SIZE, person=b"unsubscribe")

    def fingerprint(self) -> str:
        """Return a short proof of the secret, safe to store beside the data it protects."""
        return hashlib.blake2b(key=self._secret, digest_size=8, person=b"fingerprint").hexdigest()

    def contact_key(self, address: str) -> bytes:
        """Return the 16-byte key of a normalised address."""
        key = self._contact.copy()
        key.update(address.encode())
        return key.digest()

    def list_tag(self, name: str) -> bytes:
        """Return the 8-byte tag that stands for a list in tokens."""
        return hashlib.blake2b(name.encode(), key=self._secret, digest_size=_TAG_SIZE, person=b"list").digest()

    def substitution_nonce(self, digest: str) -> str:
        """Return six characters that nobody outside can guess, for the keys of provider-side substitutions."""
        return hashlib.blake2b(digest.encode(), key=self._secret, digest_size=3, person=b"substitution").hexdigest()

    def recipient_mark(self, contact_key: bytes) -> str:
        """Return the opaque name by which a provider may know a contact: 22 characters that are safe anywhere."""
        return _encoded(contact_key)

    @staticmethod
    def read_recipient_mark(mark: str) -> bytes | None:
        """Return the contact key of a :meth:`recipient_mark`, or None when it is none."""
        key = _decoded(mark)
        return key if len(key) == _KEY_SIZE else None

    def _mac(self, body: bytes) -> bytes:
        mac = self._unsubscribe.copy()
        mac.update(body)
        return mac.digest()

    def token(self, list_tag: bytes, contact_key: bytes) -> str:
        """Return the unsubscribe token of a contact on a list: 55 characters that are safe in an address."""
        body = _VERSION + list_tag + contact_key
        return _encoded(body + self._mac(body))

    def recipient_marks(self, contact_keys: Sequence[bytes]) -> list[str]:
        """Return the :meth:`recipient_mark` of each of many contacts, in half the time."""
        return _all_encoded(contact_keys, _KEY_SIZE)

    def tokens(self, list_tag: bytes, contact_keys: Sequence[bytes]) -> list[str]:
        """Return the :meth:`token` of each of many contacts on a list, in less time."""
        start, mac = _VERSION + list_tag, self._mac
        bodies = [start + key for key in contact_keys]
        return _all_encoded([body + mac(body) for body in bodies], _TOKEN_SIZE)

    def read_token(self, token: str) -> TokenContent | None:
        """Return what a token says, or None when it was not made with this secret."""
        raw = _decoded(token)
        body, mac = raw[:-_MAC_SIZE], raw[-_MAC_SIZE:]
        if len(raw) != _TOKEN_SIZE or not raw.startswith(_VERSION) or not hmac.compare_digest(mac, self._mac(body)):
            return None
        return TokenContent(list_tag=body[1 : 1 + _TAG_SIZE], contact_key=body[1 + _TAG_SIZE :])

    def wish_token(self, number: int, expires_at: dt.datetime) -> str:
        """Return the token that confirms a wish until a moment, to the second."""
        until = int(expires_at.timestamp())
        body = _VERSION + number.to_bytes(_NUMBER_SIZE, "big") + until.to_bytes(_TIME_SIZE, "big")
        return _encoded(body + self._wish_mac(body))

    def read_wish_token(self, token: str, at: dt.datetime) -> int | None:
        """Return the number of the wish that a token confirms, or None when it is not ours or has expired."""
        raw = _decoded(token)
        body, mac = raw[:_WISH_BODY_SIZE], raw[_WISH_BODY_SIZE:]
        if not raw.startswith(_VERSION) or not hmac.compare_digest(mac, self._wish_mac(body)):
            return None
        until = int.from_bytes(body[-_TIME_SIZE:], "big")
        return int.from_bytes(body[1 : 1 + _NUMBER_SIZE], "big") if at.timestamp() < until else None

    def _wish_mac(self, body: bytes) -> bytes:
        return hashlib.blake2b(body, key=self._secret, digest_size=_MAC_SIZE, person=b"wish").digest()

    def network(self, host: str, day: dt.date) -> bytes:
        """Return the key by which the network of an address is counted on one day, and which says nothing the next.

        A network is the first 24 bits of an IPv4 address, the first 48 of an IPv6 address; what is no address counts
        as one network. An IPv4 address may come as an IPv6 one (RFC 4291, 2.5.5.2), where a server
        listens on both.
        """
        try:
            found = ipaddress.ip_address(host)
            found = getattr(found, "ipv4_mapped", None) or found
        except ValueError:
            network = ""
        else:
            network = str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))
        told = f"{day.isoformat()} {network}".encode()
        return hashlib.blake2b(told, key=self._secret, digest_size=_KEY_SIZE, person=b"network").digest()

    def origin(self, host: str) -> str:
        """Return what stands for the network address of somebody in a proof: it can be compared, and not read."""
        return hashlib.blake2b(host.encode(), key=self._secret, digest_size=8, person=b"origin").hexdigest()


def _encoded(value: bytes) -> str:
    """Return octets as URL-safe base64 without padding (RFC 4648, 5)."""
    return binascii.b2a_base64(value).translate(_URL_SAFE, _PADDING).decode("ascii")


def _decoded(text: str) -> bytes:
    """Return what :func:`_encoded` was given; nothing when it never gave this."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:  # binascii.Error is one too
        return b""


def _all_encoded(values: Sequence[bytes], size: int) -> list[str]:
    """Return values of ``size`` octets each as URL-safe base64 without padding, encoded in one go."""
    # Filled up to whole groups of three octets, each value keeps its own letters; what the filling adds is cut off.
    filling = b"\0" * (-size % 3)
    letters, whole = (4 * size + 2) // 3, (size + len(filling)) // 3 * 4
    text = binascii.b2a_base64(b"".join([value + filling for value in values]), newline=False)
    found = text.translate(_URL_SAFE).decode("ascii")
    return [found[start : start + letters] for start in range(0, len(found), whole)]

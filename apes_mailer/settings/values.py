"""What single settings may hold: each type says of a wrong value what it must be."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from apes_mailer.check.clients import support
from apes_mailer.model import address, segment
from apes_mailer.workspace.names import is_name

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def _address(value: str) -> str:
    try:
        return address.normalise(value)
    except address.AddressError as error:
        raise ValueError(f"is not an email address: {error.reason}") from error


def _require_port(value: str) -> None:
    try:
        sound = urlsplit(value).port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("has no valid port: after the host and a colon comes a number from 1 to 65535, or nothing")


def _own_url(value: str, why_https: str) -> str:
    parts = urlsplit(value)
    if value and (not parts.hostname or parts.scheme not in {"https", "http"} or parts.query or parts.fragment):
        raise ValueError("must be a web address such as https://lettre.example.org")
    _require_port(value)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError(f"must begin with https://; {why_https}")
    if not re.fullmatch(r"[A-Za-z0-9:/._-]*", value):
        raise ValueError("may hold letters, digits, dots, hyphens and slashes only; write other names in punycode")
    return value.rstrip("/")


def _public_url(value: str) -> str:
    return _own_url(value, "mail programs refuse one-click unsubscription over http")


def _published_url(value: str) -> str:
    return _own_url(value, "mail programs warn of pictures that come over http")


def _api_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be a web address such as https://api.sendgrid.com")
    _require_port(value)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("must begin with https://; http would show the key to everybody on the way")
    return value.rstrip("/")


def _words(value: object) -> object:
    """Let an environment variable hold several values, with spaces or commas between them."""
    return tuple(re.split(r"[\s,]+", value.strip())) if isinstance(value, str) else value


def _webhook_key(value: str) -> str:
    key = "".join(value.split())
    if not re.fullmatch(r"[A-Za-z0-9+/]{80,}={0,2}", key):
        raise ValueError("must be a verification key as SendGrid shows it: about 124 letters, digits, + and /")
    return key


def _host(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", value):
        raise ValueError("must be the name of a host alone, such as images.example.org; write other names in punycode")
    return value.lower()


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value)) if "/" in value else str(ipaddress.ip_address(value))
    except ValueError as error:
        raise ValueError("must be an address such as 10.0.0.2, or a network such as 10.0.0.0/8") from error


def _list_name(value: str) -> str:
    if not is_name(value):
        raise ValueError("is no name that a list can have")
    return value


def _client(value: str) -> str:
    if value not in support.FAMILIES and value not in support.programs():
        known = ", ".join(support.FAMILIES)
        raise ValueError(f"is no mail program that is known here; write one of {known}")
    return value


def _prefix(value: str) -> str:
    if value.startswith("/") or ".." in value.split("/"):
        raise ValueError("must be the beginning of names in the bucket, such as lettre/, without a slash before it")
    return f"{value.rstrip('/')}/" if value else ""


def _segment(value: str) -> str:
    try:
        segment.parse(value, {})
    except segment.SegmentError as error:
        raise ValueError(f"is no segment: {error}") from error
    return value


Email = Annotated[str, AfterValidator(_address)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
PublishedUrl = Annotated[str, AfterValidator(_published_url)]
ApiUrl = Annotated[str, AfterValidator(_api_url)]
WebhookKey = Annotated[str, AfterValidator(_webhook_key)]
Host = Annotated[str, AfterValidator(_host)]
Network = Annotated[str, AfterValidator(_network)]
ListName = Annotated[str, AfterValidator(_list_name)]
Client = Annotated[str, AfterValidator(_client)]
Prefix = Annotated[str, AfterValidator(_prefix)]
Segment = Annotated[str, AfterValidator(_segment)]
WebhookKeys = Annotated[tuple[WebhookKey, ...], BeforeValidator(_words)]

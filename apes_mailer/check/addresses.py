"""Addresses of links: whether readers can go there."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from apes_mailer.check import known, prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding

_TWICE = re.compile(r"https?://(?:https?\b:?/*|/)", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_HANGING = re.compile(r"[.,;:!»”’'\"]+\Z")

# Names that only one network or one computer knows (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal).
_INSIDE = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".test", ".invalid")

# Parts of a host before its domain, and of a path, that tell a site or a page in the making from the one for readers.
_UNFINISHED_LABEL = re.compile(
    r"dev|test|recette|sandbox|(?:.*-)?(?:staging|preprod|preproduction)(?:-.*)?", re.IGNORECASE
)
_UNFINISHED_PAGE = re.compile(r"/wp-admin/|[?&]preview=true\b|[?&]preview_id=\d", re.IGNORECASE)

# Where something is written and kept, not where it is shown; the last is the web version that one reader got.
_WORKPLACE = re.compile(
    r"docs\.google\.com/\w+/(?:u/\d+/)?d/[^/]+/edit\b|drive\.google\.com/drive/(?:u/\d|my-drive)"
    r"|(?:www\.)?canva\.com/design/.+/edit\b|mail\.google\.com/|outlook\.(?:live|office)\.com/|outlook\.office365\.com/"
    r"|[\w.-]*\badmin\.mailchimp\.com/|(?:app|my)\.brevo\.com/|[\w.-]*campaign-archive\d*\.com/.*[?&]e=\w",
    re.IGNORECASE,
)


def web_addresses(letter: CheckedLetter) -> Iterator[Finding]:
    """Every web address can be read as one, is encrypted, open to everybody, finished, and shows where it leads."""
    who = letter.identity
    footer = [prose.Text("", link) for link in (who.website, *(social.link for social in who.social)) if link]
    for path, address in (*prose.addresses(letter), *footer):
        if re.match(r"https?\b", address, re.IGNORECASE) and "<<" not in address and "{{" not in address:
            yield from _judge(path, address)


def _judge(path: str, address: str) -> Iterator[Finding]:
    parts = _split(address)
    if parts is None:
        if address.lower() not in {"http://", "https://"}:
            yield finding("link-syntax.unreadable", path, address=address)
        return
    if hanging := _HANGING.search(address):
        yield finding("link-syntax.hanging", path, address=address, sign=hanging.group())
    if name := _known_kind(parts, address):
        yield finding(name, path, address=address)
    elif parts.scheme == "http":
        yield finding("link-insecure", path, address=address, secure=f"https{address[4:]}")


def _known_kind(parts: SplitResult, address: str) -> str:
    """Return the rule that an address breaks by where it leads; nothing when readers are welcome there."""
    host = (parts.hostname or "").rstrip(".")
    if _is_inside(host):
        return "link-local"
    if any(map(_UNFINISHED_LABEL.fullmatch, host.split(".")[:-2])) or _UNFINISHED_PAGE.search(address):
        return "link-staging"
    if _WORKPLACE.match(address.partition("://")[2]):
        return "link-workplace"
    return "link-shortened" if host.removeprefix("www.") in known.shorteners() else ""


def _split(address: str) -> SplitResult | None:
    """Return the parts of an address, or None when no browser would find its host."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    sound = bool(host) and port != 0 and _TWICE.match(address) is None
    return parts if sound and (_address_of(host) or all(map(_LABEL.fullmatch, host.split(".")))) else None


def _address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_inside(host: str) -> bool:
    """Whether only somebody inside a network can reach a host; a name without a dot is one of these."""
    number = _address_of(host)
    return not number.is_global if number else "." not in host or host.endswith(_INSIDE)

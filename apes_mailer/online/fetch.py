"""Asking for one web address, as a reader's browser would, without reading more of it than needed."""

from __future__ import annotations

import http.client
import re
import ssl
import time
import urllib.error
import urllib.request
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from apes_mailer import __version__
from apes_mailer.model.answer import Answer, Reach
from apes_mailer.online.deadline import ForbiddenAddressError, NotConnectedError, Permission, anywhere, opener

_MOST_REDIRECTS = 10  # browsers give up at 20
_MOST_BYTES = 65_536
_AGENT = f"apes-mailer/{__version__} (looks whether the links of a newsletter lead somewhere)"
_FOR_GOOD = {301, 308}
_REDIRECTS = _FOR_GOOD | {302, 303, 307}
_MISSING = {404, 410}
# RFC 2606 and RFC 6761 set these names apart: nobody can ever be reached there.
_EXAMPLE = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|org|net))?|test|invalid)\.?", re.IGNORECASE)


def fetch(url: str, *, within: float, permission: Permission = anywhere, follow: bool = True) -> Answer:
    """Ask for an http or https address; never raises for what a server does or leaves undone.

    Redirects are followed, all within ``within`` seconds; without ``follow`` one is a circle, with its status. No
    cookie is kept, no proxy used, and at most 64 kB of a body are read. ``permission`` says which IP addresses may be
    connected to, at every hop.
    """
    end = time.monotonic() + within
    place, moved_to, stands, status = url, "", False, 0
    for _ in range(_MOST_REDIRECTS):
        answer, target = _hop(place, end - time.monotonic(), permission)
        if target is None or not follow:
            return Answer(
                url=url, reach=answer.reach, status=answer.status, moved_to=moved_to, media_type=answer.media_type
            )
        status = answer.status
        stands = stands or status not in _FOR_GOOD
        moved_to = moved_to if stands else target
        place = target
    return Answer(url=url, reach=Reach.CIRCLE, status=status)


def _hop(url: str, left: float, permission: Permission) -> tuple[Answer, str | None]:
    """Ask once; return the answer, and the address that it sends to, when it is one of http."""
    try:
        if _EXAMPLE.fullmatch(urlsplit(url).hostname or ""):
            return Answer(url=url, reach=Reach.EXAMPLE), None
        response = _request(url, left, permission)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(url=url, reach=_failure(error)), None
    media_type = response.headers.get_content_type() if "content-type" in response.headers else ""
    if response.status in _REDIRECTS:
        circle = Answer(url=url, reach=Reach.CIRCLE, status=response.status)
        return circle, _target(url, response.headers.get("location", ""))
    return Answer(url=url, reach=_reach(response.status), status=response.status, media_type=media_type), None


def _target(url: str, location: str) -> str | None:
    """Return the other address of http that a redirect sends to; None when it leads nowhere."""
    try:
        target = urljoin(url, location.strip()).partition("#")[0]
        return target if urlsplit(target).scheme in {"http", "https"} and target != url else None
    except ValueError:
        return None


def _request(url: str, left: float, permission: Permission) -> http.client.HTTPResponse:
    """Ask with HEAD, and again with GET where that is refused: many servers know no HEAD."""
    end = time.monotonic() + left
    for method in ("HEAD", "GET"):
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        headers = {"User-Agent": _AGENT, "Accept": "*/*", "Connection": "close"}
        request = urllib.request.Request(_ascii(url), method=method, headers=headers)  # noqa: S310 - http(s) only
        with opener(permission).open(request, timeout=left) as response:
            response.read(_MOST_BYTES)
            if response.status < 400:
                break
    return response


def _reach(status: int) -> Reach:
    if status in _MISSING:
        return Reach.MISSING
    if 400 <= status < 500:
        return Reach.REFUSED
    return Reach.REACHED if 200 <= status < 400 else Reach.FAILING


def _failure(error: Exception) -> Reach:
    cause: object = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, NotConnectedError):
        cause = cause.__cause__
    if isinstance(cause, ForbiddenAddressError):
        return Reach.PRIVATE
    return Reach.UNSAFE if isinstance(cause, ssl.SSLCertVerificationError) else Reach.UNREACHABLE


def _ascii(url: str) -> str:
    """Return an address as it goes over the wire: letters such as é in a path are percent-encoded UTF-8.

    Raises ``ValueError`` for a host that cannot be written so.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode("ascii") if not parts.netloc.isascii() else ""
    netloc = f"{host}:{parts.port}" if host and parts.port else host or parts.netloc
    path, query = (quote(part, safe="%/:=&?~#+!$,;'@()*[]") for part in (parts.path or "/", parts.query))
    return urlunsplit((parts.scheme, netloc, path, query, ""))

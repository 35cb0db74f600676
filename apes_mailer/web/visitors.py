"""Who asks: what of a request goes into a wish."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from apes_mailer.campaign.wishes import Visitor
from apes_mailer.web.front import language_of

_LONGEST = 100  # characters of the name of a host


def visitor(request: Request) -> Visitor:
    """Return who asks: the host, as a trusted proxy says, and the site that the form stands on."""
    return Visitor(host=host_of(request), form=_site_of_form(request), language=language_of(request))


def host_of(request: Request) -> str:
    """Return the network address of whoever asks, as a trusted proxy says; empty when it is not known."""
    return request.client.host if request.client else ""


def _site_of_form(request: Request) -> str:
    try:
        host = urlsplit(request.headers.get("origin", "")).hostname or ""
    except ValueError:
        host = ""
    return host[:_LONGEST] if host.isprintable() else ""

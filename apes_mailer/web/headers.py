"""Response headers that keep a page to itself."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apes_mailer.web.pages import CLOSED

_ALWAYS = {
    "Content-Security-Policy": CLOSED,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_TWO_YEARS = 63_072_000


class SecurityHeaders:
    """Gives every answer the strictest headers; a route loosens what it must by setting a header itself.

    HSTS (RFC 6797) goes out over https only, where it has a meaning.
    """

    def __init__(self, app: ASGIApp, more: Mapping[str, str] | None = None) -> None:
        self._app = app
        self._headers = {**_ALWAYS, **(more or {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}"
            await send(message)

        await self._app(scope, receive, send_with_headers)

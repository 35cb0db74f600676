"""Who may look at a preview: the browser that was opened by the person who started it."""

from __future__ import annotations

import hmac
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apes_mailer.web import pages, words

HOSTS = ("127.0.0.1", "localhost")
"""The names under which a preview answers: no other name may be made to point at this computer (DNS rebinding)."""

_QUERY = "token"


class Gate:
    """Lets in who brings the token of the printed address, then the cookie that was given for it.

    The cookie is never sent along with a request that another site causes (SameSite=Strict), and no script can read
    it. A request that names another origin than this one is refused whatever it carries.
    """

    def __init__(self, app: ASGIApp, *, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it with 403."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        name = cookie_name(request)
        brought = request.query_params.get(_QUERY, "")
        if not _same_origin(request) or not (self._is(brought) or self._is(request.cookies.get(name, ""))):
            await _refusal(request)(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and brought:
                MutableHeaders(scope=message).append(
                    "Set-Cookie", f"{name}={self._token}; Path=/; HttpOnly; SameSite=Strict"
                )
            await send(message)

        await self._app(scope, receive, send_with_cookie)

    def _is(self, brought: str) -> bool:
        return hmac.compare_digest(brought.encode(), self._token.encode())


def address(url: str, token: str) -> str:
    """Return the address that opens the gate."""
    return f"{url}/?{urlencode({_QUERY: token})}"


def cookie_name(request: HTTPConnection) -> str:
    """Return the name of the cookie: cookies know no ports, and two previews may run side by side."""
    return f"apes_mailer_preview_{request.url.port or 80}"


def _same_origin(request: HTTPConnection) -> bool:
    origin = request.headers.get("origin")
    return origin is None or origin == f"http://{request.headers.get('host', '')}"


def _refusal(request: HTTPConnection) -> HTMLResponse:
    language = words.preferred(request.headers.get("accept-language", ""))
    texts = words.words("gate", language)
    values: dict[str, object] = {
        "language": language,
        "title": texts["title"],
        "sender": "",
        "paragraphs": [texts["text"], texts["cure"]],
        "button": None,
        "link": None,
        "contact": None,
        "other": None,
    }
    page = pages.for_reader("message.html", values)
    return HTMLResponse(page, status_code=403, headers={"Content-Security-Policy": pages.reader_policy()})

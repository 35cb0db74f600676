"""The preview, ``apes-mailer preview NAME``: a letter in the browser of whoever writes it, renewed at each save.

It answers on this computer only, to the browser that it has opened, and reads nothing but the letter, its pictures
and the lists. What it shows is what a send would hand over: the same template, filled by the same function.
"""

from __future__ import annotations

import secrets
import threading
import webbrowser
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from apes_mailer.campaign import contact_preview
from apes_mailer.campaign.contact_preview import Copy
from apes_mailer.errors import ApesMailerError
from apes_mailer.render import own_page
from apes_mailer.web import gate, pages, pictures, server, shown, summary, words
from apes_mailer.web.headers import SecurityHeaders
from apes_mailer.web.live import Composed, Live

if TYPE_CHECKING:
    from apes_mailer.wiring import Application

_HOST = "127.0.0.1"
_STATIC = {
    "preview.css": "text/css",
    "preview.js": "text/javascript",
    "addresses.js": "text/javascript",
    "marks.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_STATIC_FOLDER = Path(__file__).with_name("static")

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A letter is styled by attributes, runs no script, and loads nothing from elsewhere. Without allow-same-origin the
# browser would hold back the cookie, and with it the pictures; without allow-scripts nothing in it can make use of it.
SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
_LETTER_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    f"frame-ancestors 'self'; sandbox {SANDBOX}"
)


def application(live: Live, app: Application, name: str, *, token: str) -> Starlette:
    """Return the preview of a campaign as an ASGI application; ``token`` opens it."""
    desk = _Desk(live, app, name)
    return Starlette(
        routes=[
            Route("/", desk.page),
            Route("/events", desk.events),
            Route("/summary.html", desk.summary),
            Route("/contacts.json", desk.contacts),
            Route("/letter.html", desk.letter_html),
            Route("/letter.txt", desk.letter_text),
            Route("/letter.mjml", desk.letter_mjml),
            Route("/pictures/{name}", desk.picture),
            Route("/static/{name}", desk.static),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=gate.HOSTS),
            Middleware(gate.Gate, token=token),
        ],
        exception_handlers={ApesMailerError: _explain},
        lifespan=lambda _app: live.watching(),
    )


async def _explain(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", status_code=409)


class _Desk:
    """The routes of a preview."""

    def __init__(self, live: Live, app: Application, name: str) -> None:
        self._live = live
        self._app = app
        self._name = name

    def page(self, request: Request) -> Response:
        language = _language(request)
        values: dict[str, object] = {
            "t": words.words("preview", language),
            "language": language,
            "name": self._name,
            "lists": contact_preview.list_names(self._app.workspace, self._app.database),
            "sandbox": SANDBOX,
        }
        headers = {"Content-Security-Policy": _PAGE_POLICY}
        return HTMLResponse(pages.render("preview.html", values), headers=headers)

    async def events(self, _request: Request) -> Response:
        async def stream() -> AsyncGenerator[str]:
            async for version in self._live.versions():
                yield f"data: {version}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    def summary(self, request: Request) -> Response:
        state, language = self._live.state, _language(request)
        beside = summary.Beside()
        if state.good is not None:
            beside = self._beside(request, state.good)
        return HTMLResponse(pages.render("summary.html", summary.values(state, beside, language)))

    def _beside(self, request: Request, good: Composed) -> summary.Beside:
        composition = good.composition
        letter, trouble, choices = shown.whole(composition), None, ()
        try:
            choices = shown.choices(request, composition, self._app)
            letter = shown.asked(request, composition, self._app)
        except ApesMailerError as error:
            trouble = error
        return summary.Beside(letter=letter, copy=letter.copy(good, self._app), choices=choices, trouble=trouble)

    def contacts(self, request: Request) -> Response:
        name = request.query_params.get("list", "")
        words_typed = request.query_params.get("q", "")[:254]
        return JSONResponse(contact_preview.search(self._app.workspace, self._app.database, name, words_typed))

    def letter_html(self, request: Request) -> Response:
        headers = {"Content-Security-Policy": _LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"}
        return HTMLResponse(self._asked(request).html, headers=headers)

    def letter_text(self, request: Request) -> Response:
        return PlainTextResponse(self._asked(request).text)

    def letter_mjml(self, request: Request) -> Response:
        return PlainTextResponse(shown.asked(request, self._good().composition, self._app).letter.mjml)

    def picture(self, request: Request) -> Response:
        name: str = request.path_params["name"]
        path = self._good().composition.renditions.files.get(name)
        if path is None:
            raise HTTPException(404)
        return pictures.respond(request, name, path, {"Cache-Control": "private, max-age=3600"})

    def static(self, request: Request) -> Response:
        name: str = request.path_params["name"]
        if name not in _STATIC:
            raise HTTPException(404)
        file, kind = _STATIC_FOLDER / name, _STATIC[name]
        return (
            Response(own_page.css(file), media_type=kind) if kind == "text/css" else FileResponse(file, media_type=kind)
        )

    def _good(self) -> Composed:
        good = self._live.state.good
        if good is None:
            raise HTTPException(404, "There is no good letter yet.")
        return good

    def _asked(self, request: Request) -> Copy:
        good = self._good()
        return shown.asked(request, good.composition, self._app).copy(good, self._app)


def _language(request: Request) -> words.Language:
    return words.preferred(request.headers.get("accept-language", ""))


def run(app: Application, name: str, *, port: int, open_browser: bool) -> None:
    """Show a campaign until SIGINT or SIGTERM.

    Raises ``UsageError`` when there is no such campaign or no such port, ``ApesMailerError`` when the port is taken,
    ``SettingsError`` or ``LedgerError`` when the workspace cannot be used. A fault in the letter is shown, not raised.
    """
    app.workspace.campaign(name)
    contact_preview.list_names(app.workspace, app.database)
    listener = server.listen(_HOST, port, another=f"apes-mailer preview {name} --port 0")
    token = secrets.token_urlsafe(32)
    address = gate.address(server.url_of(listener), token)
    live = Live(app, name)

    def announce() -> None:
        server.say(f"{name} is shown at {address}")
        server.say("It follows each save. Ctrl-C ends it.")
        if open_browser:
            # Some programs that count as browsers do not return before they are closed.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    web = server.WebServer(application(live, app, name, token=token), on_start=announce, on_stop=live.close)
    web.serve_on(listener)
    app.database.close()

"""The public pages, ``apes-mailer serve``: what a letter that was sent links to, and nothing else.

An unsubscribe page that changes nothing until its button is pressed, the one-click address of RFC 8058, the pictures
of letters, and what was published here: web versions, the list of them, a feed. No cookie, no session, no log of who
came.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from apes_mailer.campaign import unsubscribe
from apes_mailer.errors import LedgerError
from apes_mailer.model.keys import Keyring, TokenContent
from apes_mailer.model.publication import ARCHIVE, FEED, picture_path
from apes_mailer.places.base import FOR_GOOD
from apes_mailer.store.database import Database
from apes_mailer.web import forms, pages, pictures, server, words
from apes_mailer.web.headers import SecurityHeaders
from apes_mailer.web.published import Published
from apes_mailer.web.webhooks import Webhooks

if TYPE_CHECKING:
    from apes_mailer.wiring import Application

T = TypeVar("T")

_RETRY_AFTER = 60  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the public pages work with and say.

    ``letter`` and ``sender`` are named to readers, ``write_to`` is where they reach a person. ``path`` is that of the
    public address when it has one, such as ``/lettre``. ``published`` is the folder of what can be read here, and
    ``noindex`` whether search engines are asked to leave it alone. ``webhooks`` is where a provider reports to, if
    any. ``patience`` is how many seconds a reader waits for the database.
    """

    database: Database
    keyring: Keyring
    published: Path
    clock: Callable[[], dt.datetime]
    letter: str
    sender: str
    write_to: str
    path: str = ""
    noindex: bool = False
    webhooks: Webhooks | None = None
    patience: float = 20.0


class _InvalidLinkError(Exception):
    """The token was not made with this workspace's secret."""


class _BusyError(Exception):
    """The database could not be written in time."""


def application(site: Site) -> Starlette:
    """Return the public pages as an ASGI application."""
    doors = _Doors(site)
    app = Starlette(
        # A reverse proxy may hand on the path of the public address, or take it off.
        routes=[route for path in dict.fromkeys(("", site.path)) for route in doors.routes(path)],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={
            HTTPException: doors.refuse,
            _InvalidLinkError: doors.invalid,
            _BusyError: doors.busy,
        },
        lifespan=doors.lifespan,
    )
    app.router.redirect_slashes = False  # RFC 8058: a POST is never answered by a redirect
    return app


class _Doors:
    """The routes of the public pages."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._published = Published(site.published, noindex=site.noindex)
        # Of its own, so that pictures are served while the database keeps these waiting.
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="unsubscribe")

    def routes(self, path: str) -> list[Route]:
        return [
            Route(f"{path}/u/{{token}}", self.confirm, methods=["GET"]),
            Route(f"{path}/u/{{token}}", self.unsubscribe, methods=["POST"]),
            Route(f"{path}/u/{{token}}/undo", self.back, methods=["GET"]),
            Route(f"{path}/u/{{token}}/undo", self.undo, methods=["POST"]),
            Route(f"{path}/pictures/{{name}}", self.picture, methods=["GET"]),
            Route(f"{path}/", self._published.archive, methods=["GET"]),
            Route(f"{path}/{ARCHIVE}", self._published.archive, methods=["GET"]),
            Route(f"{path}/{FEED}", self._published.feed, methods=["GET"]),
            Route(f"{path}/letters/{{name}}.html", self._published.letter, methods=["GET"]),
            Route(f"{path}/health", self.health, methods=["GET"]),
            *(self._site.webhooks.routes(path) if self._site.webhooks else ()),
        ]

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncGenerator[None]:
        if self._site.webhooks:
            await self._site.webhooks.start()
        yield
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._site.webhooks:
            self._site.webhooks.close()

    def health(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n")

    def back(self, request: Request) -> Response:
        return RedirectResponse(f"../{request.path_params['token']}", status_code=303)

    async def confirm(self, request: Request) -> Response:
        self._link(request)
        return self._page(request, "confirm", paragraphs=["text", "nothing"], action=request.path_params["token"])

    async def unsubscribe(self, request: Request) -> Response:
        link = self._link(request)
        # A POST is a wish in any form; the form only says who reads the answer, a mail program or a person.
        one_click = forms.is_one_click(request.headers.get("content-type", ""), await forms.read_body(request))
        site = self._site
        can_undo = await self._in_thread(lambda: unsubscribe.unsubscribe(site.database, link, site.clock()))
        if one_click:
            return PlainTextResponse(f"{_texts(request)['done_short']}\n")
        action = f"{request.path_params['token']}/undo" if can_undo else None
        return self._page(request, "done", paragraphs=["text"], action=action, quiet=True)

    async def undo(self, request: Request) -> Response:
        link = self._link(request)
        await forms.read_body(request)
        site = self._site
        again = await self._in_thread(lambda: unsubscribe.undo(site.database, link, site.clock()))
        action = f"../{request.path_params['token']}" if again else None
        return self._page(request, "undone", paragraphs=["text" if again else "held"], action=action, quiet=True)

    def picture(self, request: Request) -> Response:
        name: str = request.path_params["name"]
        headers = {"Cache-Control": FOR_GOOD, "Cross-Origin-Resource-Policy": "cross-origin"}
        if not pictures.is_name(name):
            raise HTTPException(404)
        return pictures.respond(request, name, self._site.published / picture_path(name), headers)

    async def invalid(self, request: Request, _error: Exception) -> Response:
        return self._page(request, "invalid", status=404, paragraphs=["text", "cure"])

    async def busy(self, request: Request, _error: Exception) -> Response:
        headers = {"Retry-After": str(_RETRY_AFTER)}
        return self._page(request, "busy", status=503, paragraphs=["text"], action="", headers=headers)

    async def refuse(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        if error.status_code == 404:
            return self._page(request, "missing", status=404, paragraphs=["text"])
        # What was not read of the request's body would be taken for the next request.
        headers = {**(error.headers or {}), "Connection": "close"}
        return PlainTextResponse(f"{error.detail}\n", status_code=error.status_code, headers=headers)

    def _link(self, request: Request) -> TokenContent:
        link = self._site.keyring.read_token(request.path_params["token"])
        if link is None:
            raise _InvalidLinkError
        return link

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Do a database transaction in a thread. Raises ``_BusyError`` when it cannot be done now."""
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.wait_for(future, self._site.patience)
        except TimeoutError as error:
            raise _BusyError from error
        except LedgerError as error:
            server.say(f"An unsubscription could not be recorded: {error}")
            raise _BusyError from error

    def _page(
        self,
        request: Request,
        what: str,
        *,
        paragraphs: list[str],
        action: str | None = None,
        quiet: bool = False,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Response:
        site = self._site
        texts = _texts(request)
        named = {"letter": site.letter}
        values: dict[str, object] = {
            "language": _language(request),
            "title": texts[f"{what}_title"],
            "sender": site.sender,
            "paragraphs": [texts[f"{what}_{name}"] % named for name in paragraphs],
            "button": None if action is None else {"action": action, "label": texts[f"{what}_button"], "quiet": quiet},
            "contact": {"words": texts["contact"], "address": site.write_to},
        }
        own = {"Content-Security-Policy": pages.message_policy(), "Vary": "Accept-Language", "X-Robots-Tag": "noindex"}
        return HTMLResponse(pages.message(values), status_code=status, headers={**own, **(headers or {})})


def _language(request: Request) -> words.Language:
    return words.preferred(request.headers.get("accept-language", ""))


def _texts(request: Request) -> Mapping[str, str]:
    return words.words("public", _language(request))


def site_of(app: Application) -> Site:
    """Return the site of a workspace. Raises ``SettingsError`` or ``LedgerError``."""
    sender, feedback = app.settings.sender, app.feedback
    return Site(
        database=app.database,
        keyring=app.keyring,
        published=app.workspace.published,
        clock=app.clock,
        letter=sender.letter or sender.name,
        sender=sender.name,
        write_to=sender.reply_to or sender.address,
        path=urlsplit(app.settings.public_url).path.rstrip("/"),
        noindex=app.settings.publish.noindex,
        webhooks=Webhooks(feedback) if feedback else None,
    )


def run(app: Application, *, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises ``SettingsError`` or ``LedgerError`` when the workspace cannot be used, ``UsageError`` or
    ``ApesMailerError`` when nothing can listen on the address.
    """
    site = site_of(app)
    listener = server.listen(host, port, another="apes-mailer serve --port 8080")
    url = server.url_of(listener)

    def announce() -> None:
        server.say(f"Unsubscribe pages, pictures and web versions are served at {url} (Ctrl-C ends it).")
        if app.settings.public_url:
            server.say(f"Readers reach them at {app.settings.public_url}")

    server.WebServer(application(site), on_start=announce, behind_proxy=True).serve_on(listener)
    site.database.close()

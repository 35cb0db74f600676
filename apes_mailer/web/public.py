"""The public pages, ``apes-mailer serve``: what a letter that was sent links to, and nothing else.

Unsubscribing, the pictures of letters, and what was published here: web versions, the list of them, a feed. No cookie,
no session, no log of who came.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from apes_mailer.model.keys import Keyring
from apes_mailer.model.publication import ARCHIVE, FEED, picture_path
from apes_mailer.places.base import FOR_GOOD
from apes_mailer.store.database import Database
from apes_mailer.web import pictures, server
from apes_mailer.web.front import BusyError, Front, InvalidLinkError
from apes_mailer.web.headers import SecurityHeaders
from apes_mailer.web.health import Health
from apes_mailer.web.published import Published
from apes_mailer.web.unsubscribing import Unsubscribing

if TYPE_CHECKING:
    from apes_mailer.wiring import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the public pages work with and say.

    ``letter`` and ``sender`` are named to readers, ``write_to`` is where they reach a person. ``path`` is that of the
    public address when it has one, such as ``/lettre``. ``published`` is the folder of what can be read here, and
    ``noindex`` whether search engines are asked to leave it alone. ``patience`` is how many seconds a reader waits for
    the database.
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
    patience: float = 20.0


def application(site: Site) -> Starlette:
    """Return the public pages as an ASGI application."""
    front = Front(
        keyring=site.keyring,
        letter=site.letter,
        sender=site.sender,
        write_to=site.write_to,
        patience=site.patience,
        threads=ThreadPoolExecutor(max_workers=4, thread_name_prefix="wishes"),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with front.open():
            yield

    app = Starlette(
        # A reverse proxy may hand on the path of the public address, or take it off.
        routes=[route for path in dict.fromkeys(("", site.path)) for route in routes(site, front, path)],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={
            HTTPException: front.refuse,
            InvalidLinkError: front.invalid,
            BusyError: front.busy,
        },
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # RFC 8058: a POST is never answered by a redirect
    return app


def routes(site: Site, front: Front, path: str) -> list[Route]:
    """Return all that can be asked of the public pages, below the path of the public address."""
    published = Published(site.published, noindex=site.noindex)

    def picture(request: Request) -> Response:
        name: str = request.path_params["name"]
        headers = {"Cache-Control": FOR_GOOD, "Cross-Origin-Resource-Policy": "cross-origin"}
        if not pictures.is_name(name):
            raise HTTPException(404)
        return pictures.respond(request, name, site.published / picture_path(name), headers)

    return [
        *Unsubscribing(front, site.database, site.clock).routes(path),
        Route(f"{path}/pictures/{{name}}", picture, methods=["GET"]),
        Route(f"{path}/", published.archive, methods=["GET"]),
        Route(f"{path}/{ARCHIVE}", published.archive, methods=["GET"]),
        Route(f"{path}/{FEED}", published.feed, methods=["GET"]),
        Route(f"{path}/letters/{{name}}.html", published.letter, methods=["GET"]),
        *Health(front, site.database).routes(path),
    ]


def site_of(app: Application) -> Site:
    """Return the site of a workspace. Raises ``SettingsError`` or ``LedgerError``."""
    sender = app.settings.sender
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

    proxies = app.settings.serve.trusted_proxies
    server.WebServer(application(site), on_start=announce, trusted_proxies=proxies).serve_on(listener)
    site.database.close()

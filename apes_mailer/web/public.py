"""The public pages, ``apes-mailer serve``: what a letter that was sent links to, what is published, and no more.

Unsubscribing, preferences, signing up, what is kept of a person; pictures of letters, web versions, the list of them, a
feed. No cookie, no session, no log of who came.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from apes_mailer.campaign.preferences import Preferences
from apes_mailer.campaign.wishes import Wishing
from apes_mailer.web import server
from apes_mailer.web.courier import Courier
from apes_mailer.web.failing import Failing
from apes_mailer.web.front import BusyError, Front, GoneError, InvalidLinkError, NoLetterError
from apes_mailer.web.headers import SecurityHeaders
from apes_mailer.web.health import Health
from apes_mailer.web.preferring import Preferring
from apes_mailer.web.published import Published
from apes_mailer.web.rights import Rights
from apes_mailer.web.signing_up import SigningUp
from apes_mailer.web.site import Site, site_of
from apes_mailer.web.unsubscribing import Unsubscribing

if TYPE_CHECKING:
    from apes_mailer.wiring import Application


class _Doors(Protocol):
    """A family of pages."""

    def routes(self, path: str) -> list[Route]:
        """Return the routes, below the path of the public address."""
        ...


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
    courier = Courier(site.confirmations) if site.confirmations else None

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with (
            front.open(),
            courier.at_work() if courier else contextlib.nullcontext(),
            site.webhooks.open() if site.webhooks else contextlib.nullcontext(),
        ):
            yield

    doors = _doors(site, front, courier)
    app = Starlette(
        # A reverse proxy may hand on the path of the public address, or take it off.
        routes=[route for path in dict.fromkeys(("", site.path)) for each in doors for route in each.routes(path)],
        middleware=[Middleware(SecurityHeaders), Middleware(Failing, page=front.failed)],
        exception_handlers={
            HTTPException: front.refuse,
            InvalidLinkError: front.invalid,
            GoneError: front.gone,
            NoLetterError: front.no_letter,
            BusyError: front.busy,
        },
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # RFC 8058: a POST is never answered by a redirect
    return app


def _doors(site: Site, front: Front, courier: Courier | None) -> Sequence[_Doors]:
    wishing = Wishing(database=site.database, keyring=site.keyring, lifetime=site.lifetime)
    kept = Preferences(database=site.database, keyring=site.keyring, lists=site.lists)
    may_see = courier if site.person else None
    doors: list[_Doors] = [
        Unsubscribing(front, site.database, site.clock, several=len(site.lists) > 1),
        Preferring(front, kept, wishing, may_see, site.clock, counts=site.counts),
        Published(site.published, noindex=site.noindex),
        Health(front, site.database),
    ]
    if site.webhooks is not None:
        doors.append(site.webhooks)
    if courier is not None:
        doors.append(SigningUp(front, wishing, courier, [each for each in site.lists if each.open], site.clock))
    if site.person is not None:
        titles = {each.name: each.title for each in site.lists}
        doors.append(Rights(front=front, wishing=wishing, person=site.person, titles=titles, clock=site.clock))
    return doors


def run(app: Application, *, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises ``SettingsError``, ``ThemeError`` or ``LedgerError`` when the workspace cannot be used, ``UsageError`` or
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

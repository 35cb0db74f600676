"""What is kept of a person, for that person: to read it, and to have it erased."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from apes_mailer.campaign.wishes import Wishing
from apes_mailer.model.wish import WishKind
from apes_mailer.web import forms
from apes_mailer.web.front import Button, Front, GoneError, going_on, language_of
from apes_mailer.web.kept import Telling
from apes_mailer.web.site import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """The routes below ``/data/TOKEN``, where the token comes from a letter that was asked for.

    ``titles`` are those of the lists that readers know as letters of their own.
    """

    front: Front
    wishing: Wishing
    person: Person
    titles: Mapping[str, str]
    clock: Callable[[], dt.datetime]

    def routes(self, path: str) -> list[Route]:
        """Return the routes, below the path of the public address."""
        return [
            Route(f"{path}/data/{{token}}", self.show, methods=["GET"]),
            Route(f"{path}/data/{{token}}/data.json", self.download, methods=["GET"]),
            Route(f"{path}/data/{{token}}/erase", self.ask, methods=["GET"]),
            Route(f"{path}/data/{{token}}/erase", self.forget, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show what is kept, and what can be done about it."""
        address, kept = await self.front.in_thread(lambda: self._kept(request))
        texts = self.front.texts(request)
        telling = Telling(language=language_of(request), texts=texts, titles=self.titles)
        token: str = request.path_params["token"]
        values: dict[str, object] = {
            "title": texts["data_title"],
            "address": address,
            "parts": telling.parts(kept),
            "download": f"{token}/data.json",
            "erase": going_on(request, f"{token}/erase"),
        }
        return self.front.page(request, "data.html", values)

    async def download(self, request: Request) -> Response:
        """Return all that is kept, as JSON."""
        _, found = await self.front.in_thread(lambda: self._kept(request))
        content = json.dumps(found, ensure_ascii=False, indent=2)
        headers = {"Content-Disposition": 'attachment; filename="data.json"', "X-Robots-Tag": "noindex"}
        return Response(f"{content}\n", media_type="application/json", headers=headers)

    async def ask(self, request: Request) -> Response:
        """Ask whether all is to be erased."""
        await self.front.in_thread(lambda: self._address(request))
        label = self.front.texts(request)["erase_button"]
        button = Button(action=going_on(request, "erase"), label=label)
        return self.front.message(request, "erase", paragraphs=["text", "final"], button=button)

    async def forget(self, request: Request) -> Response:
        """Erase all."""
        await forms.read_body(request)
        await self.front.in_thread(lambda: self.person.erase(self._address(request)))
        return self.front.message(request, "erased", paragraphs=["text"])

    def _kept(self, request: Request) -> tuple[str, Mapping[str, Any]]:
        address = self._address(request)
        return address, self.person.export(address)

    def _address(self, request: Request) -> str:
        """Return the address that a link was sent to. Raises ``GoneError``."""
        wish = self.wishing.find(request.path_params["token"], WishKind.RIGHTS, self.clock())
        if wish is None or not wish.address:
            raise GoneError
        return wish.address

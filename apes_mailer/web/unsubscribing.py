"""The link of a letter: a page that changes nothing until its button is pressed, and one click (RFC 8058)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from apes_mailer.campaign import unsubscribe
from apes_mailer.store.database import Database
from apes_mailer.web import forms
from apes_mailer.web.front import Button, Front, going_on


class Unsubscribing:
    """The routes below ``/u/TOKEN``."""

    def __init__(
        self, front: Front, database: Database, clock: Callable[[], dt.datetime], *, several: bool = False
    ) -> None:
        """``several``: readers know more than one letter, and the link stops them all."""
        self._front = front
        self._database = database
        self._clock = clock
        self._text = "all" if several else "text"

    def routes(self, path: str) -> list[Route]:
        """Return the routes, below the path of the public address."""
        return [
            Route(f"{path}/u/{{token}}", self.confirm, methods=["GET"]),
            Route(f"{path}/u/{{token}}", self.unsubscribe, methods=["POST"]),
            Route(f"{path}/u/{{token}}/undo", self.back, methods=["GET"]),
            Route(f"{path}/u/{{token}}/undo", self.undo, methods=["POST"]),
        ]

    def back(self, request: Request) -> Response:
        """Lead who reloads the address of the undo to the page."""
        return RedirectResponse(going_on(request, f"../{request.path_params['token']}"), status_code=303)

    async def confirm(self, request: Request) -> Response:
        """Show what the button would do; to whoever pressed it before, or was erased, that no letter comes."""
        link = self._front.link(request)
        token: str = request.path_params["token"]
        if await self._front.in_thread(lambda: unsubscribe.was_erased(self._database, link, self._clock())):
            return self._front.nobody(request)
        left, can_undo = await self._front.in_thread(lambda: unsubscribe.left(self._database, link, self._clock()))
        if left:
            return self._done(request, "already", can_undo=can_undo)
        one = self._text == "all"
        return self._front.message(
            request,
            "confirm",
            paragraphs=[self._text, "nothing"],
            button=self._button(request, "confirm", token),
            link=self._preferences(request, f"{token}/preferences", words="only_one" if one else "to_preferences"),
        )

    def _done(self, request: Request, what: str, *, can_undo: bool) -> Response:
        token: str = request.path_params["token"]
        return self._front.message(
            request,
            what,
            paragraphs=[self._text],
            button=self._button(request, "done", f"{token}/undo", quiet=True) if can_undo else None,
            link=self._preferences(request, f"{token}/preferences"),
        )

    async def unsubscribe(self, request: Request) -> Response:
        """Unsubscribe, and say so: to a mail program in a line, to a person in a page."""
        link = self._front.link(request)
        # A POST is a wish in any form; the form only says who reads the answer, a mail program or a person.
        one_click = forms.is_one_click(request.headers.get("content-type", ""), await forms.read_body(request))
        can_undo = await self._front.in_thread(lambda: unsubscribe.unsubscribe(self._database, link, self._clock()))
        if one_click:
            return PlainTextResponse(f"{self._front.texts(request)['done_short']}\n")
        return self._done(request, "done", can_undo=can_undo)

    async def undo(self, request: Request) -> Response:
        """Take back what the link did."""
        link = self._front.link(request)
        await forms.read_body(request)
        again = await self._front.in_thread(lambda: unsubscribe.undo(self._database, link, self._clock()))
        back = f"../{request.path_params['token']}"
        return self._front.message(
            request,
            "undone",
            paragraphs=[self._text if again else "held"],
            button=self._button(request, "undone", back, quiet=True) if again else None,
            link=self._preferences(request, "preferences"),
        )

    def _button(self, request: Request, what: str, address: str, *, quiet: bool = False) -> Button:
        label = self._front.texts(request)[f"{what}_button"]
        return Button(action=going_on(request, address), label=label, quiet=quiet)

    def _preferences(self, request: Request, address: str, *, words: str = "to_preferences") -> tuple[str, str]:
        return going_on(request, address), self._front.texts(request)[words]

"""What readers see when something is wrong here that nobody thought of, and what whoever keeps the server is told."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apes_mailer.web import server


class Failing:
    """Answers an exception with a page.

    It is told by its class and its place in the code: its text may hold what somebody typed, such as an address.
    """

    def __init__(self, app: ASGIApp, page: Callable[[Request], Response]) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:
            if scope["type"] != "http":
                raise
            at = traceback.extract_tb(error.__traceback__)[-1]
            server.say(f"A page failed: {type(error).__name__} in {at.name}, line {at.lineno} of {at.filename}")
            if not begun:
                await self._page(Request(scope))(scope, receive, send)

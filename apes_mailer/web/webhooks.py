"""Where a provider posts what became of letters: ``POST /webhooks/sendgrid``.

It is answered once the notice is kept and applied; any answer but a 2xx makes the provider post it again later, for a
day. So what is wrong for good is refused (400, 403, 413), and what is only wrong now is put off (503).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from apes_mailer.campaign.feedback import Feedback
from apes_mailer.errors import LedgerError
from apes_mailer.providers.base import MalformedError, NotSignedError
from apes_mailer.web import forms, server

T = TypeVar("T")

LIMIT = 1024 * 1024
"""Bytes of a notice. SendGrid posts what a few seconds bring, far less than that."""

_MOST_AT_ONCE = 32
_RETRY_AFTER = {"Retry-After": "60"}  # seconds


class Webhooks:
    """The door for one provider's notices."""

    def __init__(self, feedback: Feedback, *, patience: float = 20.0) -> None:
        """``patience``: how many seconds a provider waits for the database."""
        self._feedback = feedback
        self._patience = patience
        # One, so that notices are applied in turn, and leave the processor to the readers' pages.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="webhook")
        self._under_way = 0
        self._told = False

    def routes(self, path: str) -> list[Route]:
        """Return the routes below a path."""
        return [Route(f"{path}/webhooks/{self._feedback.webhook.name}", self.receive, methods=["POST"])]

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Take notices; first apply what was kept and not applied when the last server stopped."""
        left = asyncio.ensure_future(self._apply_left())
        yield
        # What is being applied finishes; what waits behind it is kept, or is posted again.
        self._thread.shutdown(wait=True, cancel_futures=True)
        await asyncio.wait([left])

    async def receive(self, request: Request) -> Response:
        """Take one notice."""
        if not self._feedback.webhook.claims(request.headers):  # before its body is read: anybody can post here
            self._tell(NotSignedError("there is no signature"))
            raise HTTPException(403)
        body = await forms.read_body(request, limit=LIMIT)
        if self._under_way >= _MOST_AT_ONCE:
            raise HTTPException(503, headers=_RETRY_AFTER)
        self._under_way += 1
        try:
            await self._in_thread(lambda: self._feedback.take(request.headers, body))
        except NotSignedError as error:
            self._tell(error)
            raise HTTPException(403) from error
        except MalformedError as error:
            raise HTTPException(400, str(error)) from error
        finally:
            self._under_way -= 1
        return Response(status_code=204)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.wait_for(future, self._patience)
        except TimeoutError as error:
            raise HTTPException(503, headers=_RETRY_AFTER) from error
        except LedgerError as error:
            server.say(f"What {self._feedback.webhook.name} reported could not be kept or applied yet: {error}")
            raise HTTPException(503, headers=_RETRY_AFTER) from error

    async def _apply_left(self) -> None:
        try:
            applied = await asyncio.get_running_loop().run_in_executor(self._thread, self._feedback.apply)
        except LedgerError as error:
            server.say(f"What was reported before is not applied yet: {error}")
            return
        if applied:
            server.say(f"Notices that waited since the last time, and are applied now: {applied}")

    def _tell(self, error: NotSignedError) -> None:
        """Say why notices are refused: once, for anybody can post here, but each time when the provider is the one."""
        if error.genuine or not self._told:
            self._told = self._told or not error.genuine
            server.say(
                f"A notice to /webhooks/{self._feedback.webhook.name} was refused: {error}. "
                + ("Set the clock of this computer." if error.genuine else "If that goes on, compare webhook_keys.")
            )

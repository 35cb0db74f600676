"""What programs that watch over the server ask."""

from __future__ import annotations

import shutil

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from apes_mailer.store.database import Database
from apes_mailer.web.front import BusyError, Front

_ROOM = 64 << 20  # bytes: a write-ahead log and a few thousand wishes


class Health:
    """The routes ``/health``: the process answers, and ``/ready``: it can do its work."""

    def __init__(self, front: Front, database: Database) -> None:
        self._front = front
        self._database = database

    def routes(self, path: str) -> list[Route]:
        """Return the routes, below the path of the public address."""
        return [
            Route(f"{path}/health", self.health, methods=["GET"]),
            Route(f"{path}/ready", self.ready, methods=["GET"]),
        ]

    def health(self, _request: Request) -> Response:
        """Say that the process answers."""
        return PlainTextResponse("ok\n")

    async def ready(self, _request: Request) -> Response:
        """Say whether a wish could be recorded now: the database takes a transaction, and its disk has room."""
        try:
            trouble = await self._front.in_thread(self._trouble)
        except BusyError:
            trouble = "the database cannot be written"
        return PlainTextResponse(f"{trouble or 'ready'}\n", status_code=503 if trouble else 200)

    def _trouble(self) -> str:
        with self._database.write():
            pass
        return "the disk is nearly full" if shutil.disk_usage(self._database.path.parent).free < _ROOM else ""

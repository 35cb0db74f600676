"""How long a connection may keep a place without asking for anything."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS_FOR_A_HEAD = 10.0
"""In which the whole head of a request has to come; browsers and proxies send it in one piece."""


class Impatient(H11Protocol):
    """uvicorn's protocol, which by itself waits without end: a few hundred silent connections would shut others out."""

    _waits: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] - as in the class above
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # Between two requests it is uvicorn that waits, until the first octet of the next one.
        if self.cycle and not self.cycle.response_complete:
            self._stop()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._waits is None:
            self._waits = self.loop.call_later(SECONDS_FOR_A_HEAD, self.transport.abort)

    def _stop(self) -> None:
        if self._waits is not None:
            self._waits.cancel()
            self._waits = None

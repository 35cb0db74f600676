"""A thread that sends the letters by which wishes are confirmed, as soon as there is one."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncGenerator

from apes_mailer.campaign.confirmations import Confirmations
from apes_mailer.errors import LedgerError
from apes_mailer.model.submission import NotAccepted, Submission
from apes_mailer.web import server

_LOOKS_EVERY = 15.0  # seconds: for what another program has recorded, and what is to be tried again


class Courier:
    """Apart from the answers to readers: how long a letter takes tells nobody whether one was sent."""

    def __init__(self, confirmations: Confirmations) -> None:
        self._confirmations = confirmations
        self._wake = threading.Event()
        self._ends = False

    def wake(self) -> None:
        """Look at once."""
        self._wake.set()

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncGenerator[None]:
        """Send for as long as the pages are served; a letter that is on its way is finished."""
        thread = threading.Thread(target=self._work, name="confirmations")
        thread.start()
        try:
            yield
        finally:
            self._ends = True
            self._wake.set()
            thread.join()

    def _work(self) -> None:
        while not self._ends:
            self._wake.clear()
            try:
                self._confirmations.forget_expired()
                while not self._ends and (sent := self._confirmations.send_one()):
                    _tell(sent[1])
            except LedgerError as error:
                server.say(f"Confirmations cannot be sent: {error}")
            self._wake.wait(_LOOKS_EVERY)


def _tell(submission: Submission) -> None:
    if isinstance(submission, NotAccepted):
        server.say(f"A confirmation was not accepted, and is tried again later: {submission.cause} {submission.cure}")

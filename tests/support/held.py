"""A moment in a send that lasts as long as a test needs it."""

from __future__ import annotations

import threading

from tests.support.journal import SeenRequest
from tests.support.local_sendgrid import LocalSendGrid


class Held:
    """A provider that keeps a request waiting until the test lets it go."""

    def __init__(self, server: LocalSendGrid) -> None:
        self._received, self._release = threading.Event(), threading.Event()
        server.on_received = self._hold

    def _hold(self, _seen: SeenRequest) -> None:
        self._received.set()
        self._release.wait(30)

    def wait(self) -> None:
        """Return when a request has arrived."""
        assert self._received.wait(30)

    def let_go(self) -> None:
        """Answer this request and all later ones."""
        self._release.set()

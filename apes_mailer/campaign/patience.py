"""How long a command waits for a provider that asks it to come back later."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from apes_mailer.errors import AccountBusyError, AccountError

T = TypeVar("T")

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0


class Patience:
    """Some seconds for all requests of one purpose together."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def ask(self, request: Callable[[], T]) -> T:
        """Make a request, and again as long as the provider is busy and there is time.

        Raises what the request raises, ``AccountError`` when there is no time left to make it.
        """
        wait = _FIRST_WAIT
        while True:
            if time.monotonic() > self._until:
                raise AccountError(
                    "There was no time left to ask the provider for more.", hint="The rest is asked for next time."
                )
            try:
                return request()
            except AccountBusyError as busy:
                wait = min(_LONGEST_WAIT, wait if busy.retry_after is None else busy.retry_after)
                if time.monotonic() + wait > self._until:
                    raise
                time.sleep(wait)
                wait *= 2

"""How fast batches may go: many at once while all is well, one at a time while the provider says no.

Only liveness is decided here. All times are on the monotonic clock, which nobody sets.
"""

from __future__ import annotations

import threading
import time

_GLANCE = 0.2  # seconds after which whoever waits looks whether it was stopped
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
_MOST_FAILURES = 6  # in a row, about 15 seconds
_MOST_THROTTLED = 40  # in a row, with the waits that the provider asks for
_MOST_DOUBTS = 3  # in a row
_MOST_DOUBTS_IN_ALL = 20  # somebody has to look each of them up
_MOST_REFUSALS = 20  # in a row: then it is the letter or the account that is refused, and not the people


class Pace:
    """Shared by the threads of one sender; one of them enters, all of them leave."""

    def __init__(self, in_flight: int) -> None:
        self._condition = threading.Condition()
        self._in_flight = in_flight
        self._inside = 0
        self._failures = 0
        self._throttled = 0
        self._doubts = 0
        self._doubts_in_all = 0
        self._refusals = 0
        self._not_before = 0.0
        self._somebody_came_back = False
        # A plain flag that waiting threads look at: a signal handler may interrupt its own thread anywhere, and the
        # lock inside an Event could be held there.
        self._stopped = False

    def stop(self) -> None:
        """Let nobody in any more. Safe to call from a signal handler."""
        self._stopped = True

    @property
    def stopped(self) -> bool:
        """Whether nobody is let in any more."""
        return self._stopped

    def sleep(self, seconds: float) -> None:
        """Wait, but hardly longer than until the stop."""
        end = time.monotonic() + seconds
        while not self._stopped and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _GLANCE))

    def enter(self) -> bool:
        """Wait for a turn to claim; False when there is nothing more to do."""
        with self._condition:
            while not self._stopped:
                wait = self._not_before - time.monotonic()
                probing = self._failures or self._throttled
                if wait <= 0 and self._inside < (1 if probing else self._in_flight):
                    self._inside += 1
                    self._somebody_came_back = False
                    return True
                self._condition.wait(min(max(wait, 0.02), _GLANCE))
        return False

    def leave(self, *, idle: bool) -> None:
        """Give the turn back; ``idle``: nothing was pending.

        While others are on their way, a batch may still come back to be pending: then the caller waits for one of
        them. When nobody is, and nobody came back since the caller entered, the work is done.
        """
        with self._condition:
            self._inside -= 1
            self._condition.notify_all()
            if not idle:
                self._somebody_came_back = True
            elif self._inside:
                self._condition.wait(_GLANCE)
            elif not self._somebody_came_back:
                self._stopped = True

    def succeeded(self) -> None:
        """A batch was accepted."""
        with self._condition:
            self._failures = self._throttled = self._doubts = self._refusals = 0
            self._condition.notify_all()

    def refused(self) -> bool:
        """Some of a batch were refused by name and nobody was accepted; True when this goes on and on."""
        with self._condition:
            self._failures = self._throttled = self._doubts = 0
            self._refusals += 1
            self._condition.notify_all()
            return self._refusals >= _MOST_REFUSALS

    def failed(self, retry_after: float | None) -> bool:
        """A batch was certainly not accepted; True when it is time to give up."""
        with self._condition:
            now = time.monotonic()
            if now < self._not_before:
                return False  # a request that was on its way when another one failed
            if retry_after is None:
                self._failures += 1
                wait = min(_FIRST_WAIT * 2 ** (self._failures - 1), _LONGEST_WAIT)
            else:
                self._throttled += 1
                wait = max(retry_after, _FIRST_WAIT)
            self._not_before = now + wait
            return self._failures >= _MOST_FAILURES or self._throttled >= _MOST_THROTTLED

    def doubted(self) -> bool:
        """A batch is in doubt; True when there were too many, in a row or in all."""
        with self._condition:
            self._doubts += 1
            self._doubts_in_all += 1
            return self._doubts >= _MOST_DOUBTS or self._doubts_in_all >= _MOST_DOUBTS_IN_ALL

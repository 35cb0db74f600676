"""The real command line, made to die at one step of the send protocol.

``python -m tests.support.crash_points ARGUMENTS…`` runs the command. The variable ``CRASH_POINT=POINT:COUNT:SIGNAL``
sends the signal to the process itself when the point is reached for the COUNT-th time; ``CRASH_POINT=mutant`` makes
the ledger put batches that it finds ``submitting`` back to ``pending``, as naive queues do, ``CRASH_POINT=by-batch``
makes evidence speak for the newest attempt of its batch: the checker must catch both.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

POINTS = ("freezing", "prepared", "claiming", "claimed", "answered", "recording", "recorded", "finishing")
"""In the order of the protocol; the provider's own moments (received, accepted) are the local SendGrid's hooks."""

WEBHOOK_POINTS = ("storing", "kept", "applying", "applied")
"""In the order of taking a notice: before it is kept for good, after; before what it does is kept for good, after."""


class Fuse:
    """Counts down to the crash."""

    def __init__(self, point: str, count: int, number: signal.Signals) -> None:
        self._point = point
        self._left = count
        self._signal = number
        self._lock = threading.Lock()

    def at(self, point: str) -> None:
        """Die here, if it is time."""
        with self._lock:
            if point != self._point:
                return
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._signal)
                time.sleep(0.05)  # a handled signal reaches the main thread before this step goes on


def install(fuse: Fuse) -> None:
    """Lay the fuse through the steps of the protocol."""
    from apes_mailer.campaign import dispatch, feedback, send
    from apes_mailer.ledger import claims, freeze, notices
    from apes_mailer.providers.sendgrid import SendGrid

    _after(freeze, "freeze", fuse, "freezing")
    _after(dispatch, "prepare", fuse, "prepared")
    _after(claims, "claim", fuse, "claiming")
    _after(claims, "record", fuse, "recording")
    _after(send.Sender, "_claim", fuse, "claimed")
    _after(SendGrid, "submit", fuse, "answered")
    _after(send.Sender, "_record", fuse, "recorded")
    _after(send.Sender, "run", fuse, "finishing")
    _after(notices, "store", fuse, "storing")
    _before(feedback.Feedback, "apply", fuse, "kept")
    _after(notices, "close", fuse, "applying")
    _after(feedback.Feedback, "apply", fuse, "applied")


def _before(owner: Any, name: str, fuse: Fuse, point: str) -> None:
    original: Callable[..., Any] = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        fuse.at(point)
        return original(*arguments, **named)

    setattr(owner, name, wrapped)


def _after(owner: Any, name: str, fuse: Fuse, point: str) -> None:
    original: Callable[..., Any] = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        fuse.at(point)
        return result

    setattr(owner, name, wrapped)


def install_mutant() -> None:
    """Break the ledger: what a dead sender left ``submitting`` goes again by itself."""
    from apes_mailer.ledger import claims
    from apes_mailer.store import schema

    def requeue(connection: sa.Connection, campaign_id: int, **_named: Any) -> int:
        attempt, batch = schema.attempt, schema.batch
        connection.execute(
            sa.update(attempt)
            .where(attempt.c.campaign_id == campaign_id, attempt.c.state == "submitting")
            .values(state="not_accepted")
        )
        return connection.execute(
            sa.update(batch)
            .where(batch.c.campaign_id == campaign_id, batch.c.state == "submitting")
            .values(state="pending")
        ).rowcount

    claims.sweep = requeue


def install_evidence_by_batch() -> None:
    """Break the evidence: whatever attempt of a batch it names, it is taken for the newest one."""
    from apes_mailer.ledger import evidence
    from apes_mailer.store import schema

    prove = evidence.prove_accepted

    def prove_newest(connection: sa.Connection, mark: str, **named: Any) -> Any:
        attempt, one = schema.attempt, schema.attempt.alias()
        newest = (
            sa.select(attempt.c.mark)
            .join(one, sa.and_(one.c.campaign_id == attempt.c.campaign_id, one.c.batch_no == attempt.c.batch_no))
            .where(one.c.mark == mark)
            .order_by(attempt.c.seq.desc())
            .limit(1)
        )
        return prove(connection, connection.execute(newest).scalar_one(), **named)

    evidence.prove_accepted = prove_newest


@contextmanager
def _arguments(arguments: list[str]) -> Generator[None, None, None]:
    before, sys.argv = sys.argv, ["apes-mailer", *arguments]
    try:
        yield
    finally:
        sys.argv = before


def main() -> None:
    """Run the command line with the fuse that the environment asks for."""
    from apes_mailer.__main__ import main as command

    wish = os.environ.get("CRASH_POINT", "")
    if wish == "mutant":
        install_mutant()
    elif wish == "by-batch":
        install_evidence_by_batch()
    elif wish:
        point, count, number = wish.split(":")
        install(Fuse(point, int(count), signal.Signals[number]))
    with _arguments(sys.argv[1:]):
        command()


if __name__ == "__main__":
    main()

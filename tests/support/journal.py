"""What a local provider saw and did, kept so that a test can wait for a moment and compare with a ledger."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from tests.support.faults import OK, Fault
from tests.support.http_wire import Head
from tests.support.sendgrid_body import Violation, read_json


class Acceptance(NamedTuple):
    """One mail that the provider would deliver, whether or not the client was told."""

    address: str
    attempt: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """One request, as far as it got.

    `seq`: 1 for the first head that arrived. `headers`: names in lower case. `fault`: what it met; `ok` when it
    was answered as it deserved. `raw`: the body as far as it was read. `received`: the body was read whole.
    `recipients`, `attempt`: addresses and the mark `custom_args.apes_attempt`. `violations`: rules it breaks.
    `refused`: recipients named in a 400. `status`: of the status line that left whole, None before or without
    one. `answered`: the whole answer left.
    """

    seq: int
    at: datetime
    method: str
    path: str
    headers: dict[str, str]
    fault: Fault = OK
    raw: bytes = field(default=b"", repr=False)
    received: bool = False
    recipients: tuple[str, ...] = field(default=(), repr=False)
    attempt: str | None = None
    violations: tuple[Violation, ...] = ()
    refused: tuple[str, ...] = ()
    accepted: bool = False
    status: int | None = None
    answered: bool = False

    @property
    def body(self) -> object:
        """The parsed JSON body; raises ValueError when it is none."""
        return read_json(self.raw)

    def __str__(self) -> str:
        state = "accepted" if self.accepted else "not accepted"
        answer = f"{self.status}{'' if self.answered else ' (broken off)'}" if self.status else "no answer"
        return f"#{self.seq} {self.method} {self.path}: {self.fault}, {state}, {answer}"


class Journal:
    """All requests in the order of their heads; safe to read and to wait on from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: list[SeenRequest] = []

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """Every request so far."""
        with self._changed:
            return tuple(self._requests)

    @property
    def accepted(self) -> list[Acceptance]:
        """The truth: what would be delivered, in the order of the requests and of their recipients."""
        return [
            Acceptance(address=address, attempt=request.attempt or "", seq=request.seq)
            for request in self.requests
            if request.accepted
            for address in request.recipients
        ]

    @property
    def violations(self) -> list[tuple[int, Violation]]:
        """Every broken rule with the number of its request; a sound client leaves this empty."""
        return [(request.seq, broken) for request in self.requests for broken in request.violations]

    def count(self, predicate: Callable[[SeenRequest], bool]) -> int:
        """How many requests the predicate holds for."""
        return sum(map(predicate, self.requests))

    def wait_for(self, predicate: Callable[[Journal], bool], timeout: float) -> None:
        """Return as soon as the predicate holds; TimeoutError with the last requests after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: predicate(self), timeout):
                last = "\n".join(f"  {request}" for request in self._requests[-10:]) or "  no request at all"
                raise TimeoutError(f"not seen within {timeout} s; the last requests:\n{last}")

    def begin(self, head: Head, at: datetime, fault_for: Callable[[int], Fault]) -> SeenRequest:
        """Number a request whose head has arrived, and give it the fault of that number."""
        with self._changed:
            seq = len(self._requests) + 1
            seen = SeenRequest(
                seq=seq,
                at=at.astimezone(UTC),
                method=head.method,
                path=head.path,
                headers=dict(head.headers),
                fault=fault_for(seq),
            )
            self._requests.append(seen)
            self._changed.notify_all()
            return seen

    def revise(self, seq: int, change: Callable[[SeenRequest], SeenRequest]) -> SeenRequest:
        """Replace what is known of request `seq`."""
        with self._changed:
            seen = change(self._requests[seq - 1])
            self._requests[seq - 1] = seen
            self._changed.notify_all()
            return seen

    def read(self, seq: int, raw: bytes, *, whole: bool) -> SeenRequest:
        """The body has been read, as far as fault and client let it."""
        return self.revise(seq, lambda seen: replace(seen, raw=raw, received=whole))

    def ended(self, seq: int, status: int | None, *, whole: bool) -> SeenRequest:
        """The answer, or what stood for it, has left."""
        return self.revise(seq, lambda seen: replace(seen, status=status, answered=whole))

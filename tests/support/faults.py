"""What may go wrong between a client and SendGrid, and whether the mail was accepted all the same.

A fault is data: how much of the request is read, what is answered, how the connection ends, and the ground truth
`accepts` that no client can see. `LocalSendGrid` plays it. A plan says which fault meets which request.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Protocol

from tests.support.http_wire import Reply


class Reading(Enum):
    """How much of a request is read before the connection is reset."""

    HEAD = "the head only"
    HALF = "half of the body"
    WHOLE = "everything: no reset while reading"


class Ending(Enum):
    """What happens once the request is read and, if so, accepted."""

    ANSWER = "the whole answer"
    RESET = "a reset instead of an answer"
    HANG = "no answer, the connection stays open"
    TRICKLE = "one octet of the answer at a time, endless"
    HALF_STATUS_LINE = "half a status line, then the end"
    ENDLESS_BODY = "the head of the answer, then a body that never ends"
    SHORT_BODY = "the head of the answer promises more body than comes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way a request may go.

    `accepts`: whether the provider will deliver the mail, whatever the client gets to see.
    `reply`: the answer in place of the ordinary one (202 when accepted); None for the ordinary one.
    `rate_limit_reset_in`: seconds from now, told as X-RateLimit-Reset in epoch seconds of the server's clock.
    `delay`: seconds between acceptance and the first octet of the answer.
    `refuses`: positions of recipients (modulo the batch's size) that are refused from now on, for ever.
    """

    name: str
    accepts: bool
    reads: Reading = Reading.WHOLE
    reply: Reply | None = None
    ending: Ending = Ending.ANSWER
    rate_limit_reset_in: int | None = None
    delay: float = 0.0
    refuses: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.accepts and (self.reads is not Reading.WHOLE or self.refuses):
            raise ValueError(f"fault {self.name!r} cannot accept what it has not read or what it refuses")

    def __str__(self) -> str:
        return self.name


class Plan(Protocol):
    """Decides what meets the n-th request; the same number always gives the same fault."""

    def fault_for(self, seq: int) -> Fault:
        """The fault of request `seq`, counted from 1."""
        ...


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """A seeded draw from `mix` (fault to weight): request n meets the same fault in every run, in any order."""

    seed: int
    mix: Mapping[Fault, float]

    def fault_for(self, seq: int) -> Fault:
        """Draw for request `seq` with a generator of its own."""
        dice = random.Random(f"{self.seed}:{seq}")
        return dice.choices(list(self.mix), weights=list(self.mix.values()))[0]


@dataclass(frozen=True, slots=True)
class FaultList:
    """The first requests meet `faults` in this order, all later ones `then`; None stands for no fault."""

    faults: Sequence[Fault]
    then: Fault | None = None

    def fault_for(self, seq: int) -> Fault:
        """The `seq`-th fault of the list, or what comes after the list."""
        return self.faults[seq - 1] if seq <= len(self.faults) else self.then or OK


def error_reply(status: int, *errors: tuple[str, str | None]) -> Reply:
    """An answer with SendGrid's error body: (message, field) pairs in the order given."""
    listed = [{"message": message, "field": field, "help": None} for message, field in errors]
    body = json.dumps({"errors": listed}, ensure_ascii=False).encode()
    return Reply(status=status, headers=(("Content-Type", "application/json"),), body=body)


def answers(status: int, message: str, *, field: str | None = None, accepts: bool = False) -> Fault:
    """The request gets this status and error instead of what it deserves."""
    name = f"{status}{' after accepting' if accepts else ''}"
    return Fault(name=name, accepts=accepts, reply=error_reply(status, (message, field)))


def rate_limited(reset_in: int | None) -> Fault:
    """429; with X-RateLimit-Reset `reset_in` seconds from now (may be negative), or without that header."""
    reply = error_reply(429, ("too many requests", None))
    name = "429 without a reset time" if reset_in is None else f"429, reset in {reset_in} s"
    return Fault(name=name, accepts=False, reply=reply, rate_limit_reset_in=reset_in)


def refuses(*positions: int) -> Fault:
    """400 naming the recipients at these positions; their addresses stay refused in every later request."""
    return Fault(name=f"400 naming {', '.join(map(str, positions))}", accepts=False, refuses=positions)


def late(seconds: float) -> Fault:
    """Accepted at once, answered 202 only after `seconds`."""
    return Fault(name=f"202 after {seconds} s", accepts=True, delay=seconds)


OK = Fault(name="ok", accepts=True)
RATE_LIMITED = rate_limited(1)
RATE_LIMITED_WITHOUT_RESET = rate_limited(None)
SERVER_ERROR = answers(500, "internal server error")
BAD_GATEWAY = answers(502, "bad gateway")
UNAVAILABLE = answers(503, "service unavailable")
GATEWAY_TIMEOUT = answers(504, "gateway timeout")
SERVER_ERROR_ACCEPTED = answers(500, "internal server error", accepts=True)
GATEWAY_TIMEOUT_ACCEPTED = answers(504, "gateway timeout", accepts=True)
REDIRECT = Fault(name="302 to another server", accepts=False, reply=Reply(status=302))
KEY_REVOKED = answers(401, "The provided authorization grant is invalid, expired, or revoked")
BAD_REQUEST = answers(400, "Bad Request")
TOO_LARGE = answers(413, "The payload is too large")
STRAY_200 = Fault(name="200 without sandbox", accepts=False, reply=Reply(status=200))
HANG = Fault(name="hang", accepts=False, ending=Ending.HANG)
TRICKLE = Fault(name="trickle", accepts=True, ending=Ending.TRICKLE)
RESET_BEFORE_BODY = Fault(name="reset before reading", accepts=False, reads=Reading.HEAD)
RESET_IN_BODY = Fault(name="reset while reading", accepts=False, reads=Reading.HALF)
ACCEPT_THEN_RESET = Fault(name="accept, then reset", accepts=True, ending=Ending.RESET)
ACCEPT_THEN_HANG = Fault(name="accept, then hang", accepts=True, ending=Ending.HANG)
ACCEPT_THEN_HALF_LINE = Fault(name="accept, then half a status line", accepts=True, ending=Ending.HALF_STATUS_LINE)
ENDLESS_BODY = Fault(name="202 with an endless body", accepts=True, ending=Ending.ENDLESS_BODY)
SHORT_BODY = Fault(name="202 with a short body", accepts=True, ending=Ending.SHORT_BODY)

EVERY_FAULT: tuple[Fault, ...] = (
    RATE_LIMITED,
    RATE_LIMITED_WITHOUT_RESET,
    SERVER_ERROR,
    BAD_GATEWAY,
    UNAVAILABLE,
    GATEWAY_TIMEOUT,
    SERVER_ERROR_ACCEPTED,
    GATEWAY_TIMEOUT_ACCEPTED,
    REDIRECT,
    KEY_REVOKED,
    refuses(0),
    BAD_REQUEST,
    TOO_LARGE,
    STRAY_200,
    HANG,
    TRICKLE,
    RESET_BEFORE_BODY,
    RESET_IN_BODY,
    ACCEPT_THEN_RESET,
    ACCEPT_THEN_HANG,
    ACCEPT_THEN_HALF_LINE,
    ENDLESS_BODY,
    SHORT_BODY,
)
"""One of each kind but `late`, whose delay depends on the client's deadline."""

CHAOS: Mapping[Fault, float] = MappingProxyType({OK: 60.0, **dict.fromkeys(EVERY_FAULT, 1.0)})
"""A mix for crash tests: about seven requests in ten go well, the others meet everything."""

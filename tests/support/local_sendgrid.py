"""A SendGrid on this machine: real sockets, SendGrid's rules, faults on demand, and a journal of the truth."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support import http_wire
from tests.support.faults import OK, Ending, Fault, FaultList, Plan, Reading
from tests.support.http_wire import Head, Reply
from tests.support.journal import Acceptance, Journal, SeenRequest
from tests.support.listener import Listener
from tests.support.sendgrid_account import SEND_PATH, Account, Verdict
from tests.support.sendgrid_desk import Desk
from tests.support.sendgrid_log_book import message_id
from tests.support.tls import server_context

API_KEY = "SG.local-test-key"

Hook = Callable[[SeenRequest], None]


def _ignore(_seen: SeenRequest) -> None:
    """The hook of a test that does not care."""


class LocalSendGrid:
    """Speaks POST /v3/mail/send on 127.0.0.1, as a context manager; one request a connection.

    What else the account answers is in `desk`, and stays out of the journal. `log_lag`: searches before the log shows
    an acceptance, None for an account without a log. `desk_plan`: which fault meets which request to the desk.

    `plan`: which fault meets which request; may be set anew while the server runs. What breaks a rule, has the
    wrong key or names a refused recipient is refused even where the plan has a fault for after the reading, so
    that no fault hides a bad request. `latency`: seconds before every answer. `clock`: epoch seconds, the
    provider's own. `senders`: verified addresses or domains, None for any. `trickle`: seconds between two octets.
    `tracked`: the kinds of tracking that may be on.

    Hooks are called in the server's thread and may block, or kill the client: `on_received` once a request is
    read as far as its fault allows, before anything is decided; `on_accepted` when the mail is accepted and
    nothing is answered yet; `on_answered` when the answer, or what stood for it, has left.
    """

    def __init__(
        self,
        *,
        api_key: str = API_KEY,
        senders: Collection[str] | None = None,
        refused: Collection[str] = (),
        batch_ids: Collection[str] = (),
        tracked: Collection[str] = (),
        plan: Plan | None = None,
        latency: float = 0.0,
        trickle: float = 0.2,
        tls: bool = False,
        clock: Callable[[], float] = time.time,
        log_lag: int | None = None,
        desk_plan: Plan | None = None,
        on_received: Hook = _ignore,
        on_accepted: Hook = _ignore,
        on_answered: Hook = _ignore,
    ) -> None:
        self.api_key = api_key
        self.plan: Plan = plan or FaultList([])
        self.latency = latency
        self.on_received = on_received
        self.on_accepted = on_accepted
        self.on_answered = on_answered
        self.journal = Journal()
        self.desk = Desk(self.journal, api_key=api_key, log_lag=log_lag, plan=desk_plan)
        self.decoy_calls: list[str] = []
        self.ca_file: Path | None = None
        self._account = Account(api_key=api_key, senders=senders, refused=refused, batch_ids=batch_ids, tracked=tracked)
        self._trickle = trickle
        self._tls = tls
        self._clock = clock
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            context = None
            if self._tls:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="local-sendgrid-")))
                context, self.ca_file = server_context(folder)
            self._decoy = stack.enter_context(Listener(self._catch))
            self._listener = stack.enter_context(Listener(self._serve, tls=context))
            self._resources = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    @property
    def base_url(self) -> str:
        """Where a client finds it, without a path."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._listener.port}"

    @property
    def decoy_url(self) -> str:
        """Another server, which redirects point to and which must never be called (see `decoy_calls`)."""
        return f"http://127.0.0.1:{self._decoy.port}/decoy"

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """Every request so far, in the order of their heads."""
        return self.journal.requests

    @property
    def accepted(self) -> list[Acceptance]:
        """What would be delivered: (address, attempt mark, request number)."""
        return self.journal.accepted

    def wait_for(self, predicate: Callable[[Journal], bool], timeout: float = 60.0) -> None:
        """Return once the journal satisfies the predicate; TimeoutError that shows the last requests otherwise."""
        self.journal.wait_for(predicate, timeout)

    def _serve(self, connection: socket.socket) -> None:
        arrived = http_wire.receive_head(connection)
        if arrived is None:
            return
        head, start = arrived
        if self.desk.handles(head):
            self._serve_desk(connection, head, start)
            return
        seen = self.journal.begin(head, datetime.fromtimestamp(self._clock(), UTC), self._fault_for(head))
        raw, whole = _read(connection, head, start, seen.fault.reads)
        seen = self.journal.read(seen.seq, raw, whole=whole)
        self.on_received(seen)
        if seen.fault.reads is not Reading.WHOLE:
            http_wire.reset(connection)
        elif whole:
            self._treat(connection, head, seen)
            return
        self.on_answered(self.journal.ended(seen.seq, None, whole=False))

    def _serve_desk(self, connection: socket.socket, head: Head, start: bytes) -> None:
        fault = self.desk.fault_for(head)
        raw, whole = _read(connection, head, start, fault.reads)
        if fault.reads is not Reading.WHOLE:
            http_wire.reset(connection)
        elif whole:
            answer = self.desk.answer(head, raw, datetime.fromtimestamp(self._clock(), UTC))
            if self._listener.pause(self.latency + fault.delay):
                self._end(connection, self._dress(fault.reply or answer, fault), fault.ending)

    def _fault_for(self, head: Head) -> Callable[[int], Fault]:
        is_send = head.method == "POST" and head.path == SEND_PATH
        return self.plan.fault_for if is_send else lambda _seq: OK

    def _treat(self, connection: socket.socket, head: Head, seen: SeenRequest) -> None:
        verdict = self._account.judge(head, seen.raw, now=self._clock(), refuse=seen.fault.refuses)
        fault = seen.fault if verdict.reply is None or seen.fault.refuses else OK
        accepted = verdict.reply is None and fault.accepts
        seen = self.journal.revise(seen.seq, lambda known: _judged(known, verdict, fault, accepted=accepted))
        if accepted:
            self.on_accepted(seen)
        status, whole = None, False
        if self._listener.pause(self.latency + fault.delay):
            reply = self._dress(verdict.reply or fault.reply or Reply(status=202), seen.fault)
            if reply.status == 202:
                reply = replace(reply, headers=(*reply.headers, ("X-Message-Id", message_id(seen.seq))))
            status, whole = self._end(connection, reply, fault.ending)
        self.on_answered(self.journal.ended(seen.seq, status, whole=whole))

    def _dress(self, reply: Reply, fault: Fault) -> Reply:
        now = self._clock()
        headers = [("Server", "nginx"), ("Date", formatdate(now, usegmt=True)), *reply.headers]
        if fault.rate_limit_reset_in is not None:
            reset = int(now) + fault.rate_limit_reset_in
            headers += [("X-RateLimit-Limit", "600"), ("X-RateLimit-Remaining", "0")]
            headers += [("X-RateLimit-Reset", str(reset))]
        if 300 <= reply.status < 400:
            headers += [("Location", self.decoy_url)]
        return replace(reply, headers=tuple(headers))

    def _end(self, connection: socket.socket, reply: Reply, ending: Ending) -> tuple[int | None, bool]:
        """Let the request end; the status that left whole, and whether the whole answer did."""
        match ending:
            case Ending.ANSWER:
                whole = http_wire.send(connection, reply.encode())
                return (reply.status if whole else None), whole
            case Ending.RESET:
                http_wire.reset(connection)
            case Ending.HANG:
                http_wire.wait_until_closed(connection)
            case Ending.TRICKLE:
                start = f"{http_wire.status_line(reply.status)}\r\nX-Padding: ".encode()
                http_wire.drip(connection, start, self._drop)
            case Ending.HALF_STATUS_LINE:
                http_wire.send(connection, http_wire.status_line(reply.status).encode()[:11])
            case Ending.ENDLESS_BODY:
                sent = http_wire.send(connection, reply.encode(has_length=False))
                http_wire.drip(connection, b"", self._drop)
                return (reply.status if sent else None), False
            case Ending.SHORT_BODY:
                sent = http_wire.send(connection, replace(reply, body=b"{").encode(promised_length=4096))
                return (reply.status if sent else None), False
        return None, False

    def _drop(self) -> bool:
        return self._listener.pause(self._trickle)

    def _catch(self, connection: socket.socket) -> None:
        arrived = http_wire.receive_head(connection)
        head = arrived[0] if arrived else None
        self.decoy_calls.append(f"{head.method} {head.path} {head.headers}" if head else "a bare connection")
        http_wire.send(connection, Reply(status=200).encode())


def _read(connection: socket.socket, head: Head, start: bytes, reading: Reading) -> tuple[bytes, bool]:
    """The body as far as wanted, and whether that is all of it."""
    length = head.content_length or 0
    match reading:
        case Reading.HEAD:
            return b"", False
        case Reading.HALF:
            return http_wire.receive_body(connection, start, length // 2), False
        case Reading.WHOLE:
            raw = http_wire.receive_body(connection, start, length)
            return raw, len(raw) == length


def _judged(known: SeenRequest, verdict: Verdict, fault: Fault, *, accepted: bool) -> SeenRequest:
    return replace(
        known,
        fault=fault,
        recipients=verdict.recipients,
        attempt=verdict.attempt,
        violations=verdict.violations,
        refused=verdict.refused,
        accepted=accepted,
    )

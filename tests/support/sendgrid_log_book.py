"""The Email Logs of a local SendGrid: what it has accepted, found after a lag, asked for as the real one is asked."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from tests.support.faults import error_reply
from tests.support.http_wire import Head, Reply
from tests.support.journal import Journal, SeenRequest

LOGS_PATH = "/v3/logs"
_KEPT = timedelta(days=30)
_CONDITION = re.compile(r'(to_email) = "([^"\\]*)"|(sg_message_id_created_at) (>=|<=|>|<) TIMESTAMP "([0-9T:-]+Z)"')

_ENTRY = re.compile(r"local-([0-9]{16})\.recvd-local-([0-9]+)-7890E356-43C\.1")


class LogBook:
    """Answers ``POST /v3/logs`` and ``GET /v3/logs/{id}`` from a journal.

    ``lag``: how many searches do not find an acceptance yet. A search knows one address and a span of time, as ours
    does, and refuses what it cannot read; the marks of a message are told with the message alone.
    """

    def __init__(self, journal: Journal, *, lag: int = 0) -> None:
        self._journal = journal
        self._lag = lag
        self._lock = threading.Lock()
        self._missed: Counter[int] = Counter()
        self.searches: list[str] = []

    def answer(self, head: Head, body: bytes, now: datetime) -> Reply:
        """Answer a request to the log."""
        if head.path == LOGS_PATH and head.method == "POST":
            return self._search(body, now)
        if head.path.startswith(f"{LOGS_PATH}/") and head.method == "GET":
            return self._message(unquote(head.path.removeprefix(f"{LOGS_PATH}/")), now)
        return error_reply(405, ("method not allowed", None))

    def _search(self, body: bytes, now: datetime) -> Reply:
        try:
            asked = json.loads(body)
            query, limit = str(asked["query"]), int(asked.get("limit", 10))
        except (ValueError, KeyError, TypeError):
            return error_reply(400, ("invalid request body", None))
        conditions = [_CONDITION.fullmatch(part) for part in query.split(" AND ")]
        if not all(conditions) or not 1 <= limit <= 1000:
            return error_reply(400, ("invalid query", "query"))
        with self._lock:
            self.searches.append(query)
            found = [
                _summary(request, number)
                for request in self._visible(now)
                for number, address in enumerate(request.recipients)
                if all(_holds(condition, request, address) for condition in conditions if condition)
            ]
        return _json(200, {"messages": found[:limit]})

    def _visible(self, now: datetime) -> list[SeenRequest]:
        """Accepted requests that a search finds; each stays hidden from its first ``lag`` searches."""
        seen: list[SeenRequest] = []
        for request in _kept(self._journal.requests, now):
            if self._missed[request.seq] < self._lag:
                self._missed[request.seq] += 1
            else:
                seen.append(request)
        return seen

    def _message(self, entry: str, now: datetime) -> Reply:
        named = _ENTRY.fullmatch(entry)
        for request in _kept(self._journal.requests, now) if named else ():
            if named and request.seq == int(named[1]) and int(named[2]) < len(request.recipients):
                number = int(named[2])
                known = _summary(request, number)
                del known["sg_message_id_created_at"]
                person = json.loads(request.raw)["personalizations"][number]
                return _json(200, {**known, "custom_args": person["custom_args"], "events": []})
        return error_reply(404, ("message not found", None))


def _kept(requests: Sequence[SeenRequest], now: datetime) -> list[SeenRequest]:
    return [request for request in requests if request.accepted and request.at > now - _KEPT]


def _holds(condition: re.Match[str], request: SeenRequest, address: str) -> bool:
    if condition[1]:
        return address == condition[2]
    bound = datetime.fromisoformat(condition[5])
    match condition[4]:
        case ">=":
            return request.at >= bound
        case "<=":
            return request.at <= bound
        case ">":
            return request.at > bound
        case _:
            return request.at < bound


def _summary(request: SeenRequest, number: int) -> dict[str, Any]:
    mail: dict[str, Any] = json.loads(request.raw)
    return {
        "from_email": mail["from"]["email"],
        "sg_message_id": f"{message_id(request.seq)}.recvd-local-{number}-7890E356-43C.1",
        "subject": "as it was sent",
        "to_email": request.recipients[number],
        "status": "delivered",
        "sg_message_id_created_at": request.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def message_id(seq: int) -> str:
    """The X-Message-Id that request `seq` is answered with: 22 characters, as SendGrid's are."""
    return f"local-{seq:016d}"


def _json(status: int, value: object) -> Reply:
    return Reply(status=status, headers=(("Content-Type", "application/json"),), body=json.dumps(value).encode())

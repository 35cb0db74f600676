"""The suppression lists of a local SendGrid, its unsubscribe groups and its erase jobs."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote

from tests.support.faults import error_reply
from tests.support.http_wire import Head, Reply

NAMES = ("bounces", "blocks", "invalid_emails", "spam_reports", "unsubscribes")
_MOST_ENTRIES, _MOST_ERASED, _MOST_OCTETS = 500, 5000, 256_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An address on a list since a second of 1970."""

    email: str
    created: int | None
    reason: str = ""
    status: str = ""


@dataclass(slots=True)
class BlockLists:
    """Answers ``/v3/suppression/…``, ``/v3/asm/groups/…/suppressions`` and ``/v3/recipients/erasejob``.

    Lists come newest first, a page at a time, as the real ones do; a group comes whole. ``most_entries``: of one page,
    whatever is asked for. ``no_address``: what an erase job refuses, in the words of ``refusal``. ``erased``: the
    addresses of each job that was taken.
    """

    lists: dict[str, list[Entry]] = field(default_factory=lambda: {name: [] for name in NAMES})
    groups: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    most_entries: int = _MOST_ENTRIES
    no_address: set[str] = field(default_factory=set[str])
    refusal: str = "Email_address {} is not valid"
    erased: list[list[str]] = field(default_factory=list[list[str]])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, name: str, email: str, created: float | None, reason: str = "", status: str = "") -> None:
        """Put an address on a list; ``created`` is None for an entry that does not tell since when."""
        with self._lock:
            self.lists[name].append(Entry(email, None if created is None else int(created), reason, status))

    def take_off(self, name: str, email: str) -> None:
        """Take an address off a list."""
        with self._lock:
            self.lists[name] = [entry for entry in self.lists[name] if entry.email != email]

    def answer(self, head: Head, body: bytes) -> Reply:
        """Answer a request about lists, groups or erasing."""
        path, _, query = head.path.partition("?")
        words = path.strip("/").split("/")[1:]
        match head.method, words:
            case "GET", ["suppression", name] if name in self.lists:
                return self._page(name, parse_qs(query))
            case "GET", ["asm", "groups", number, "suppressions"]:
                known = self.groups.get(int(number)) if number.isdigit() else None
                return _not_found() if known is None else _json(200, known)
            case "DELETE", ["suppression", name, email] if name in self.lists and name != "unsubscribes":
                return self._delete(name, unquote(email))
            case "DELETE", ["asm", "suppressions", "global", email]:
                return self._delete("unsubscribes", unquote(email))
            case "DELETE", ["asm", "groups", number, "suppressions", email] if number.isdigit():
                left = self.groups.get(int(number), [])
                self.groups[int(number)] = [each for each in left if each != unquote(email)]
                return Reply(status=204)
            case "POST", ["recipients", "erasejob"]:
                return self._erase(body)
            case _:
                return _not_found()

    def _delete(self, name: str, email: str) -> Reply:
        there = any(entry.email == email for entry in self.lists[name])
        self.take_off(name, email)
        return Reply(status=204) if there else _not_found()

    def _page(self, name: str, query: dict[str, list[str]]) -> Reply:
        def number(word: str, otherwise: int) -> int:
            return int(query[word][0]) if word in query else otherwise

        limit, offset = number("limit", 50), number("offset", 0)
        if not 1 <= limit <= _MOST_ENTRIES or offset < 0:
            return error_reply(400, ("invalid limit", "limit"))
        start, end = number("start_time", 0), number("end_time", 1 << 40)
        with self._lock:
            newest = sorted(self.lists[name], key=lambda entry: (-(entry.created or end), entry.email))
        found = [entry for entry in newest if start <= (entry.created or end) <= end]
        page = found[offset : offset + min(limit, self.most_entries)]
        return _json(200, [_shown(name, entry) for entry in page])

    def _erase(self, body: bytes) -> Reply:
        try:
            addresses: Sequence[str] = json.loads(body)["email_addresses"]
        except (ValueError, KeyError, TypeError):
            return error_reply(400, ("bad request", "email_addresses"))
        if not 1 <= len(addresses) <= _MOST_ERASED or len(body) > _MOST_OCTETS:
            return error_reply(400, ("too many addresses", "email_addresses"))
        wrong = [(self.refusal.format(each), "email_addresses") for each in addresses if each in self.no_address]
        if wrong:
            return error_reply(400, *wrong)
        with self._lock:
            self.erased.append(list(addresses))
            return _json(202, {"job_id": f"12a975bd-c742-4713-8f47-{len(self.erased):012d}"})


def _shown(name: str, entry: Entry) -> dict[str, object]:
    shown: dict[str, object] = {"created": entry.created, "email": entry.email}
    if name == "spam_reports":
        return {**shown, "ip": "192.0.2.1"}
    return shown if name == "unsubscribes" else {**shown, "reason": entry.reason, "status": entry.status}


def _not_found() -> Reply:
    return error_reply(404, ("not found", None))


def _json(status: int, value: object) -> Reply:
    return Reply(status=status, headers=(("Content-Type", "application/json"),), body=json.dumps(value).encode())

"""What a local SendGrid's account answers besides mail/send: logs, lists, erase jobs, the key's rights, its senders."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection
from datetime import datetime

from tests.support.faults import OK, Fault, Plan, error_reply
from tests.support.http_wire import Head, Reply
from tests.support.journal import Journal
from tests.support.sendgrid_block_lists import BlockLists
from tests.support.sendgrid_log_book import LOGS_PATH, LogBook

_DOMAINS, _SENDERS = "/v3/whitelabel/domains", "/v3/verified_senders"
_ROOTS = (LOGS_PATH, "/v3/suppression/", "/v3/asm/", "/v3/recipients/", "/v3/scopes", _DOMAINS, _SENDERS)
SCOPES = (
    "mail.send",
    "messages.read",
    "suppression.bounces.read",
    "suppression.blocks.read",
    "suppression.invalid_emails.read",
    "suppression.spam_reports.read",
    "suppression.unsubscribes.read",
    "asm.groups.suppressions.read",
    "suppression.bounces.delete",
    "suppression.invalid_emails.delete",
    "suppression.spam_reports.delete",
    "asm.suppressions.global.delete",
    "asm.groups.suppressions.delete",
    "recipients.erasejob.create",
    "whitelabel.read",
)
"""The rights of a key that may ask for everything that we ask for."""


class Desk:
    """Answers the account's requests, and keeps them in ``asked`` as "METHOD path", apart from the mail journal.

    ``log_lag``: searches before the log shows an acceptance; None for an account without a log. ``plan``: which fault
    meets which request. ``scopes``: the rights of the key, which may be changed while the server runs.
    ``domains`` are its authenticated domains as it tells them, ``senders`` addresses that are verified by themselves.
    """

    def __init__(self, journal: Journal, *, api_key: str, log_lag: int | None = None, plan: Plan | None = None) -> None:
        self.lists = BlockLists()
        self.log = None if log_lag is None else LogBook(journal, lag=log_lag)
        self.plan = plan
        self.scopes: Collection[str] = SCOPES
        self.domains: list[dict[str, object]] = []
        self.senders: list[str] = []
        self.asked: list[str] = []
        self._api_key = api_key
        self._lock = threading.Lock()

    @staticmethod
    def handles(head: Head) -> bool:
        """Whether a request is for the desk."""
        return head.path.startswith(_ROOTS)

    def fault_for(self, head: Head) -> Fault:
        """Note a request, and give it its fault."""
        with self._lock:
            self.asked.append(f"{head.method} {head.path}")
            return self.plan.fault_for(len(self.asked)) if self.plan else OK

    def answer(self, head: Head, body: bytes, now: datetime) -> Reply:
        """Answer a request as it deserves."""
        if head.headers.get("authorization") != f"Bearer {self._api_key}":
            return error_reply(401, ("authorization required", None))
        if head.path == "/v3/scopes":
            return Reply(status=200, body=json.dumps({"scopes": list(self.scopes)}).encode())
        if _scope(head) not in self.scopes:
            return error_reply(403, ("access forbidden", None))
        if head.path.startswith(_DOMAINS):
            return Reply(status=200, body=json.dumps(self.domains).encode())
        if head.path.startswith(_SENDERS):
            verified = [{"id": 1, "from_email": each, "verified": True, "locked": False} for each in self.senders]
            return Reply(status=200, body=json.dumps({"results": verified}).encode())
        if not head.path.startswith(LOGS_PATH):
            return self.lists.answer(head, body)
        return self.log.answer(head, body, now) if self.log else error_reply(404, ("not found", None))


def _scope(head: Head) -> str:
    words = head.path.partition("?")[0].strip("/").split("/")[1:]
    does = "delete" if head.method == "DELETE" else "read"
    match words:
        case ["logs", *_]:
            return "messages.read"
        case ["suppression", name, *_]:
            return f"suppression.{name}.{does}"
        case ["asm", "suppressions", "global", _]:
            return f"asm.suppressions.global.{does}"
        case ["whitelabel" | "verified_senders", *_]:
            return "whitelabel.read"
        case ["asm", *_]:
            return f"asm.groups.suppressions.{does}"
        case _:
            return "recipients.erasejob.create"

"""What one SendGrid account would answer: route, key, rules, sender, refused recipients, sandbox."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tests.support.faults import error_reply
from tests.support.http_wire import Head, Reply
from tests.support.sendgrid_body import Mail, Violation, read_mail
from tests.support.sendgrid_rules import MAX_BODY_BYTES, violations

SEND_PATH = "/v3/mail/send"

_UNVERIFIED = (
    "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved. "
    "Visit https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the Sender Identity "
    "requirements"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a request deserves: `reply` when it is answered at once, None when it would be accepted.

    `recipients` and `attempt` are told for every body that has the shape of a mail.
    """

    reply: Reply | None = None
    recipients: tuple[str, ...] = ()
    attempt: str | None = None
    violations: tuple[Violation, ...] = ()
    refused: tuple[str, ...] = ()


class Account:
    """An account with one key, its verified senders (addresses or domains; None for any) and its memory.

    Refused recipients stay refused in every later request.
    """

    def __init__(
        self,
        *,
        api_key: str,
        senders: Collection[str] | None = None,
        refused: Collection[str] = (),
        batch_ids: Collection[str] = (),
        tracked: Collection[str] = (),
    ) -> None:
        self._api_key = api_key
        self._senders = None if senders is None else {sender.lower() for sender in senders}
        self._batch_ids = batch_ids
        self._tracked = tracked
        self._lock = threading.Lock()
        self._refused = {address.lower() for address in refused}

    def judge(self, head: Head, body: bytes, *, now: float, refuse: Collection[int] = ()) -> Verdict:
        """Judge a request that has been read whole; `refuse`: positions of recipients refused from now on."""
        reply = self._at_the_door(head, body)
        if reply is not None:
            return Verdict(reply=reply)
        mail = read_mail(body)
        if not isinstance(mail, Mail):
            return Verdict(reply=_bad_request(mail), violations=tuple(mail))
        broken = tuple(violations(mail, now=now, batch_ids=self._batch_ids, tracked=self._tracked))
        recipients = tuple(each.to[0].email for each in mail.personalizations)
        refused = self._refused_among(recipients, refuse)
        return Verdict(
            reply=self._content_reply(mail, broken, recipients, refused),
            recipients=recipients,
            attempt=mail.personalizations[0].custom_args.get("apes_attempt"),
            violations=broken,
            refused=refused,
        )

    def _at_the_door(self, head: Head, body: bytes) -> Reply | None:
        if head.path != SEND_PATH:
            return error_reply(404, ("not found", None))
        if head.method != "POST":
            return error_reply(405, ("method not allowed", None))
        if head.headers.get("authorization") != f"Bearer {self._api_key}":
            return error_reply(401, ("The provided authorization grant is invalid, expired, or revoked", None))
        if head.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return error_reply(415, ("Content-Type should be application/json.", None))
        if len(body) >= MAX_BODY_BYTES:
            return error_reply(413, ("The whole email must be smaller than 30 MB.", None))
        return None

    def _content_reply(
        self, mail: Mail, broken: tuple[Violation, ...], recipients: tuple[str, ...], refused: tuple[str, ...]
    ) -> Reply | None:
        if broken:
            return _bad_request(broken)
        if not self._is_verified(mail):
            return error_reply(403, (_UNVERIFIED, "from"))
        if refused:
            named = [
                ("Does not contain a valid address.", f"personalizations.{at}.to.0.email")
                for at, address in enumerate(recipients)
                if address in refused
            ]
            return error_reply(400, *named)
        return Reply(status=200) if mail.sandboxed else None

    def _is_verified(self, mail: Mail) -> bool:
        senders = [each.from_ for each in mail.personalizations if each.from_ is not None] or [mail.from_]
        addresses = [sender.email.lower() for sender in senders]
        return self._senders is None or all(
            address in self._senders or address.rpartition("@")[2] in self._senders for address in addresses
        )

    def _refused_among(self, recipients: tuple[str, ...], refuse: Collection[int]) -> tuple[str, ...]:
        with self._lock:
            self._refused |= {recipients[position % len(recipients)].lower() for position in refuse}
            return tuple(address for address in recipients if address.lower() in self._refused)


def _bad_request(broken: Sequence[Violation]) -> Reply:
    return error_reply(400, *((each["message"], each["field"]) for each in broken))

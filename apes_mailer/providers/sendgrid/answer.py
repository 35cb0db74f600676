"""What SendGrid's answers to mail/send mean for the recipients of a request.

Source: the provider's pages on Mail Send errors and on rate limits.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from email.message import Message
from typing import Any, cast

from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown

_LONGEST_WAIT = 60.0  # seconds; the reset time is the provider's clock against ours
_NAMED = re.compile(r"personalizations\.([0-9]{1,4})(?:\.|$)")

ADDRESS_CURE = "Check the address of SendGrid's API: APES_MAILER_SENDGRID_BASE_URL, or base_url in apes-mailer.toml."

_STOP: Mapping[int, tuple[str, str]] = {
    200: ("it was only a sandbox check, nobody gets mail", "Take the account out of sandbox mode."),
    401: ("the key is not valid", "Check SENDGRID_API_KEY: it must be a live key with the right to send mail."),
    402: ("the account has to be paid for", "Check the account's plan and credits with SendGrid."),
    403: (
        "the sender is not verified, or the key may not send",
        "Verify the sender's address with SendGrid (Settings, Sender Authentication), and check the key's rights.",
    ),
    404: ("this is not SendGrid's API", ADDRESS_CURE),
    405: ("this is not SendGrid's API", ADDRESS_CURE),
    413: ("the request is too large", "Send smaller batches: set APES_MAILER_BATCH_SIZE to 500."),
    415: ("this is not SendGrid's API", ADDRESS_CURE),
}
"""Answers that certainly mean that nobody was accepted, and that trying again does not help: cause and cure."""


def outcome(status: int, headers: Message, body: bytes, size: int) -> Submission:
    """Return what an answer to a request for ``size`` recipients means; what is not in the table is ``Unknown``."""
    if status == 202:
        return Submitted(provider_id=headers.get("X-Message-Id", ""))
    if status == 429:
        return NotAccepted(cause="SendGrid asks to slow down (429)", retry_after=_wait(headers))
    if status == 400:
        return _bad_request(body, size)
    if status in _STOP:
        cause, cure = _STOP[status]
        said = f"SendGrid answered {status}: {cause} ({_said(body)})"
        return NotAccepted(cause=said, cure=cure, stop=True, credentials=status in {401, 403})
    if 300 <= status < 400:
        return NotAccepted(cause=f"a redirect came instead of an answer ({status})", cure=ADDRESS_CURE, stop=True)
    return Unknown(cause=f"the answer was {status} ({_said(body)})")


def _errors(body: bytes) -> list[dict[str, Any]]:
    try:
        errors = json.loads(body)["errors"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [error for error in cast("list[Any]", errors) if isinstance(error, dict)] if isinstance(errors, list) else []


def _said(body: bytes) -> str:
    said = "; ".join(str(error.get("message", "")) for error in _errors(body))
    # What a provider says may quote an address; history and screens shall not.
    return re.sub(r"[^\s<>\"']+@[^\s<>\"']+", "(address)", said)[:300] or "no reason given"


def _bad_request(body: bytes, size: int) -> Submission:
    named: dict[int, str] = {}
    for error in _errors(body):
        match = _NAMED.match(str(error.get("field") or ""))
        if match and int(match[1]) < size:
            named[int(match[1])] = str(error.get("message", ""))[:300]
    if named:
        return Refused(reasons=named)
    cure = "Correct what SendGrid names, then: apes-mailer resume."
    return NotAccepted(cause=f"SendGrid does not accept the request (400): {_said(body)}", cure=cure, stop=True)


def _wait(headers: Message) -> float | None:
    try:
        reset = float(headers.get("X-RateLimit-Reset", ""))
    except ValueError:
        return None
    return None if math.isnan(reset) else min(max(reset - time.time(), 0.0), _LONGEST_WAIT)

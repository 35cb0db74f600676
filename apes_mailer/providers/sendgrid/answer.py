"""What SendGrid's answers to mail/send mean for the recipients of a request.

Source: the provider's pages on Mail Send errors and on rate limits.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any, cast

from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown

_LONGEST_COUNTDOWN = 86_400.0  # seconds
_LONGEST_WAIT = 60.0  # seconds; the reset time is the provider's clock against ours
# What a person's own data can be wrong in; the rest of a personalization is made by the program, alike for everybody.
_NAMED = re.compile(r"personalizations\.([0-9]{1,4})(?:\.(?:to|substitutions)(?:\..*)?)?")

ADDRESS_CURE = "Check the address of SendGrid's API: APES_MAILER_SENDGRID_BASE_URL, or base_url in apes-mailer.toml."

_STOP: Mapping[int, tuple[str, str]] = {
    200: ("it was only a sandbox check, nobody gets mail", "Take the account out of sandbox mode."),
    401: ("the key is not valid", "Check SENDGRID_API_KEY: it must be a live key with the right to send mail."),
    402: ("the account has to be paid for", "Check the account's plan and credits with SendGrid."),
    403: (
        "the sender is not verified, or the key may not send",
        "Verify the sender (Sender Authentication) and the key's rights. Another address needs a new campaign.",
    ),
    404: ("this is not SendGrid's API", ADDRESS_CURE),
    405: ("this is not SendGrid's API", ADDRESS_CURE),
    413: (
        "the request is too large",
        "Set a smaller batch_size (APES_MAILER_BATCH_SIZE) and resume: what is pending is cut to that size.",
    ),
    415: ("this is not SendGrid's API", ADDRESS_CURE),
}
"""Answers that certainly mean that nobody was accepted, and that trying again does not help: cause and cure."""


def outcome(status: int, headers: Message, body: bytes, size: int) -> Submission:
    """Return what an answer to a request for ``size`` recipients means; what is not in the table is ``Unknown``."""
    if status == 202:
        return Submitted(provider_id=headers.get("X-Message-Id", ""))
    if status == 429:
        return NotAccepted(cause="SendGrid asks to slow down (429)", retry_after=wait(headers))
    if status == 400:
        return _bad_request(body, size)
    if status in _STOP:
        cause, cure = _STOP[status]
        words = f"SendGrid answered {status}: {cause} ({said(body)})"
        return NotAccepted(cause=words, cure=cure, stop=True, credentials=status in {401, 403})
    if 300 <= status < 400:
        return NotAccepted(cause=f"a redirect came instead of an answer ({status})", cure=ADDRESS_CURE, stop=True)
    return Unknown(cause=f"the answer was {status} ({said(body)})")


def _errors(body: bytes) -> list[dict[str, Any]]:
    try:
        return _listed(json.loads(body))
    except (ValueError, RecursionError):
        return []


def _listed(answer: Any) -> list[dict[str, Any]]:
    errors = cast("dict[str, Any]", answer).get("errors") if isinstance(answer, dict) else None
    return [error for error in cast("list[Any]", errors) if isinstance(error, dict)] if isinstance(errors, list) else []


def messages(answer: Any) -> list[str]:
    """Return the messages of the errors in an answer that was JSON."""
    return [str(error.get("message", "")) for error in _listed(answer)]


def said(body: bytes) -> str:
    """Return why a request was refused, in SendGrid's words, made presentable."""
    words = "; ".join(str(error.get("message", "")) for error in _errors(body))
    return presentable(words) or "no reason given"


def presentable(words: object) -> str:
    """Return foreign words as a history and a screen can take them.

    They may quote an address or the key, steer a terminal, hold half of an emoji, or be endless.
    """
    text = re.sub(r"[^\s<>\"']+@[^\s<>\"']+", "(address)", str(words)[:4000])
    text = re.sub(r"SG\.[\w.-]+", "(key)", text)
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(text.split()))[:300]


def _bad_request(body: bytes, size: int) -> Submission:
    """Refuse those who are named; when anything else is named too, the request is wrong and not the people in it."""
    named: dict[int, str] = {}
    wrong_request = False
    for error in _errors(body):
        field = str(error.get("field") or "")
        match = _NAMED.fullmatch(field)
        if match and int(match[1]) < size:
            named[int(match[1])] = presentable(error.get("message", ""))
        elif field:
            wrong_request = True
    if named and not wrong_request:
        return Refused(reasons=named)
    cure = "If it is a setting of your account, correct it with SendGrid and resume."
    return NotAccepted(cause=f"SendGrid does not accept the request (400): {said(body)}", cure=cure, stop=True)


def wait(headers: Message) -> float | None:
    """Seconds until the limit is reset; None when it is not told, or the time told is past."""
    try:
        reset = float(headers.get("X-RateLimit-Reset", ""))
    except ValueError:
        return None
    # Some of SendGrid's services tell the seconds that are left, others the second since 1970.
    left = reset if 0 < reset < _LONGEST_COUNTDOWN else reset - _provider_time(headers)
    return min(left, _LONGEST_WAIT) if left >= 0 else None  # also for what is no number


def _provider_time(headers: Message) -> float:
    """The provider's own clock as its answer tells it: ours may be wrong."""
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (ValueError, OverflowError):
        return time.time()

"""SpamAssassin, the filter that many hosts use: the points that its own rules give a message.

Only rules that need no network are run, without what it has learned, so a message that is really sent may get others.
"""

from __future__ import annotations

import email
import re
from dataclasses import dataclass

from apes_mailer.programs import asking

NAME = "spamassassin"
_OPTIONS = ("--local", "--test-mode", "--nocreate-prefs")
_SCORE = re.compile(r"\bscore=(-?[\d.]+)")
_TESTS = re.compile(r"\btests=([\w,\s]+?)(?:\s+\w+=|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """The sum of points, and the names of the rules that a message met; a filter refuses it from five or so on."""

    total: float
    rules: tuple[str, ...]


def judge(message: bytes) -> Points:
    """Return the points of a message as RFC 5322 writes it. Raises ``AbsentError`` or ``FailedError``."""
    status = str(email.message_from_bytes(asking.ask(NAME, _OPTIONS, message))["X-Spam-Status"] or "")
    score, tests = _SCORE.search(status), _TESTS.search(status)
    if score is None:
        raise asking.FailedError("it gave no points")
    rules = re.split(r"[,\s]+", tests[1].strip()) if tests else []
    return Points(total=float(score[1]), rules=tuple(rule for rule in rules if rule and rule != "none"))

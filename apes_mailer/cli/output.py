"""What people and scripts read: words on stderr, data on stdout."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from apes_mailer.campaign.why import Why
from apes_mailer.errors import Problem
from apes_mailer.ledger.status import Status
from apes_mailer.model.submission import NotAccepted, Refused, Submitted, Unknown


def say(text: str = "") -> None:
    """Write a line for people."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def emit(value: object) -> None:
    """Write data for scripts, as one JSON document."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=2, default=str) + "\n")
    sys.stdout.flush()


def show(text: str) -> None:
    """Write what was asked for, in words."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def plural(count: int, word: str) -> str:
    """Return ``1 recipient`` or ``2 recipients``."""
    return f"{count:,} {word}" + ("" if count == 1 else "s" if not word.endswith("ch") else "es")


def problem_lines(problems: list[Problem]) -> str:
    """Return problems, a paragraph each."""
    return "\n".join(f"  {problem}" for problem in problems)


def status_json(status: Status) -> dict[str, Any]:
    """Return a status as scripts read it."""
    body: dict[str, Any] = asdict(status)
    body["list"] = body.pop("list_name")
    return body


def status_text(status: Status) -> str:
    """Return a status as people read it."""
    if status.kind is None:
        return f'"{status.campaign}" has not been sent.'
    lines = [
        f"{status.campaign}: {status.state}",
        f"  {status.provider}, list {status.list_name}, prepared {status.prepared_at[:19].replace('T', ' ')} UTC",
        f"  candidates  {status.candidates:>9,}",
        *(f"    excluded  {count:>9,}  {reason.replace('_', ' ')}" for reason, count in status.excluded.items()),
        f"  recipients  {status.recipients:>9,}",
    ]
    counts = (("submitted", status.submitted), ("pending", status.pending), ("submitting", status.submitting))
    lines += [f"    {name:<9} {count:>10,}" for name, count in counts if count or name == "submitted"]
    if status.refused:
        lines.append(f"    refused   {status.refused:>10,}  the provider named them and said no")
    if status.unknown:
        lines.append(f"    in doubt  {status.unknown:>10,}  nobody knows whether the provider took them")
    lines += [
        f"      batch {batch.no}: {plural(batch.recipients, 'recipient')} - {batch.note or 'no answer was recorded'}"
        for batch in status.batches
        if batch.state == "unknown"
    ]
    if status.duplicates:
        lines.append(
            f"  MAILED TWICE {status.duplicates:,}: a batch that was ordered to go again had been accepted before."
        )
    if status.cause:
        lines.append(f"  Paused: {status.cause}.")
        lines.append(f"  {status.cure}" if status.cure else "")
    lines += _next_step(status)
    return "\n".join(line for line in lines if line)


def _next_step(status: Status) -> list[str]:
    if status.state in {"paused", "incomplete", "prepared"} and status.pending:
        return [f"  Continue with: apes-mailer resume {status.campaign}"]
    if status.unknown and status.state != "sending":
        return [
            "  Look the batches up with your provider, then say what became of each:",
            f"  apes-mailer resolve {status.campaign} BATCH --as submitted   (or --as pending, to send it again)",
        ]
    return []


def why_text(found: Why) -> str:
    """Return the answer about one address as people read it."""
    lines = [f"{found.address} and {found.campaign}:"]
    for answer in found.answers:
        what = {"send": "The campaign", "test": "A test", "rehearsal": "A rehearsal"}[answer.kind]
        verdict = _VERDICTS.get(answer.verdict, answer.verdict)
        lines.append(f"  {what} through {answer.provider}, prepared {answer.prepared_at[:16]}: {verdict}")
        if answer.reason:
            lines.append(f"    Why: {answer.reason}")
        for each in answer.tries:
            note = f" - {each.note}" if each.note else ""
            lines.append(f"    Request {each.seq} of batch {answer.batch}, {each.started_at[:19]}: {each.state}{note}")
        if answer.message_sha256:
            lines.append(
                f"    Its HTML: SHA-256 {answer.message_sha256}, from the letter {answer.template_sha256[:16]}…"
            )
    if not found.answers:
        lines.append("  The campaign has not been sent, and no rehearsal had this address.")
    lines += [
        f"  Suppressed since {held.at[:10]}: {held.cause} ({held.list_name or 'all lists'})"
        for held in found.suppressions
    ]
    return "\n".join(lines)


_VERDICTS = {
    "submitted": "submitted, the provider took it",
    "pending": "not yet submitted",
    "submitting": "on its way to the provider at this moment",
    "unknown": "in doubt, nobody knows whether the provider took it",
    "refused": "refused by the provider",
    "excluded": "excluded",
    "not_asked": "not a recipient",
    "empty": "not submitted",
}


class ProgressLine:
    """Says how far a send is: a line that renews itself on a terminal, a line now and then elsewhere."""

    def __init__(self, total: int, *, every_seconds: float = 10.0) -> None:
        self._total = total
        self._done = 0
        self._started = time.monotonic()
        self._said = self._started
        self._every = 0.1 if sys.stderr.isatty() else every_seconds
        self._terminal = sys.stderr.isatty()

    def add(self, recipients: int, submission: object) -> None:
        """Count a batch; what went wrong is said at once."""
        match submission:
            case Submitted():
                self._done += recipients
            case Refused():
                self._interrupt(f"The provider refused {plural(len(submission.reasons), 'recipient')} of a batch.")
            case NotAccepted(stop=False):
                self._interrupt(f"Waiting: {submission.cause}.")
            case Unknown():
                self._interrupt(f"A batch of {plural(recipients, 'recipient')} is in doubt: {submission.cause}.")
            case _:
                pass
        now = time.monotonic()
        if now - self._said >= self._every:
            self._said = now
            self._write(now)

    def finish(self) -> None:
        """Say the last state and end the line."""
        self._write(time.monotonic())
        if self._terminal:
            say()

    def _interrupt(self, text: str) -> None:
        say(f"\r\x1b[K{text}" if self._terminal else text)

    def _write(self, now: float) -> None:
        rate = self._done / max(now - self._started, 0.001)
        left = (self._total - self._done) / rate if rate else 0
        share = 100 * self._done / self._total if self._total else 100
        text = f"{self._done:,} of {self._total:,} submitted ({share:.0f} %), {rate:,.0f}/s, {_duration(left)} left"
        sys.stderr.write(f"\r\x1b[K{text}" if self._terminal else f"{text}\n")
        sys.stderr.flush()


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def excluded_text(excluded: Mapping[str, int]) -> str:
    """Return ``3 suppressed, 1 duplicate``, or ``nobody``."""
    return ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in excluded.items()) or "nobody"

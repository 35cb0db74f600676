"""What people and scripts read: words on stderr, data on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apes_mailer.campaign.overview import Rehearsal
    from apes_mailer.campaign.why import Why
    from apes_mailer.contacts.suppressions import Suppression
    from apes_mailer.ledger.freeze import Frozen
    from apes_mailer.ledger.status import BatchStatus, Status


def say(text: str = "") -> None:
    """Write a line for people."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def emit(value: object) -> None:
    """Write data for scripts, as one JSON document; in ASCII where the output cannot carry every letter."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    is_utf8 = _encoding().replace("-", "").lower() == "utf8"
    sys.stdout.write(json.dumps(plain, ensure_ascii=not is_utf8, indent=2, default=str) + "\n")
    sys.stdout.flush()


def show(text: str) -> None:
    """Write what was asked for, in words; letters that the output cannot carry become their numbers."""
    encoding = _encoding()
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()


def _encoding() -> str:
    return sys.stdout.encoding or "utf-8"


def plural(count: int, word: str) -> str:
    """Return ``1 recipient`` or ``2 recipients``."""
    return f"{count:,} {word}" + ("" if count == 1 else "s" if not word.endswith("ch") else "es")


def status_json(status: Status) -> dict[str, Any]:
    """Return a status as scripts read it."""
    body: dict[str, Any] = asdict(status)
    body["list"] = body.pop("list_name")
    return body


def rehearsal_json(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return a rehearsal as scripts read it."""
    body: dict[str, Any] = asdict(rehearsal)
    body["list"] = body.pop("list_name")
    return body


def survey_json(name: str, surveyed: Frozen) -> dict[str, Any]:
    """Return what a send would freeze as scripts read it."""
    body: dict[str, Any] = asdict(surveyed)
    del body["campaign_id"]
    return {"campaign": name, **body}


def suppression_json(suppression: Suppression) -> dict[str, Any]:
    """Return a suppression as scripts read it; what is not known, or not limited, is null."""
    body: dict[str, Any] = asdict(suppression)
    body["list"] = body.pop("list_name")
    return {name: value or None for name, value in body.items()}


def why_json(found: Why) -> dict[str, Any]:
    """Return the answer about one address as scripts read it, without the message itself."""
    body: dict[str, Any] = asdict(found)
    del body["message"]
    body["suppressions"] = [suppression_json(each) for each in found.suppressions]
    for each in body["suppressions"]:
        del each["address"]  # the one that was asked about
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
    for batch in status.batches:
        if batch.state == "unknown":
            lines += _doubt(batch)
    if status.duplicates:
        lines.append(
            f"  MAILED TWICE {status.duplicates:,}: a batch that was ordered to go again had been accepted before."
        )
    if status.cause:
        lines.append(f"  Paused: {status.cause}.")
        lines.append(f"  {status.cure}" if status.cure else "")
    lines += _next_step(status)
    return "\n".join(line for line in lines if line)


def _doubt(batch: BatchStatus) -> list[str]:
    what = f"      batch {batch.no}: {plural(batch.recipients, 'recipient')} - {batch.note or 'no answer was recorded'}"
    clues = [f"with {batch.somebody}"] if batch.somebody else []
    clues += [f"apes_attempt {batch.attempt}"] if batch.attempt else []
    return [what, f"        {', '.join(clues)}"] if clues else [what]


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


def excluded_text(excluded: Mapping[str, int]) -> str:
    """Return ``3 suppressed, 1 duplicate``, or ``nobody``."""
    return ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in excluded.items()) or "nobody"

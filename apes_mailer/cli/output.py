"""What people and scripts read: words on stderr, data on stdout."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from apes_mailer.model.finding import block_of

if TYPE_CHECKING:
    from apes_mailer.campaign.overview import Rehearsal
    from apes_mailer.errors import Problem
    from apes_mailer.ledger.freeze import Frozen, LeftOut
    from apes_mailer.ledger.status import BatchStatus, Status
    from apes_mailer.model.finding import Severity


def say(text: str = "") -> None:
    """Write a line for people; a closed terminal, or one that is being written to, stops nothing."""
    with suppress(OSError, ValueError, RuntimeError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def emit(value: object) -> None:
    """Write data for scripts, as one JSON document; in ASCII where the output cannot carry every letter."""
    is_utf8 = _encoding().replace("-", "").lower() == "utf8"
    sys.stdout.write(document(value, ascii_only=not is_utf8))
    sys.stdout.flush()


def document(value: object, *, ascii_only: bool = False) -> str:
    """Return data for scripts as one JSON document."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    return json.dumps(plain, ensure_ascii=ascii_only, indent=2, default=str) + "\n"


def show(text: str, *, end: str = "\n") -> None:
    """Write what was asked for, in words; letters that the output cannot carry become their numbers."""
    encoding = _encoding()
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + end)
    sys.stdout.flush()


def _encoding() -> str:
    return sys.stdout.encoding or "utf-8"


def plural(count: int, word: str) -> str:
    """Return ``1 recipient`` or ``2 recipients``."""
    return f"{count:,} {word}" + ("" if count == 1 else "s" if not word.endswith(("ch", "sh", "ss")) else "es")


def moment(stamp: str) -> str:
    """Return a time of the ledger as the clock on the wall here shows it: ``2027-01-12 10:30:00 +01:00``."""
    local = dt.datetime.fromisoformat(stamp).astimezone()
    return f"{local:%Y-%m-%d %H:%M:%S} {local.isoformat()[-6:] if local.utcoffset() else 'UTC'}"


def day(stamp: str) -> str:
    """Return the day of a time of the ledger, as the calendar on the wall here shows it."""
    return moment(stamp)[:10]


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


def problem_json(rule: str, severity: Severity, problem: Problem, variants: Sequence[str] = ()) -> dict[str, Any]:
    """Return what is wrong in a letter, or in a file of it, as scripts read it."""
    return {
        "rule": rule,
        "severity": severity,
        "file": problem.file,
        "field": problem.field,
        "line": problem.line,
        "block": block_of(problem.field),
        "variants": variants,
        "message": problem.message,
        "cure": problem.hint,
    }


def problems_json(rule: str, severity: Severity, problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return several problems as scripts read them; ``rule`` is for those that no check has found."""
    return [problem_json(each.rule or rule, severity, each) for each in problems]


def status_text(status: Status, *, only_numbers: bool = False) -> str:
    """Return a status as people read it; ``only_numbers`` leaves out why it is paused and how to go on."""
    if status.kind is None:
        return f'"{status.campaign}" has not been sent.\n  To send it: apes-mailer send {status.campaign} --to LIST'
    lines = [
        f"{status.campaign}: {status.state}",
        f"  {status.provider}, list {status.list_name}, prepared {moment(status.prepared_at)}",
        *([f"  a correction of {status.correction_of}, for those who got it"] if status.correction_of else []),
        *([f"  {status.policy.words}"] if status.policy else []),
        *([f"  Segment: {status.segment}"] if status.segment else []),
        f"  candidates  {status.candidates:>9,}",
        *(f"    excluded  {count:>9,}  {reason.replace('_', ' ')}" for reason, count in status.excluded.items()),
        f"  recipients  {status.recipients:>9,}",
    ]
    counts = (("submitted", status.submitted), ("pending", status.pending), ("submitting", status.submitting))
    lines += [f"    {name:<9} {count:>10,}" for name, count in counts if count or name == "submitted"]
    lines += _refused(status)
    if any(status.tracked.values()):
        lines.append(f"  counted     {tracked_text(status.tracked)}, who agreed to it")
    if status.unknown:
        lines.append(f"    in doubt  {status.unknown:>10,}  nobody knows whether the provider took them")
    for batch in status.batches:
        if batch.state == "unknown":
            lines += _doubt(batch)
    if status.duplicates:
        lines.append(
            f"  MAILED TWICE {status.duplicates:,}: a batch that was ordered to go again had been accepted before."
        )
    lines += [f"  waived      {each.rule}, by {each.by}: {each.because}" for each in status.waivers]
    if not only_numbers:
        lines += [*_pause(status), *_next_step(status)]
    return "\n".join(lines)


def _refused(status: Status) -> list[str]:
    if not status.refused:
        return []
    lines = [f"    refused   {status.refused:>10,}  the provider named them and said no"]
    lines += [f"      {each.address}: {each.reason}" for each in status.refusals[:_MOST_SHOWN]]
    more = status.refused - _MOST_SHOWN
    return [*lines, f"      and {more:,} more; the first hundred are in --json"] if more > 0 else lines


def _pause(status: Status) -> list[str]:
    if not status.cause:
        return []
    if status.state == "sending":
        return [f"  Pausing ({status.cause}): the batches on their way are finished first."]
    return [f"  Paused: {status.cause}.", *([f"  {status.cure.rstrip('.')}."] if status.cure else [])]


def _doubt(batch: BatchStatus) -> list[str]:
    who = f"{plural(batch.recipients, 'recipient')}{of_variant(batch.variant)}"
    what = f"      batch {batch.no}: {who} - {batch.note or 'no answer was recorded'}"
    clues = [f"with {batch.somebody}"] if batch.somebody else []
    clues += [f"apes_attempt {batch.attempt}"] if batch.attempt else []
    asked = [f"        {moment(batch.asked_at)}: {batch.asked}"] if batch.asked else []
    return [what, *([f"        {', '.join(clues)}"] if clues else []), *asked]


def of_variant(variant: str) -> str:
    """Return words that name a variant, nothing when everybody got the same letter."""
    return f" of the variant {variant}" if variant else ""


def _next_step(status: Status) -> list[str]:
    steps: list[str] = []
    if status.state in {"paused", "incomplete", "prepared"} and status.pending:
        again = f"apes-mailer resume {status.campaign}"
        steps += [] if again in status.cure else [f"  Continue with: {again}"]
    if status.unknown and status.state != "sending":
        steps += [
            f"  Let the provider's log be asked, after some minutes: apes-mailer resume {status.campaign}",
            "  Or look the batches in doubt up with your provider yourself, then say what became of each:",
            f"  apes-mailer resolve {status.campaign} BATCH --as submitted   (or --as pending, to send it again)",
        ]
    return steps


def rehearsal_text(rehearsal: Rehearsal) -> str:
    """Return a rehearsal as people read it, in a line."""
    what = "Test" if rehearsal.kind == "test" else "Rehearsal"
    variants = [letter.variant for letter in rehearsal.letters if letter.variant]
    what += f" of the variant{'' if len(variants) == 1 else 's'} {', '.join(variants)}" if variants else ""
    where = f"to {rehearsal.list_name}, {rehearsal.provider}"
    trouble = [f"{rehearsal.refused:,} refused"] if rehearsal.refused else []
    trouble += [f"{rehearsal.unknown:,} in doubt"] if rehearsal.unknown else []
    counts = f"{rehearsal.submitted:,} of {rehearsal.recipients:,} {where}"
    return ", ".join([f"{what} {moment(rehearsal.prepared_at)}: {counts}", *trouble])


def rehearsed_text(ended: Status) -> str:
    """Return how a test or a rehearsal went, as people read it: what left this computer, and what did not."""
    test = ended.kind == "test"
    count = f"{ended.submitted:,}"
    if ended.submitted != ended.recipients:
        count += f" of {ended.recipients:,}"
    # Of a test each batch has the same letter, which is one of several; of a rehearsal all readers have got their own.
    variant = of_variant(ended.batches[0].variant if test and ended.batches else "")
    if ended.provider == OUTBOX:
        written = f"{count} {'test ' if test else ''}message{'' if ended.submitted == 1 else 's'}{variant} written"
        return f"{written}; nothing left this computer" + (
            "." if test else ": this was a rehearsal, and does not count as sent."
        )
    people = "recipient" if ended.submitted == 1 else "recipients"
    handed = f"Test{variant} handed to {ended.provider} for {count} {people} of the list {ended.list_name}"
    return f"{handed}: look in the mailbox." if ended.submitted else f"{handed}."


OUTBOX = "outbox"
"""The provider that mails nothing."""
_MOST_SHOWN = 10

REASONS = {
    "suppressed": "the address was suppressed when the recipients were frozen",
    "no_proof_of_consent": "the list is opt-in, and nothing proves that this contact agreed",
    "not_in_segment": "the contact was on the list, and not in the segment that was asked for",
    "opted_out": "the address was suppressed after that, before its batch left",
    "invalid": "the row has no usable address",
    "duplicate": "the address was on the list twice",
    "too_large": "the values for this contact are too long",
    "not_reached": "the address had not got the letter that is corrected",
    "in_doubt": "nobody knows whether the address got the letter that is corrected",
}


def left_out_text(row: LeftOut) -> str:
    """Return why a row of a list is no recipient."""
    return f"{REASONS.get(row.reason, row.reason)}{f' ({row.detail})' if row.detail else ''}"


def excluded_text(excluded: Mapping[str, int]) -> str:
    """Return ``3 suppressed, 1 duplicate``, or ``nobody``."""
    return ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in excluded.items()) or "nobody"


def tracked_text(tracked: Mapping[str, int]) -> str:
    """Return ``opens of 812, clicks of nobody``."""
    return ", ".join(f"{purpose} of {f'{count:,}' if count else 'nobody'}" for purpose, count in tracked.items())

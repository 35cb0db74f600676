"""Where campaigns and rehearsals stand, and whom they leave out: what people and scripts read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from apes_mailer.cli.output import moment, plural

if TYPE_CHECKING:
    from apes_mailer.ledger.freeze import Frozen, LeftOut
    from apes_mailer.ledger.rehearsals import Rehearsal
    from apes_mailer.ledger.status import BatchStatus, Status

OUTBOX = "outbox"
"""The provider that mails nothing."""

REASONS: Mapping[str, str] = {
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
"""Why somebody on a list is no recipient."""

_MOST_SHOWN = 10


def survey_json(name: str, surveyed: Frozen) -> dict[str, Any]:
    """Return what a send would freeze as scripts read it."""
    body: dict[str, Any] = asdict(surveyed)
    del body["campaign_id"]
    return {"campaign": name, **body}


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
    # A cure that leads here has done its work: what it promises stands above and below.
    cure = "" if f"apes-mailer status {status.campaign}" in status.cure else status.cure.rstrip(".")
    return [f"  Paused: {status.cause}.", *([f"  {cure}."] if cure else [])]


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


def left_out_text(row: LeftOut) -> str:
    """Return why a row of a list is no recipient."""
    return f"{REASONS.get(row.reason, row.reason)}{f' ({row.detail})' if row.detail else ''}"


def excluded_text(excluded: Mapping[str, int]) -> str:
    """Return ``3 suppressed, 1 duplicate``, or ``nobody``."""
    return ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in excluded.items()) or "nobody"


def tracked_text(tracked: Mapping[str, int]) -> str:
    """Return ``opens of 812, clicks of nobody``."""
    return ", ".join(f"{purpose} of {f'{count:,}' if count else 'nobody'}" for purpose, count in tracked.items())

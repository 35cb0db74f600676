"""Why somebody gets a letter, or does not: what people and scripts read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from apes_mailer.cli import output, standings
from apes_mailer.model.event import EventKind
from apes_mailer.model.suppression import Cause

if TYPE_CHECKING:
    from apes_mailer.campaign.why import Answer, Why
    from apes_mailer.contacts.suppressions import Suppression
    from apes_mailer.ledger.events import Reported


def suppression_json(suppression: Suppression) -> dict[str, Any]:
    """Return a suppression as scripts read it; what is not known, or not limited, is null."""
    return {name: value or None for name, value in output.plain(suppression).items()}


def suppression_text(suppression: Suppression) -> str:
    """Return a suppression as people read it, without the address: where it holds, why, since when, what is known."""
    until = f", until {output.day(suppression.until)}" if suppression.until else ""
    known = ", ".join(filter(None, (suppression.source, suppression.evidence)))
    where = suppression.list_name or "all lists"
    return f"{where}  {suppression.cause}  {output.day(suppression.at)}{until}" + (f"  ({known})" if known else "")


def contact_text(found: Mapping[str, Any]) -> str:
    """Return what is known of one contact as people read it, from what :mod:`apes_mailer.campaign.person` gives out."""
    fields: Mapping[str, str] = found["fields"] or {}
    rows: list[tuple[str, str]] = [(name, value) for name, value in fields.items()]
    rows += [("List", name) for name in found["lists"]]
    rows += [("List", f"{each['file']}, line {each['line']}") for each in found["files"]]
    rows += [("Import", f"{each['file']} into {each['list']}, {output.day(each['at'])}") for each in found["imports"]]
    rows += [("Consent", _consent_text(each)) for each in found["consents"]]
    rows += [("Suppressed", _held_text(each)) for each in found["suppressions"]]
    rows += [("Campaign", _campaign_text(each)) for each in found["campaigns"]]
    if not rows:
        return f"{found['address']} is not known here."
    width = max(len(name) for name, _ in rows)
    return "\n".join([str(found["address"]), *(f"  {name:<{width}}  {value}" for name, value in rows)])


def _consent_text(each: Mapping[str, Any]) -> str:
    of_list = f", for {each['list']}" if each["list"] else ""
    basis = f" (basis: {each['basis']})" if each["basis"] else ""
    return f"{each['purpose']} {each['state']} {output.day(each['at'])}{of_list}, says {each['source']}{basis}"


def _held_text(each: Mapping[str, Any]) -> str:
    until = f", until {output.day(each['until'])}" if each["until"] else ""
    return f"{each['cause']} {output.day(each['at'])}, {each['list'] or 'all lists'}{until}"


def _campaign_text(each: Mapping[str, Any]) -> str:
    kind = "" if each["kind"] == "send" else f" ({each['kind']})"
    why = f": {standings.REASONS.get(each['reason'], each['reason'])}" if each["reason"] else ""
    return f"{each['campaign']}{kind} {output.day(each['prepared_at'])}, {_VERDICTS.get(each['verdict'], '')}{why}"


def why_json(found: Why) -> dict[str, Any]:
    """Return the answer about one address as scripts read it, without the message itself."""
    body: dict[str, Any] = asdict(found)
    del body["message"]
    body["suppressions"] = [suppression_json(each) for each in found.suppressions]
    for each in body["suppressions"]:
        del each["address"]  # the one that was asked about
    return body


def why_text(found: Why) -> str:
    """Return the answer about one address as people read it."""
    lines = [f"{found.address} and {found.campaign}:"]
    for answer in found.answers:
        lines += _answer(answer)
    if not found.answers:
        erased = any(held.cause is Cause.ERASED for held in found.suppressions)
        lines.append(f"  The campaign has not been sent, and {_NO_TRACE_LEFT if erased else _NO_REHEARSAL}.")
    lines += [f"  Suppressed: {suppression_text(held)}" for held in found.suppressions]
    return "\n".join(lines)


def _answer(answer: Answer) -> list[str]:
    what = {"send": "The campaign", "test": "A test", "rehearsal": "A rehearsal"}[answer.kind]
    verdict = _VERDICTS.get(answer.verdict, answer.verdict)
    if answer.verdict == "submitted" and answer.provider == standings.OUTBOX:
        verdict = _WRITTEN
    lines = [f"  {what} through {answer.provider}, prepared {output.moment(answer.prepared_at)}: {verdict}"]
    if answer.reason:
        detail = f" ({answer.detail})" if answer.detail else ""
        lines.append(f"    Why: {standings.REASONS.get(answer.reason, answer.reason)}{detail}")
    for each in answer.attempts:
        note = f" - {each.note}" if each.note else ""
        state = "written" if verdict == _WRITTEN else _ATTEMPTS.get(each.state, each.state)
        lines.append(f"    Request {each.seq} of batch {answer.batch}, {output.moment(each.started_at)}: {state}{note}")
    lines += [f"    {_reported(each)}" for each in answer.events]
    if answer.message_sha256:
        letter = f"the letter {answer.template_sha256[:16]}…{standings.of_variant(answer.variant)}"
        lines.append(f"    Its HTML: SHA-256 {answer.message_sha256}, from {letter}")
    return lines


def _reported(event: Reported) -> str:
    said = ", ".join(filter(None, (event.reason, event.detail)))
    return f"{output.moment(event.at)}: {EVENTS.get(event.kind, event.kind)}" + (f" ({said})" if said else "")


def feedback_lines(feedback: Mapping[EventKind, int]) -> list[str]:
    """Return what a provider reported of a campaign, for people: a line for each kind, with the recipients."""
    if not feedback:
        return []
    lines = [f"    {kind:<12} {count:>7,}  {EVENTS[kind]}" for kind, count in feedback.items() if kind in EVENTS]
    return ["  reported since", *lines]


EVENTS: Mapping[EventKind, str] = {
    EventKind.DELIVERED: "the reader's mail server took it",
    EventKind.DEFERRED: "the reader's mail server put it off",
    EventKind.BOUNCED: "there is no such mailbox",
    EventKind.BLOCKED: "the reader's mail server refused it this time",
    EventKind.REJECTED: "the provider did not try to deliver it",
    EventKind.COMPLAINED: "the reader called it spam",
    EventKind.UNSUBSCRIBED: "the reader unsubscribed with the provider",
    EventKind.RESUBSCRIBED: "the reader came back with the provider",
    EventKind.OPENED: "openings, of whomever",
    EventKind.CLICKED: "clicks, of whomever",
}
"""What the kinds of events mean."""

_WRITTEN = "written into the outbox of this computer; nothing was mailed"

_NO_REHEARSAL = "no rehearsal had this address"
_NO_TRACE_LEFT = "whether a rehearsal had this address is not known any more, since the person was erased"

_VERDICTS = {
    "submitted": "submitted, the provider took it",
    "pending": "not yet submitted",
    "submitting": "on its way to the provider at this moment",
    "unknown": "in doubt, nobody knows whether the provider took it",
    "refused": "refused by the provider",
    "excluded": "excluded, nothing was sent to this address",
    "not_asked": "not a recipient",
    "empty": "not submitted",
}

_ATTEMPTS = {
    "submitting": "no answer yet",
    "submitted": "the provider took it",
    "refused": "the provider refused recipients of it and took nobody",
    "not_accepted": "the provider did not take it",
    "unknown": "in doubt",
    "set_aside": "in doubt; a person ordered the batch to go again",
    "late": "the provider had taken it after all",
}

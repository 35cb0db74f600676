"""The card: what a person should read before typing the number of recipients."""

from __future__ import annotations

from collections.abc import Sequence

from apes_mailer.campaign import compose, correction, filling, overview, targeting
from apes_mailer.campaign.compose import Composition
from apes_mailer.campaign.order import Order
from apes_mailer.cli import output, reaching, standings
from apes_mailer.ledger.freeze import Frozen
from apes_mailer.ledger.states import Reason
from apes_mailer.model.finding import Finding, Severity
from apes_mailer.wiring import Application


def card(application: Application, asked: Order, frozen: Frozen, opt_outs: Sequence[tuple[str, str]] = ()) -> str:
    """Return what a person should read before typing the count; ``opt_outs`` are rows about what the provider knows."""
    composition = asked.composition
    issue, envelope = composition.loaded.issue, asked.envelope
    provider = "the outbox on this computer" if asked.provider.rehearsal else asked.provider.name
    rows = [
        ("Subject", envelope.subject_mark + issue.subject),
        ("Preheader", issue.preheader or "(none)"),
        ("From", f"{envelope.from_name} <{envelope.from_address}>"),
        *_audience_rows(asked, frozen),
        ("Policy", asked.policy.words),
        *([("Segment", str(asked.audience.where))] if asked.audience.where else []),
        ("Recipients", f"{frozen.recipients:,} in {output.plural(frozen.batches, 'request')}"),
        *_variant_rows(composition, frozen),
        *([("Counted", standings.tracked_text(frozen.tracked))] if frozen.tracked else []),
        ("Excluded", standings.excluded_text(frozen.excluded)),
        *((f"  line {row.line}", standings.left_out_text(row)) for row in frozen.left_out),
        *opt_outs,
        ("Weight", f"{composition.weight / 1000:.1f} kB of HTML (Gmail cuts at 102 kB)"),
        ("Through", provider),
        *reaching.row(composition),
        ("Rehearsed", _rehearsed(application, composition, frozen)),
    ]
    rows += [(f"Waived by {asked.actor}", f"{each.rule}, because: {each.because}") for each in asked.waivers]
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name:<{width}}  {value}" for name, value in rows]
    warnings = [found for found in composition.findings if found.severity is Severity.WARNING]
    told = [compose.problem(composition, finding) for finding in [*warnings, *unheard(frozen)]]
    lines += [f"  Warning: {each.file}{f':{each.line}' if each.line else ''} {each.message}" for each in told]
    lines += [f"  Warning: {asked.audience.shown}:{each.line} {each.words}" for each in frozen.slips]
    lines += [
        f"  Warning: this letter was sent to {sent.list_name} as {sent.campaign}, {output.moment(sent.prepared_at)}"
        for sent in overview.sends_of_letters(application.database, _digests(composition, frozen).values())
        if sent.campaign != composition.name
    ]
    lines += [f"  Warning: {line}" for line in _still_to_serve(application, asked)]
    return "\n".join([composition.name, *lines])


def _audience_rows(asked: Order, frozen: Frozen) -> list[tuple[str, str]]:
    corrected = asked.audience.corrected
    if corrected is None:
        return [("List", f"{asked.audience.name} ({output.plural(frozen.candidates, 'contact')})")]
    left_out = frozen.excluded.get(Reason.NOT_REACHED, 0) + frozen.excluded.get(Reason.IN_DOUBT, 0)
    reached = f"{frozen.candidates - left_out:,} of {output.plural(frozen.candidates, 'recipient')}"
    which = "those who got it, or may have" if corrected.with_doubtful else "those who got it"
    return [("Correction of", f"{corrected.campaign}: {reached}, {which}"), ("List", asked.audience.name)]


def _still_to_serve(application: Application, asked: Order) -> list[str]:
    """Return what to know when the corrected campaign has not come to its end."""
    corrected = asked.audience.corrected
    if corrected is None:
        return []
    name, left = corrected.campaign, correction.still_to_serve(application.database, corrected.campaign)
    lines: list[str] = []
    if left.pending:
        lines.append(
            f"{output.plural(left.pending, 'recipient')} of {name} have not got it yet. Resuming it sends them the "
            "letter as it was, and not this correction."
        )
    if left.unknown and not corrected.with_doubtful:
        lines.append(
            f"of {output.plural(left.unknown, 'recipient')} of {name} nobody knows whether they got it; they are left "
            f"out. Settle it first (apes-mailer status {name}), or add --also-in-doubt."
        )
    return lines


def _variant_rows(composition: Composition, frozen: Frozen) -> list[tuple[str, str]]:
    weights = {letter.variant.name: letter.weight for letter in composition.variants.known()}
    return [
        (f"  {each.variant}", f"{each.recipients:,}, {weights[each.variant] / 1000:.1f} kB") for each in frozen.variants
    ]


def _digests(composition: Composition, frozen: Frozen) -> dict[str, str]:
    """Return the digests of the letters that a list gets, by variant."""
    return {each.variant: each.digest for each in frozen.variants} or {"": composition.letter.template.digest}


def unheard(frozen: Frozen) -> list[Finding]:
    """Return a finding for each field, and each value of an audience, that nobody on the list has."""
    return [
        *map(filling.unheard_finding, frozen.empty_fields),
        *map(targeting.absent_finding, frozen.absent_values),
    ]


def _rehearsed(application: Application, composition: Composition, frozen: Frozen) -> str:
    digests = _digests(composition, frozen)
    seen = {
        letter.digest: rehearsal
        for rehearsal in overview.rehearsals(application.database, composition.name)
        if rehearsal.submitted
        for letter in rehearsal.letters
    }
    missing = [variant for variant, digest in digests.items() if digest not in seen]
    if len(missing) == len(digests):
        return "never: nobody has seen exactly this letter in a mailbox or in the outbox"
    if missing:
        return f"not all of it: nobody has seen the variant {', '.join(missing)} in a mailbox or in the outbox"
    last = max((seen[digest] for digest in digests.values()), key=lambda rehearsal: rehearsal.prepared_at)
    at = output.moment(last.prepared_at)
    return f"exactly this letter, {last.kind} to {last.list_name} through {last.provider}, {at}"

"""Errors of the checks block a send, unless a person waives them and says why."""

from __future__ import annotations

from collections.abc import Sequence

from apes_mailer.campaign import compose
from apes_mailer.campaign.compose import Composition
from apes_mailer.check import catalogue
from apes_mailer.errors import CheckFailedError, UsageError
from apes_mailer.model.finding import Finding, Severity
from apes_mailer.model.waiver import Waiver
from apes_mailer.workspace.names import did_you_mean


def waivers(rules: Sequence[str], reasons: Sequence[str]) -> list[Waiver]:
    """Return what a person waives: rules, each with the reason that stands at the same place.

    Raises ``UsageError`` for a rule that there is not, that is given twice or that nobody may waive, and for a rule
    without a reason or a reason without a rule.
    """
    if len(rules) != len(reasons) or not all(reason.strip() for reason in reasons):
        raise UsageError(
            "Each waiver needs its reason, and each reason its waiver.",
            hint='Write them in pairs: --waive RULE --because "why the letter is right as it is"',
        )
    for rule in rules:
        _require_waivable(rule)
    if twice := next((rule for rule in rules if rules.count(rule) > 1), ""):
        raise UsageError(f"{twice} is waived twice.", hint="Write each rule once, with one reason.")
    return [Waiver(rule=rule, because=" ".join(reason.split())) for rule, reason in zip(rules, reasons, strict=True)]


def _require_waivable(rule: str) -> None:
    known = catalogue.waivable_rules()
    if rule not in known:
        meant = did_you_mean(rule, list(known)).rstrip()
        cure = meant or "The name stands in brackets behind what `check` finds."
        raise UsageError(f'There is no rule "{rule}".', hint=cure)
    if not known[rule]:
        raise UsageError(
            f"{rule} cannot be waived: such a letter would be wrong, or against the law.",
            hint="Mend what it finds.",
        )


def used(composition: Composition, given: Sequence[Waiver]) -> list[Waiver]:
    """Return the waivers without which a letter could not be sent."""
    errors = {finding.rule for finding in composition.errors()}
    return [waiver for waiver in given if waiver.rule in errors]


def require_sound(
    composition: Composition, given: Sequence[Waiver] = (), *, findings: Sequence[Finding] | None = None
) -> None:
    """Raise ``CheckFailedError`` when a check found an error that is not waived.

    ``findings`` are those of one variant; without them, those of every variant that contacts can get. A waiver holds
    for what was shown to the person who gave it: not for what is found only in a variant met later, at another place.
    """
    rules = {waiver.rule for waiver in given}
    waived = {(finding.name, finding.field) for finding in composition.findings if finding.rule in rules}
    errors = [
        finding
        for finding in (composition.findings if findings is None else findings)
        if finding.severity is Severity.ERROR and (finding.name, finding.field) not in waived
    ]
    if not errors:
        return
    what = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
    known = catalogue.waivable_rules()
    hint = 'If the letter is right as it is, waive the rule in [brackets]: --waive RULE --because "why"'
    if any(finding.rule in rules for finding in errors):
        hint = "A waiver holds for what `check` shows; this stands in a letter that only some on the list get. Mend it."
    raise CheckFailedError(
        f"The checks found {what}; nothing was sent.",
        [compose.problem(composition, finding) for finding in errors],
        hint=hint if all(known[finding.rule] for finding in errors) else "",
    )

"""What a preview says beside a letter: how a mail program lists it, what it weighs, what the checks found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal

from apes_mailer.campaign import compose
from apes_mailer.campaign.compose import Composition
from apes_mailer.campaign.contact_preview import Copy
from apes_mailer.check.delivery import CLIPPED_AT
from apes_mailer.errors import ApesMailerError, Problem, ProblemsError
from apes_mailer.model.finding import Severity
from apes_mailer.web import pages, seeking
from apes_mailer.web.live import State
from apes_mailer.web.shown import Choice, Shown
from apes_mailer.web.words import Language, words

_LARGE = 80_000
_PREHEADER_SHOWN = 140  # characters; wider screens than that are rare


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a summary speaks of: nothing at all while there is no good letter.

    ``copy`` is the letter as somebody reads it, ``choices`` are the variants to choose from, ``trouble`` is why what
    was asked for cannot be shown.
    """

    letter: Shown | None = None
    copy: Copy | None = None
    choices: Sequence[Choice] = ()
    trouble: ApesMailerError | None = None


def values(state: State, beside: Beside, language: Language) -> dict[str, object]:
    """Return the values of ``summary.html``."""
    texts = words("preview", language)
    good, shown, copy = state.good, beside.letter, beside.copy
    findings = [] if good is None else _findings(good.composition, language)
    return {
        "t": texts,
        "code": pages.with_code,
        "version": state.version,
        "failure": _failure(state.failure) if state.failure else None,
        "trouble": _failure(beside.trouble) if beside.trouble else None,
        "copy": copy,
        "letter": None if not (good and shown and copy) else _letter(good.composition, shown, copy, language),
        "sender": "" if good is None else good.application.settings.sender.name,
        "findings": findings,
        "counts": ", ".join(_counts(findings, texts)),
        "choices": [_choice(each, texts, language) for each in beside.choices],
        "reads": shown.variant.name if shown and shown.reader and shown.variant else "",
    }


def _choice(choice: Choice, texts: Mapping[str, str], language: Language) -> dict[str, object]:
    told = [choice.variant.words or texts["variant_others"]]
    if choice.contacts is not None:
        count = format_decimal(choice.contacts, locale=language)
        told.append(texts["contact_one" if choice.contacts == 1 else "contact_many"] % count)
    if choice.empty:
        told.append(texts["variant_empty"])
    return {"name": choice.variant.name, "words": " – ".join(told), "empty": choice.empty}


def _counts(findings: list[dict[str, object]], texts: Mapping[str, str]) -> Iterator[str]:
    for severity in Severity:
        if number := sum(finding["severity"] == severity for finding in findings):
            yield f"{number} {texts[f'{severity}_one' if number == 1 else f'{severity}_many']}"


def _failure(error: ApesMailerError) -> dict[str, object]:
    problems = error.problems if isinstance(error, ProblemsError) else []
    return {"message": error.message, "hint": error.hint, "problems": [_problem(problem) for problem in problems]}


def _problem(problem: Problem) -> dict[str, object]:
    place = f"{problem.file}:{problem.line}" if problem.line is not None else problem.file
    return {"place": place, "field": problem.field, "message": problem.message, "hint": problem.hint}


def _letter(composition: Composition, shown: Shown, copy: Copy, language: Language) -> dict[str, object]:
    issue = composition.loaded.issue
    is_sent = shown.variant is not None or not composition.variants.differ
    return {
        "preheader": copy.preheader or _first_words(copy.text),
        "borrowed": not copy.preheader,
        "subject_length": len(copy.subject),
        "kilobytes": format_decimal(shown.weight / 1000, format="0.0", locale=language),
        "limit": CLIPPED_AT // 1000,
        "share": min(shown.weight, CLIPPED_AT),
        "large": _LARGE,
        "most": CLIPPED_AT,
        "heavy": shown.weight >= CLIPPED_AT,
        "theme": issue.theme,
        "language": issue.language,
        "digest": shown.letter.template.digest if is_sent else "",
    }


def _first_words(text: str) -> str:
    return " ".join(text.split())[:_PREHEADER_SHOWN]


def _findings(composition: Composition, language: Language) -> list[dict[str, object]]:
    """Return the findings, errors first, numbered from 1."""
    order = list(Severity)
    found = sorted(composition.findings, key=lambda finding: order.index(finding.severity))
    return [
        {
            **_problem(compose.problem(composition, finding, language)),
            "severity": finding.severity.value,
            "number": number,
            "seek": seeking.sought(composition, finding),
        }
        for number, finding in enumerate(found, start=1)
    ]

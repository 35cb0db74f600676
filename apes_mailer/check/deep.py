"""What programs of others find in a letter: the spam filter of many hosts, and the HTML checker of the W3C."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apes_mailer.check.catalogue import finding
from apes_mailer.model.finding import Finding

_SOME_POINTS, _MANY_POINTS = 0.5, 2.0
_WEIGHTLESS = re.compile(r"HTML_MESSAGE|NO_RE(?:CEIVED|LAYS)|ALL_TRUSTED|UNPARSEABLE_RELAY|\w*_BODY_TEST")
EXPECTED_ERRORS = (
    r"CSS: “mso-[\w-]+”: Property “mso-[\w-]+” doesn't exist\.",  # styles that only Outlook knows
    r"Attribute “xmlns:o” not allowed here\.",  # declares the names of Outlook's settings, as Office writes them
    r"Element “a” is missing required attribute “href”\.",  # where a link of the contents leads to in Outlook
)
"""Errors of every letter that Outlook is to show right."""


def points(total: float, rules: Sequence[str]) -> Iterator[Finding]:
    """A spam filter gives the letter no points worth speaking of."""
    told = ", ".join(rule for rule in rules if not _WEIGHTLESS.fullmatch(rule))
    if total > _SOME_POINTS:
        case = "many" if total > _MANY_POINTS else "some"
        yield finding(f"spam-points.{case}", points=total, rules=told)


def w3c_errors(errors: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    """The checker of the W3C finds no error but those that mail needs; each kind of error is told once."""
    seen: set[str] = set()
    for message, extract in errors:
        if message in seen or any(re.fullmatch(pattern, message) for pattern in EXPECTED_ERRORS):
            continue
        seen.add(message)
        yield finding("w3c-error", message=message, extract=" ".join(extract.split()))


def unasked(program: str, why: str) -> Finding:
    """A program that was to be asked gave no answer; ``why`` is empty when it is not installed."""
    return finding("program-unasked.failed" if why else "program-unasked.absent", program=program, why=why)

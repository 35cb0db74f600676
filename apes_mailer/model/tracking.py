"""What may be counted of a letter's readers: nothing, unless a reader agreed to it and the workspace wants it."""

from __future__ import annotations

from apes_mailer.model.consent import Purpose

Tracking = frozenset[Purpose]
"""What is counted of the readers of one request: opens, clicks, both, or nothing."""

NOTHING: Tracking = frozenset()

COUNTED = (Purpose.CLICKS, Purpose.OPENS)
"""What can be counted at all, in the order in which it is written."""


def written(tracking: Tracking) -> str:
    """Return the form in which the ledger keeps it: words with spaces between."""
    return " ".join(purpose for purpose in COUNTED if purpose in tracking)


def read(text: str) -> Tracking:
    """Return what :func:`written` gave."""
    return frozenset(map(Purpose, text.split()))

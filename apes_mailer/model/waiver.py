"""Findings that a person sends a letter in spite of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """What one rule finds does not block this send, ``because`` a person has a reason."""

    rule: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """A rule whose errors did not block a campaign: why, on whose word, and when (a UTC stamp)."""

    rule: str
    because: str
    by: str
    at: str

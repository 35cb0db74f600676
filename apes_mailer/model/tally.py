"""Where the people of a campaign stand, in numbers: what a status and a report have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A campaign and its state, with every candidate counted once; all counts but that of candidates are recipients.

    ``candidates == recipients + sum(excluded.values())`` and
    ``recipients == pending + submitting + submitted + refused + unknown`` at every moment.
    """

    campaign: str
    state: str
    candidates: int = 0
    recipients: int = 0
    excluded: Mapping[str, int]
    """How many candidates are no recipients, by reason."""

    pending: int = 0
    submitting: int = 0
    submitted: int = 0
    refused: int = 0
    unknown: int = 0
    duplicates: int = 0
    """Recipients to whom the provider is known to have accepted the letter more than once."""

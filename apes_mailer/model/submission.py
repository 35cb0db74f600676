"""What became of one submission of one batch to a provider.

The provider's file holds the table that maps an answer to one of these; whatever is not in the table is ``Unknown``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The provider has accepted the whole batch."""

    provider_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The provider accepted nobody, and named the recipients it will never accept.

    ``reasons`` maps the position of a recipient in the request (from 0) to what the provider said of it.
    """

    reasons: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAccepted:
    """The provider has certainly accepted nobody.

    ``stop`` is true when trying again is useless until a person acts (wrong key, unverified sender, a request that it
    cannot read). ``retry_after`` is the number of seconds that the provider asks to wait, when it says so.
    """

    cause: str
    cure: str = ""
    stop: bool = False
    credentials: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nobody can tell from here whether the batch was accepted."""

    cause: str


Submission = Submitted | Refused | NotAccepted | Unknown

"""A report: what became of a campaign, in numbers. Derived from the ledger whenever it is asked for, never stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apes_mailer.model.consent import Policy
from apes_mailer.model.tally import Tally
from apes_mailer.model.waiver import Waived

FEWEST_FOR_A_RATE = 20
"""Of fewer people no rate is told: one more or less would change it by more than five per cent."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many people of so many."""

    count: int
    of: int

    @property
    def rate(self) -> float | None:
        """The part of one that they are; None when a rate of so few people would say nothing."""
        return self.count / self.of if self.of >= FEWEST_FOR_A_RATE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounces:
    """Recipients whose letter came back for one reason; ``hard``: the address will never take one."""

    hard: bool
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What the provider told of those whose letter it took: each of them is counted in one number only.

    ``submitted == delivered + bounced + soft_bounced + rejected + deferred + silent``
    """

    submitted: int
    delivered: int = 0
    bounced: int = 0
    soft_bounced: int = 0
    rejected: int = 0
    deferred: int = 0
    silent: int = 0
    bounces: Sequence[Bounces] = ()
    """Why, the most frequent reasons first."""

    heard_at: str = ""
    """When the newest of this happened, a UTC stamp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A pause of the sending; ``until`` is empty when it has not gone on. Times are UTC stamps."""

    at: str
    by: str
    cause: str
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Recipients whom the provider took in one of several stretches of time of equal length."""

    at: str
    submitted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """When the campaign went out. Times are UTC stamps, empty when there was no request."""

    first: str = ""
    last: str = ""
    requests: int = 0
    slices: Sequence[Slice] = ()
    pauses: Sequence[Pause] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person or evidence decided about a batch in doubt."""

    at: str
    what: str
    by: str
    batch: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLetter:
    """A letter of the campaign, with the digest of its template; ``variant`` is empty when everybody got the same."""

    variant: str
    digest: str
    recipients: int
    submitted: int
    refused: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicks:
    """How often a link was followed, of whom nobody knows; ``part`` is the heading that it stands under."""

    url: str
    words: str
    part: str
    clicks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opens:
    """How often a letter was opened, ``readers`` being those who agreed that it is counted."""

    opens: int
    readers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A campaign to the same list, with what can be told of it quickly; ``bounced`` is None when nothing came back.

    ``heard``: the provider has told something since, so that no complaint is none.
    """

    campaign: str
    prepared_at: str
    candidates: int
    recipients: int
    submitted: int
    bounced: int | None
    heard: bool
    left: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Tally):
    """Everything that a report tells; counts are recipients, times UTC stamps."""

    subject: str
    provider: str
    list_name: str
    policy: Policy
    """By which right the list was mailed, as it was frozen."""

    segment: str
    """The part of the list that was asked for; empty for all of it."""

    prepared_at: str
    made_at: str
    correction_of: str
    issue_digest: str
    refusals: Sequence[tuple[str, int]]
    """What the provider said of those it refused, and of how many; the most frequent first."""

    feedback: Feedback | None
    """None when the provider told nothing: then nobody knows what was delivered."""

    heard: bool
    """Whether the provider has told anything since, by events or by its lists; if not, complaints are unknown."""

    left: Mapping[str, int]
    """Recipients who are suppressed since, by cause; only until the next campaign to the list.

    Those who unsubscribed at the provider are among those who unsubscribed, and stand under their own cause too.
    """

    sending: Sending
    letters: Sequence[SentLetter]
    waivers: Sequence[Waived]
    """The rules of the checks whose errors did not block it, and on whose word."""

    decisions: Sequence[Decision]
    opens: Opens | None
    """None when opens were counted of nobody."""

    clicks: Sequence[Clicks] | None
    """None when clicks were counted of nobody."""

    past: Sequence[Past]
    """The campaigns to the same list of the twelve months before, oldest first, and this one."""

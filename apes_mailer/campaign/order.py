"""What a person asks for: which letter, to whom, through whom, and how surely it was meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from apes_mailer.campaign.audience import STAFF, Audience
from apes_mailer.campaign.compose import Composition
from apes_mailer.campaign.variants import VariantLetter
from apes_mailer.ledger.states import Kind
from apes_mailer.model.batch import Envelope
from apes_mailer.model.consent import Policy
from apes_mailer.model.tracking import NOTHING, Tracking
from apes_mailer.model.waiver import Waiver
from apes_mailer.providers.base import Provider

MOST_TEST_ADDRESSES = 25
"""Recipients that a test to the staff list may have before somebody has to confirm their number."""


class Purpose(StrEnum):
    """Why a letter is handed to a provider."""

    SEND = "send"
    TEST = "test"  # to see it in a mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person asked for."""

    composition: Composition
    audience: Audience
    purpose: Purpose
    provider: Provider
    envelope: Envelope
    batch_size: int
    actor: str
    policy: Policy = Policy.OPPOSITION
    """By which right the list is mailed."""

    waivers: Sequence[Waiver] = ()
    """The rules whose errors do not block this order."""

    tracking: Tracking = NOTHING
    """What is counted of the readers who agreed to it."""

    only: VariantLetter | None = None
    """The variant that everybody gets, whoever it is for; None: each gets the own one."""

    @property
    def kind(self) -> Kind:
        """What the ledger calls it: what stays on this computer never counts as a send."""
        if self.purpose is Purpose.TEST:
            return Kind.TEST
        return Kind.REHEARSAL if self.provider.rehearsal else Kind.SEND

    def needs_count(self, recipients: int) -> bool:
        """Whether a person has to confirm the number of recipients: always, but for a small test to colleagues."""
        return self.purpose is not Purpose.TEST or self.audience.name != STAFF or recipients > MOST_TEST_ADDRESSES

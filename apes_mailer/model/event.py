"""What a provider reports of a message after it has taken it."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from apes_mailer.model.suppression import Cause


class EventKind(StrEnum):
    """What happened to a message, or what its reader did."""

    PROCESSED = "processed"  # the provider has it and will try to deliver it
    DELIVERED = "delivered"  # the reader's mail server took it
    DEFERRED = "deferred"  # not yet; the provider tries again
    BOUNCED = "bounced"  # the mailbox does not exist, or never will take anything
    BLOCKED = "blocked"  # refused this time; the address may be good
    REJECTED = "rejected"  # the provider took it, then did not even try
    COMPLAINED = "complained"  # the reader called it spam
    UNSUBSCRIBED = "unsubscribed"  # with the provider, not here
    RESUBSCRIBED = "resubscribed"  # with the provider
    OPENED = "opened"
    CLICKED = "clicked"
    OTHER = "other"  # what this version knows nothing of


NOBODYS = frozenset({EventKind.OPENED, EventKind.CLICKED})
"""What is counted, and kept without the contact."""

NEVER_KEPT = frozenset({EventKind.PROCESSED, EventKind.OTHER})
"""What proves that an attempt was accepted, and says nothing more."""


class Event(NamedTuple):
    """One event of a notice, in words of our own; addresses are nowhere but in ``address``.

    ``attempt`` and ``recipient`` are our marks, empty when the provider left them out; ``at`` is the provider's clock,
    None when it is no time. ``cause`` is why the address is not to be mailed again, if so. ``reason`` is what the other
    side said, ``detail`` a class or number of it, ``number`` the provider's own for this event. ``moment`` is ``at`` as
    it was written, which tells two events apart.
    """

    kind: EventKind
    at: dt.datetime | None
    moment: str
    attempt: str
    recipient: str
    address: str
    cause: Cause | None
    reason: str
    detail: str
    url: str
    number: str

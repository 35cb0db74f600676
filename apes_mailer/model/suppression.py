"""Why an address is not mailed."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """The cause of a suppression, as the database keeps it. Several may hold for one address at the same time."""

    UNSUBSCRIBED = "unsubscribed"  # the person said so: by the link of a letter, on a page, by mail
    AT_PROVIDER = "unsubscribed at the provider"  # the person said so there; coming back there ends only this one
    COMPLAINED = "complained"  # the person called a letter spam
    BOUNCED = "bounced"  # the mailbox does not exist
    INVALID = "invalid"  # the provider calls it no address
    PAUSED = "paused"  # the person wants no letters for a while
    ERASED = "erased"  # the person wanted to be forgotten; nothing but the key is left
    IMPORTED = "imported"  # a file of a former service says that the person had opted out
    MANUAL = "manual"  # whoever keeps the lists


ENDED_BY_OPTING_IN = frozenset({Cause.UNSUBSCRIBED, Cause.AT_PROVIDER, Cause.PAUSED, Cause.IMPORTED, Cause.ERASED})
"""What the person said, and can take back by opting in again; the other causes are not the person's to end."""

OF_THE_ADDRESS = frozenset({Cause.COMPLAINED, Cause.BOUNCED, Cause.INVALID})
"""What is true of an address whatever list it is on: heard of on one, it holds for all."""

NEVER_WITH_OTHERS = frozenset({Cause.COMPLAINED, Cause.ERASED})
"""What is only ended by hand when it is named: letters in spite of it are what harms a sender most."""

NEEDS_REASON = ENDED_BY_OPTING_IN | {Cause.COMPLAINED}
"""The word of a person, against which nobody acts without saying why."""

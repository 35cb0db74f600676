"""The states of the send protocol, and the words of its history."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a preparation is for. Only ``SEND`` ever counts as the campaign having been sent."""

    SEND = "send"
    REHEARSAL = "rehearsal"  # into the outbox
    TEST = "test"  # to colleagues


class BatchState(StrEnum):
    """Where a batch stands."""

    PENDING = "pending"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    EMPTY = "empty"  # every recipient was excluded or refused: nothing left to submit

    def seen(self, *, owner_alive: bool) -> BatchState:
        """Return the state as people are told it: what is on its way without an owner is in doubt."""
        return BatchState.UNKNOWN if self is BatchState.SUBMITTING and not owner_alive else self


class AttemptState(StrEnum):
    """What is known of one request to a provider."""

    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    REFUSED = "refused"  # the provider named recipients and took nobody
    NOT_ACCEPTED = "not_accepted"
    UNKNOWN = "unknown"
    SET_ASIDE = "set_aside"  # was unknown; a person ordered the batch to go again
    LATE = "late"  # set aside, and then proved to have been accepted: a duplicate


ACCEPTED = (AttemptState.SUBMITTED, AttemptState.LATE)
"""The states of a request that the provider is known to have accepted."""


class Outcome(StrEnum):
    """What took a frozen recipient out of its batch."""

    EXCLUDED = "excluded"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a candidate is not a recipient."""

    SUPPRESSED = "suppressed"
    NO_PROOF = "no_proof_of_consent"  # on a list that is mailed to whoever has agreed
    NOT_IN_SEGMENT = "not_in_segment"  # of the list, and not of the part of it that was asked for
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    TOO_LARGE = "too_large"  # the merge values exceed what the provider takes
    NOT_REACHED = "not_reached"  # of a correction: has not got the letter that is corrected
    IN_DOUBT = "in_doubt"  # of a correction: nobody knows whether the letter that is corrected was accepted
    OPTED_OUT = "opted_out"  # suppressed after the preparation, before the batch was claimed


class CampaignState(StrEnum):
    """What a person is told about a campaign; derived, never stored."""

    NONE = "none"
    PREPARED = "prepared"
    SENDING = "sending"
    PAUSED = "paused"
    INCOMPLETE = "incomplete"
    FINISHED = "finished"

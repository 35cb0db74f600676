"""Wishes: what people ask for on the public pages and confirm by the link of a letter."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from apes_mailer.model.language import Language


class WishKind(StrEnum):
    """What is asked for."""

    SIGN_UP = "sign up"  # to get the letters of a list
    RIGHTS = "rights"  # to see what is kept of the person, and to have it erased


class WishState(StrEnum):
    """What became of the letter by which a wish is confirmed."""

    WAITING = "waiting"  # to be handed to the provider
    SUBMITTING = "submitting"  # on its way; if the program dies now it is not sent again
    SUBMITTED = "submitted"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # nobody can tell whether the provider took it
    WITHHELD = "withheld"  # nothing is sent: the address is suppressed for a reason that its owner cannot end
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A wish. ``list_name`` is empty when it is about no single list, ``address`` once it is not needed any more.

    ``origin`` says from where the wish came.
    """

    id: int
    kind: WishKind
    key: bytes
    list_id: int
    list_name: str
    address: str
    language: Language
    origin: str
    expires_at: dt.datetime
    state: WishState
    attempts: int

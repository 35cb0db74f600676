"""What a person agreed to, or did not."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What a consent is for; each is asked for, given and withdrawn by itself."""

    LETTER = "letter"  # to get the letters of a list
    OPENS = "opens"  # that it is counted whether a letter is opened
    CLICKS = "clicks"  # that it is counted which links are followed


class State(StrEnum):
    """What the person said. Somebody of whom nothing is recorded has said nothing, which is a state of its own."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Policy(StrEnum):
    """By which right the letters of a list are sent."""

    OPPOSITION = "opposition"  # to whoever was told and has not objected
    OPT_IN = "opt-in"  # to whoever has agreed, as a record proves

    @property
    def words(self) -> str:
        """What the policy means, in words for people."""
        if self is Policy.OPT_IN:
            return "opt-in: only those who agreed, with a proof"
        return "information and opposition: those who were told and have not objected"

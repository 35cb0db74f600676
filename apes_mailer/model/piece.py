"""What a letter has to say, piece by piece: the measure for whether a theme has left something out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """Where a piece has to come out: in the HTML, and in the plain text too but for what is said here."""

    HEADING = auto()  # in a heading
    WORDS = auto()
    ALTERNATIVE = auto()  # as the alternative text of a picture
    LINK = auto()  # as an address that a click leads to
    PICTURE = auto()  # by its file name, as one of its renditions; plain text has none
    PREHEADER = auto()  # words that only the list of messages shows; plain text has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of an issue; ``path`` is the field that it comes from.

    Merge tags in ``text`` are as the author wrote them, and typographic signs may come out different.
    """

    path: str
    kind: Kind
    text: str

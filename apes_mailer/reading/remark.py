"""What is wrong with a part of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

WHOLE_ADDRESS = "Write the address from https:// on, or mailto: and an address."


def split_cure(message: str) -> tuple[str, str]:
    """Split what a class of text says, ``what is wrong; what to do``, into its two sentences."""
    fault, _, cure = message.partition("; ")
    return fault, f"{cure[:1].upper()}{cure[1:]}." if cure else WHOLE_ADDRESS


@dataclass(frozen=True, slots=True)
class Remark:
    """``written`` at a line of the text, counted from 0: what is wrong with it, and what to do.

    ``beside`` are lines to paste beside the field, given without indentation.
    """

    line: int
    written: str
    message: str
    cure: str
    beside: tuple[str, ...] = ()

    @classmethod
    def at(cls, text: str, offset: int, written: str, message: str, cure: str, *, beside: tuple[str, ...] = ()) -> Self:
        """Return a remark about what starts at an offset."""
        return cls(text.count("\n", 0, offset), written, message, cure, beside)

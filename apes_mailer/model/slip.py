"""A domain of addresses that looks like a slip of the pen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slip:
    """A domain that may be a slip: the first line with it, how many more have it, and what was probably meant."""

    domain: str
    line: int
    others: int
    meant: str

    @property
    def words(self) -> str:
        """The hint in words, without its line."""
        return f"{self.domain}: is {self.meant} meant?" + (f" ({self.others:,} more)" if self.others else "")

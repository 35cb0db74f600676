"""A guess at what an author meant, and the test that it must pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apes_mailer.reading.yaml.source import Correction, Fault
from apes_mailer.reading.yaml.tree import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A correction with its test.

    ``reads`` is a line, a column and the text that the parser must then find there; ``beyond`` the line that it must
    get past. ``cure`` replaces the correction in what people read.
    """

    line: int
    message: str
    correction: Correction
    reads: tuple[int, int, str] | None = None
    beyond: int | None = None
    cure: str = ""

    def proven(self, after: Scan) -> bool:
        """Tell whether a text with the correction in place is read as meant."""
        if self.beyond is not None and after.fault is not None and after.fault.line <= self.beyond:
            return False
        if self.reads is None:
            return True
        line, column, text = self.reads
        found = after.scalars.get((line, column))
        return found is not None and found.text.split() == text.split()

    def fault(self) -> Fault:
        """Return what to tell the author."""
        correction = None if self.cure else self.correction
        return Fault(line=self.line, message=self.message, correction=correction, cure=self.cure)


def previous_written(lines: Sequence[str], line: int) -> int | None:
    """Return the nearest line above that is neither blank nor a comment."""
    return next((at for at in range(line - 1, -1, -1) if is_written(lines[at])), None)


def is_written(line: str) -> bool:
    """Tell whether a line is neither blank nor a comment."""
    return bool(line.strip()) and not line.lstrip().startswith("#")

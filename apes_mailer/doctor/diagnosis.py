"""What ``doctor`` says of one part of a workspace."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from apes_mailer.errors import ApesMailerError


class Grade(StrEnum):
    """How a part is: in order, worth knowing, to be looked at, or in the way of a lawful send."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One part of a workspace: how it is, in a sentence; where, as a file, a setting or a list; and the cure."""

    part: str
    grade: Grade
    message: str
    where: str = ""
    cure: str = ""

    def __str__(self) -> str:
        head = f"{self.grade}: {self.where}: {self.message}" if self.where else f"{self.grade}: {self.message}"
        return f"{head}\n    {self.cure}" if self.cure else head


@dataclass(slots=True)
class Sheet:
    """Takes down the diagnoses of one part."""

    part: str
    found: list[Diagnosis] = field(default_factory=list[Diagnosis])

    def __iter__(self) -> Iterator[Diagnosis]:
        return iter(self.found)

    def ok(self, message: str, where: str = "") -> None:
        """Note what is in order."""
        self._add(Grade.OK, message, where, "")

    def info(self, message: str, where: str = "", cure: str = "") -> None:
        """Note what is worth knowing."""
        self._add(Grade.INFO, message, where, cure)

    def warning(self, message: str, where: str = "", cure: str = "") -> None:
        """Note what a person should look at."""
        self._add(Grade.WARNING, message, where, cure)

    def error(self, message: str, where: str = "", cure: str = "") -> None:
        """Note what must be mended before anybody is mailed."""
        self._add(Grade.ERROR, message, where, cure)

    @contextmanager
    def noting(self, where: str = "") -> Generator[None, None, None]:
        """Note an exception of the program as an error: it has the words and the cure already."""
        try:
            yield
        except ApesMailerError as error:
            self.error(error.message, where, error.hint)

    def _add(self, grade: Grade, message: str, where: str, cure: str) -> None:
        self.found.append(Diagnosis(part=self.part, grade=grade, message=message, where=where, cure=cure))

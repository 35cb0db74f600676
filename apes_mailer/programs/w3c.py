"""The Nu HTML checker of the W3C, ``vnu``: what it finds wrong in a page."""

from __future__ import annotations

import json
from dataclasses import dataclass

from apes_mailer.programs import asking

NAME = "vnu"
_OPTIONS = ("--format", "json", "--stdout", "--exit-zero-always", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """An error: what is wrong, and the HTML around it."""

    message: str
    extract: str


def errors(page: bytes) -> list[Complaint]:
    """Return the errors of a page in its order. Raises ``AbsentError`` or ``FailedError``."""
    try:
        told = json.loads(asking.ask(NAME, _OPTIONS, page))["messages"]
        return [
            Complaint(message=each["message"], extract=each.get("extract", ""))
            for each in told
            if each["type"] != "info"
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise asking.FailedError("its answer cannot be read") from error

"""What a check has to say about a letter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """``error`` blocks the send; ``warning`` shows on the card; ``info`` is only listed."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark of one rule about one place.

    ``field`` is a path into the issue such as ``blocks[2].articles[0].images[0]``, empty for the whole letter.
    """

    rule: str
    severity: Severity
    message: str
    cure: str
    field: str = ""

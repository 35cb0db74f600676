"""What a check has to say about a letter."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Value = str | float | dt.date
"""What a finding says of its place; numbers and dates are written as the language of the words does."""

_BLOCK = re.compile(r"blocks\[\d+\]")


class Severity(StrEnum):
    """``error`` blocks the send; ``warning`` shows on the card; ``info`` is only listed."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


def block_of(path: str) -> str:
    """Return the block that a path into an issue leads into, such as ``blocks[2]``; empty when it leads into none."""
    found = _BLOCK.match(path)
    return found.group() if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark of one rule about one place, before it is put into words.

    ``name`` is that of its words in ``check/catalogue.toml``: the rule, or ``rule.case`` where a rule has several
    things to say. ``values`` are for the braces in these words. ``field`` is a path into the issue such as
    ``blocks[2].articles[0].images[0]``, empty for the whole letter; ``line`` is that of the issue's file, counted from
    1, where it is known better than by the field.
    """

    name: str
    severity: Severity
    field: str = ""
    line: int | None = None
    values: Mapping[str, Value] = dataclasses.field(default_factory=dict[str, Value])
    variants: Sequence[str] = ()
    """The variants of the letter that it is said of; none when it is said of all."""

    @property
    def rule(self) -> str:
        """The stable name of the rule."""
        return self.name.partition(".")[0]

    @property
    def block(self) -> str:
        """The block it is in, such as ``blocks[2]``."""
        return block_of(self.field)

"""An address wherever it stands in a text, in capitals or not, but not as the end or the beginning of another one."""

from __future__ import annotations

import re

from apes_mailer.model.address import spellings

_BEFORE, _AFTER = r"(?<![A-Za-z0-9_!#$%&'*+/=?^`{|}~.-])", r"(?![A-Za-z0-9_-]|\.[A-Za-z0-9])"


def pattern(address: str) -> re.Pattern[str]:
    """Return the pattern that finds an address, in normal form, in a text, however it is spelt there."""
    spelt = "|".join(map(re.escape, spellings(address)))
    return re.compile(f"{_BEFORE}(?:{spelt}){_AFTER}", re.IGNORECASE)


def part(address: str) -> str:
    """Return what is in every mention of an address, in small letters: to look for it first, which is faster."""
    return f"{address.rpartition('@')[0]}@"


def pattern_with(address: str, mark: str) -> re.Pattern[str]:
    """Return the pattern that finds an address, or the mark by which a provider knows its person."""
    return re.compile(f"{pattern(address).pattern}|{re.escape(mark)}", re.IGNORECASE)

"""An address wherever it stands in a text, in capitals or not, but not as the end or the beginning of another one."""

from __future__ import annotations

import re

_BEFORE, _AFTER = r"(?<![A-Za-z0-9_!#$%&'*+/=?^`{|}~.-])", r"(?![A-Za-z0-9_-]|\.[A-Za-z0-9])"


def pattern(address: str) -> re.Pattern[str]:
    """Return the pattern that finds an address, in normal form, in a text."""
    return re.compile(f"{_BEFORE}{re.escape(address)}{_AFTER}", re.IGNORECASE | re.ASCII)


def pattern_with(address: str, mark: str) -> re.Pattern[str]:
    """Return the pattern that finds an address, or the mark by which a provider knows its person."""
    return re.compile(f"{pattern(address).pattern}|{re.escape(mark)}", re.IGNORECASE | re.ASCII)

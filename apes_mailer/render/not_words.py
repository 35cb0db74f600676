"""What stands in a text for something else than words, and is never set as they are: addresses and merge tags."""

from __future__ import annotations

import re
from collections.abc import Callable

# A mail address is looked for where a word begins, and nowhere within: that would take the cube of its length.
PATTERN = re.compile(
    r"(?:https?://|www\.|mailto:|tel:)\S+|(?<!\S)(?=[^\s@]+@[^\s.]+\.\S)\S+|<<.*?>>|\{\{.*?\}\}", re.IGNORECASE
)
_HIDDEN = "\ufffc"  # object replacement character
_BEFORE, _AFTER = "\"'(", "\"').,;:!?]"  # signs beside an address that are none of it


def around(text: str, setter: Callable[[str], str]) -> str:
    """Return a text whose words were set; each piece between two addresses is set by itself."""
    parts: list[str] = []
    done = 0
    for match in PATTERN.finditer(text):
        parts += [setter(text[done : match.start()]), match.group()]
        done = match.end()
    return "".join([*parts, setter(text[done:])])


def hidden(text: str, setter: Callable[[str], str]) -> str:
    """Return a text that was set as a whole, by a setter that changes no length and sees no address."""
    spans: list[tuple[int, int]] = []
    for match in PATTERN.finditer(text):
        first, last = _address_in(match.group())
        spans.append((match.start() + first, match.start() + last))
    shown = list(text)
    for start, end in spans:
        shown[start:end] = _HIDDEN * (end - start)
    set_ = list(setter("".join(shown)))
    for start, end in spans:
        set_[start:end] = text[start:end]
    return "".join(set_)


def _address_in(found: str) -> tuple[int, int]:
    """Return where an address begins and ends without the signs beside it; of two quotation marks both are its own."""
    first, last = len(found) - len(found.lstrip(_BEFORE)), len(found)
    while (
        last > first and (sign := found[last - 1]) in _AFTER and not (sign in "\"'" and sign in found[first : last - 1])
    ):
        last -= 1
    return first, last

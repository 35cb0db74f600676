"""The names of campaigns and lists: which can be used, and which was probably meant."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from apes_mailer.errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_EXAMPLES = {"campaign": "2025-07", "list": "adherents"}


def is_name(text: str) -> bool:
    """Whether a campaign or a list can be called so: it can be a file name everywhere."""
    return _NAME.fullmatch(text) is not None


def check_name(name: str, kind: Literal["campaign", "list"]) -> str:
    """Return a name of a campaign or a list if it can be a file name everywhere; raises ``UsageError``."""
    if kind == "list" and "@" in name.strip("@"):
        raise UsageError(
            f'"{name}" is an address, and no list can be called so.',
            hint="Write the name of a list, not an address; put the address into contacts/staff.csv.",
        )
    if not is_name(name):
        raise UsageError(
            f'"{name}" cannot be the name of a {kind}.',
            hint="Use letters without accents, digits, hyphens, underscores and dots, for example "
            f"{usable_name(name, kind)}",
        )
    return name


def usable_name(text: str, kind: Literal["campaign", "list"]) -> str:
    """Return the nearest name that a campaign or a list can have."""
    text = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[:80] or _EXAMPLES[kind]


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return a question with the known name that is nearest, and a space after it; nothing when none is near."""
    by_small = {each.lower(): each for each in known}
    close = difflib.get_close_matches(name.lower(), by_small, n=1)
    return f"Did you mean {by_small[close[0]]}? " if close else ""

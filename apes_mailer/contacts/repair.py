"""Addresses with something around them that certainly does not belong to them.

Only what leaves no doubt is mended: a name before ``<a@b.fr>``, a stop or a bracket after it, the same address twice,
characters that nobody can see. Everything else is for a person to decide.
"""

from __future__ import annotations

import re
import unicodedata

from apes_mailer.model import address
from apes_mailer.model.address import Address

_LONGEST = 400  # characters; a cell with a whole text in it is no address with something around it
_named = re.compile(r"[^<>@]*<([^<>]+)>\s*[;,.]?").fullmatch
_AROUND = " \t.,;:!()[]{}<>\"'«»“”‘’`*|"
_BETWEEN = re.compile(r"[\s,;/|]+")
_APART = re.compile(r"[\s,;/|<>()\[\]\"]+|mailto:", re.IGNORECASE)
_AT = re.compile(r"\s*@\s*")


def normalise(text: str) -> Address:
    """Return the normal form of an address, mended if need be. Raises ``AddressError`` when there is a doubt."""
    try:
        return address.normalise(text)
    except address.AddressError:
        if mended := mend(text):
            return mended
        raise


def addresses_in(text: str) -> list[Address]:
    """Return every address that a text mentions, in normal form, each once."""
    parts = (part.strip(_AROUND) for part in _APART.split(_AT.sub("@", text)) if "@" in part)
    return list(dict.fromkeys(found for part in parts if (found := _normal(part))))


def mend(text: str) -> Address | None:
    """Return the only address that a text can mean, in normal form; None when there is a doubt.

    For texts that :func:`apes_mailer.model.address.normalise` refuses.
    """
    if "@" not in text or len(text) > _LONGEST:
        return None
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    named = _named(visible.strip())
    bare = named[1] if named else visible
    bare = re.sub(r"(?i)^\s*mailto:", "", bare)
    bare = re.sub(r"\?(?:subject|body|cc)=.*$", "", bare, flags=re.IGNORECASE | re.DOTALL)
    parts = _BETWEEN.split(_AT.sub("@", bare.strip(_AROUND)))
    meant = {found for part in parts if part if (found := _normal(part.strip(_AROUND)))}
    return meant.pop() if len(meant) == 1 and all("@" in part for part in parts if part) else None


def _normal(part: str) -> Address | None:
    try:
        return address.normalise(part)
    except address.AddressError:
        return None

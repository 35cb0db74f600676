"""One spelling for words that people spell in many ways."""

from __future__ import annotations

import re
import unicodedata


def plain(word: str) -> str:
    """Return a word in small ASCII letters, with ``_`` for what is neither letter nor digit."""
    letters = unicodedata.normalize("NFKD", word)
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^A-Z0-9]+", "_", letters.upper()).strip("_").lower()

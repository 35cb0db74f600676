"""One spelling for words that people spell in many ways."""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


def alike(words: str) -> str:
    """Return words as they are compared: ``Barœul``, ``baroeul`` and ``BARŒUL`` are one, so are ``Pas-de-Calais`` and
    ``pas de calais``. Letters of every script count, accents, case and punctuation do not.
    """
    # Casefolding splits signs up and puts others together, so what it leaves is taken apart once more.
    small = unicodedata.normalize("NFKD", words).casefold().translate(_LIGATURES)
    return re.sub(r"[\W_]+", " ", _without_accents(small)).strip()


def plain(word: str) -> str:
    """Return a word in small ASCII letters, with ``_`` for what is neither letter nor digit."""
    # By way of capitals, which make two letters of ß.
    return re.sub(r"[^A-Z0-9]+", "_", _without_accents(word).upper()).strip("_").lower()


def _without_accents(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))

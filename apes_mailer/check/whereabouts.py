"""Where in the issue something stands that a rule has found on the page."""

from __future__ import annotations

import re

from apes_mailer.check.letter import CheckedLetter

_SHOWN = 40  # signs of a text that a finding quotes
_TELLING = 4  # letters and digits below which a text could stand anywhere


def quoted(words: str) -> str:
    """Return the beginning of a text, short enough for a message."""
    return words if len(words) <= _SHOWN else words[:_SHOWN].rsplit(" ", 1)[0] + " …"


def field_of(letter: CheckedLetter, words: str) -> str:
    """Return the path of the first text of the issue that holds these words; empty when the theme wrote them.

    Only letters and digits are compared, since typography and Markdown change the rest; of words with ellipses, the
    longest piece. A text of these words and no others comes before a longer one.
    """
    sought = max(map(_letters, words.split("…")), key=len)
    if len(sought) < _TELLING:
        return ""
    holding = {path: _letters(text) for path, text in letter.values if isinstance(text, str)}
    whole = next((path for path, letters in holding.items() if letters == sought), "")
    return whole or next((path for path, letters in holding.items() if sought in letters), "")


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()

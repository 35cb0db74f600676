"""The quotation marks, apostrophes and dashes of English, where an author has typed those of a typewriter.

Source: Unicode, General Punctuation; Hart's Rules for a spaced en dash between words. Doing it twice is doing it once.
"""

from __future__ import annotations

import re

from apes_mailer.render import not_words

_SPACED_DASHES = re.compile(r"(?<!\S)-{2,3}(?=\s|\Z)")
_JOINING_DASHES = re.compile(r"(?<=[^\W_])-{2,3}(?=[^\W_])")
_RANGE = re.compile(r"(?<=\d)--(?=\d)")
_OPENING = frozenset("([{—–-/“‘")  # after these a mark opens
# '90s, rock 'n' roll, 'tis: something is left out, and no quotation begins.
_LEFT_OUT = re.compile(r"'(?:\d\ds?|n['’]|tis|twas|em|til|cause|cos)(?!\w)", re.IGNORECASE)
_CLOSING = re.compile(r"(?<=[^\s(\[“‘])['’](?!\w)")


def dashes(text: str) -> str:
    """Return a text with dashes for two or three hyphens, but in addresses and merge tags; it may become shorter."""
    is_rule = text.startswith("---") and not text.strip("-")  # of Markdown; check says that letters have none
    if "--" not in text or is_rule:
        return text
    return not_words.around(text, _dashed)


def _dashed(words: str) -> str:
    words = _SPACED_DASHES.sub(lambda hyphens: "–" if len(hyphens.group()) == 2 else "—", words)
    return _JOINING_DASHES.sub("—", _RANGE.sub("–", words))


def marks(text: str) -> str:
    """Return a text of the same length with curved quotation marks and apostrophes.

    Addresses and merge tags stay as they are, and so do signs that may be feet and inches.
    """
    if '"' not in text and "'" not in text:
        return text
    return not_words.hidden(text, lambda words: _Marks(words).set_())


class _Marks:
    """Goes through a text once, and knows which quotations are open."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._out: list[str] = []
        self._in_double = self._in_single = False

    def set_(self) -> str:
        for place, sign in enumerate(self._text):
            before = self._out[-1] if self._out else " "
            after = self._text[place + 1 : place + 2] or " "
            now = self._mark(sign, place, before, after)
            self._out.append(now)
            self._follow(now, before, after)
        return "".join(self._out)

    def _mark(self, sign: str, place: int, before: str, after: str) -> str:
        match sign:
            case '"':
                return self._double(before, after)
            case "'":
                return self._single(place, before, after)
            case _:
                return sign

    def _follow(self, sign: str, before: str, after: str) -> None:
        """Open and close by what stands there now, whoever set it: so the second time goes like the first."""
        if sign in "“”":
            self._in_double = sign == "“"
        elif sign == "‘":
            self._in_single = True
        elif sign == "’" and not before.isspace() and not after.isalnum():
            self._in_single = False

    def _double(self, before: str, after: str) -> str:
        if _opens(before, after):
            return "“"
        return "”" if self._in_double and not before.isspace() else '"'

    def _single(self, place: int, before: str, after: str) -> str:
        if _opens(before, after):
            quoted = not _LEFT_OUT.match(self._text, place) and _CLOSING.search(self._text, place + 2)
            return "‘" if quoted else "’"
        if before.isspace():
            return "'"
        if before.isdigit() and not after.isalpha():  # feet, minutes
            return "’" if self._in_single and not after.isdigit() else "'"
        return "’"


def _opens(before: str, after: str) -> bool:
    return (before.isspace() or before in _OPENING) and not after.isspace()

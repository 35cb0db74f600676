"""The spaces and apostrophes of French, where an author has typed ordinary ones; English has a module of its own.

Nothing is added or taken away: a space that is there becomes one at which no line breaks, a straight apostrophe between
letters a curved one. So nothing but whitespace and apostrophes can change, and doing it twice is doing it once.

Source: Lexique des règles typographiques en usage à l'Imprimerie nationale, for the signs. U+00A0 rather than the
narrow U+202F, for which old fonts of Windows have no glyph.
"""

from __future__ import annotations

import functools
import re

from apes_mailer.render import english, not_words

NO_BREAK = "\u00a0"
_SPACE = "[ \u00a0\u202f]"

# A colon or semicolon may begin a smiley.
_SIGN = r"(?:[:;](?![)(\w/-])|[!?»%€](?!\w))"
_BEFORE_SIGN = re.compile(rf"(?<=\S){_SPACE}(?={_SIGN})|^{_SPACE}(?={_SIGN})")
_DEGREES = re.compile(rf"(?<=\d){_SPACE}(?=°)")
_AFTER_QUOTE = re.compile(rf"(?<=«){_SPACE}")
# 6 400, 1 250 000: groups of three digits after one to three. Not 12 34 56 78 90, which is a telephone number.
_THOUSANDS = re.compile(rf"(?<![\d,.])\d{{1,3}}(?:{_SPACE}\d{{3}})+(?![\d,.]*\d)")
_HOURS = re.compile(rf"(?<=\d){_SPACE}(?=h\b)|(?<=\dh){_SPACE}(?=\d\d\b)|(?<=\d[ \u00a0\u202f]h){_SPACE}(?=\d\d\b)")
_NUMBERED = re.compile(rf"(?<=\bn°){_SPACE}(?=\d)|(?<=\b[Aa]rt\.){_SPACE}(?=\d)|(?<=\bM\.){_SPACE}|(?<=\bMme){_SPACE}")
_PHONE = re.compile(rf"(?<![\d+])(?:\+\d\d{_SPACE}|0)[1-9](?:{_SPACE}\d\d){{4}}(?!{_SPACE}?\d)")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W_]|[«“])")
_LAST_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'\Z")
_TAG = ("<<", "{{")


@functools.lru_cache(maxsize=1024)
def of(text: str, language: str) -> str:
    """Return a text as printers of its language would set it."""
    return signs(dashes(text, language), language)


def dashes(text: str, language: str) -> str:
    """Return a text with its dashes, where its language has them typed as hyphens; it may become shorter."""
    return english.dashes(text) if language == "en" else text


def signs(text: str, language: str) -> str:
    """Return a text of the same length with the spaces, apostrophes and quotation marks of its language."""
    match language:
        case "fr":
            return french(text)
        case "en":
            return english.marks(text)
        case _:
            return text


def french(text: str) -> str:
    """Return a text with French spacing; addresses and merge tags in it stay as they are."""
    parts: list[str] = []
    done = 0
    for match in not_words.PATTERN.finditer(text):
        words = _words(text[done : match.start()])
        if match.group().startswith(_TAG):
            words = _LAST_APOSTROPHE.sub("’", words)
        parts += [words, match.group()]
        done = match.end()
    return "".join([*parts, _words(text[done:])])


def _words(text: str) -> str:
    text = _APOSTROPHE.sub("’", text)
    for pattern in (_BEFORE_SIGN, _DEGREES, _AFTER_QUOTE, _HOURS, _NUMBERED):
        text = pattern.sub(NO_BREAK, text)
    for pattern in (_THOUSANDS, _PHONE):
        text = pattern.sub(lambda number: re.sub(_SPACE, NO_BREAK, number.group()), text)
    return text

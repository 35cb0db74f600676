"""Signs that readers would see as they stand: HTML, Markdown of other kinds, tags of other tools, broken letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model import field
from apes_mailer.model.finding import Finding
from apes_mailer.model.text import Line, MailAddress, Markdown

_ELEMENTS = (
    "a|abbr|article|aside|audio|b|base|blockquote|body|br|button|caption|center|cite|code|col|dd|del|details|div|dl|dt"
    "|em|embed|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main"
    "|mark|meta|nav|object|[uo]l|option|p|picture|pre|q|s|script|section|select|small|source|span|strike|strong|style"
    "|su[bp]|summary|svg|t[rdh]|table|tbody|textarea|tfoot|thead|u|video|wbr"
)
_HTML = re.compile(rf"</?(?:{_ELEMENTS})(?:\s[^<>\n]*)?/?>|<!--", re.IGNORECASE)
_MARKDOWN = re.compile(
    r"\*\*[^*\n]{1,200}\*\*|(?<![\w*])\*[^*\s][^*\n]{0,200}\*(?![\w*])|(?<![\w_])_[^_\s][^_\n]{0,200}_(?![\w_])"
    r"|^#{1,6} .*|\[[^\[\]\n]{1,200}\]\([^()\s]{1,1000}\)"
)
_REFERENCE = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);", re.IGNORECASE)
# What UTF-8 looks like to a program that takes it for Windows-1252, a lost letter, and signs of Word's own fonts.
_BROKEN = re.compile(
    r"[^\s<>()]*(?:Ã[\u0080-\u00bf\u0152-\u2122]|â€|Â[\u00a0-\u00bf]|\ufffd|[\ue000-\uf8ff])[^\s<>()]*"
)
# A direction that is forced turns what follows around; one that is never ended goes on over what comes after the text.
_FORCED = re.compile("[\u202d\u202e]")
_DIRECTIONS = ((re.compile("[\u202a\u202b]"), "\u202c"), (re.compile("[\u2066-\u2068]"), "\u2069"))
_LINES = {
    "quote": re.compile(r"^ {0,3}> ?\S.*$", re.MULTILINE),
    "table": re.compile(r"^ *\|.*\| *\n *\|[ :|-]*-[ :|-]*\|? *$", re.MULTILINE),
    "rule": re.compile(r"^ {0,3}(?:-{3,}|\*{3,}|_{3,}) *$", re.MULTILINE),
    "struck": re.compile(r"~~[^~\n]+~~"),
}
_WORD = r"(?P<{}>[^\W\d][\w .-]{{0,30}})"
_PLACES = (r"\$?\{{{}\}}", r"\[{}\](?!\()", r"\[\[{}\]\]", "%{}%", "<%=? *{} *%>", "#{}#", "‹{}[›>]")
_FOREIGN_TAG = re.compile("|".join(place.format(_WORD.format(f"in{n}")) for n, place in enumerate(_PLACES)))
_PERSON = frozenset({field.EMAIL, "PRENOM", "NOM"})
_OWNER = re.compile(r"^(?:contact|recipient|subscriber|user|merge|attributes?)[._ ]", re.IGNORECASE)


def signs(letter: CheckedLetter) -> Iterator[Finding]:
    """No text shows signs that were meant for a program; of each kind the first one is told."""
    for path, value in letter.values:
        if isinstance(value, (Line, Markdown)) and not isinstance(value, MailAddress):
            yield from (finding(f"raw-signs.{name}", path, signs=shown) for name, shown in _kinds(value))


def _kinds(words: Line | Markdown) -> Iterator[tuple[str, str]]:
    patterns = {"html": _HTML, "broken": _BROKEN}
    if isinstance(words, Markdown):
        patterns |= _LINES
    else:
        # A text of Markdown has its letters put in, and its signs understood.
        patterns |= {"reference": _REFERENCE, "markdown": _MARKDOWN}
    for name, pattern in patterns.items():
        if match := pattern.search(words):
            yield name, match.group().strip().partition("\n")[0]
    if turning := _turning(words):
        yield "turned", f"U+{ord(turning):04X}"
    for match in _FOREIGN_TAG.finditer(words):
        meant = field.field_named(_OWNER.sub("", next(filter(None, match.groups()))))
        if meant in _PERSON:
            yield "tag", match.group()
            break


def _turning(words: str) -> str:
    """Return the invisible sign that turns words around, or nothing."""
    if forced := _FORCED.search(words):
        return forced.group()
    for begins, end in _DIRECTIONS:
        if len(begun := begins.findall(words)) > words.count(end):
            return begun[-1]
    return ""

"""A sign that no old character set has, in each part of every letter.

A provider may send a part in ISO 8859-1 when it can, as SendGrid does, and Gmail then cuts it, however small. Themes
have such a sign in a natural place; a theme of somebody's own may have lost it, and an author's words may hold none.
"""

from __future__ import annotations

JOINER = "\u200c"
"""Zero width non-joiner: nobody sees or hears it, and Latin-1 has nothing like it."""


def _is_latin_1(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def html(page: str) -> str:
    """Return a page that cannot be sent as Latin-1: when it could, with a joiner at the end of its body."""
    if not _is_latin_1(page):
        return page
    before, tag, after = page.rpartition("</body>")
    return f"{before}{JOINER}{tag}{after}"


def text(words: str) -> str:
    """Return a plain text that cannot be sent as Latin-1: when it could, with a joiner after its first line."""
    if not _is_latin_1(words):
        return words
    first, end, rest = words.partition("\n")
    return f"{first}{JOINER}{end}{rest}"

"""Characters that a program of old took from Windows and named wrongly: U+0080 to U+009F.

Word's ``’ “ … € œ`` are the bytes 0x80 to 0x9F of Windows-1252. Whoever reads these as ISO 8859-1 gets invisible
control characters (C1, ISO 6429), and a single one makes Gmail cut a letter. What was meant is known for 27 of the 32;
browsers do the same (WHATWG HTML, numeric character reference end state).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CODES = re.compile("[\x80-\x9f]")
MEANT = {
    code: sign for code in map(chr, range(0x80, 0xA0)) if (sign := code.encode("latin-1").decode("cp1252", "ignore"))
}
"""The character that was meant, for each code for which there is one."""

_REPAIRABLE = re.compile(f"[{''.join(MEANT)}]")
_REFERENCE = re.compile(r"&#(?:0*(1[2-5]\d)|x0*([89][0-9a-f]));", re.IGNORECASE)
_ESCAPED = re.compile(r"(?:\\x|\\u00)(?P<code>[89][0-9a-f])", re.IGNORECASE)  # as YAML is written by programs


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What was put right in a file: the line, counted from 1, the field it belongs to, and the codes found there."""

    line: int
    field: str
    codes: tuple[str, ...]


def found(line: str) -> list[str]:
    """Return the codes that can be repaired in a line of a file: as such, named as in HTML, or escaped as in YAML."""
    if line.isascii() and "&#" not in line and "\\" not in line:
        return []
    # Only what has a quotation mark behind it can stand between two, where a backslash means something.
    escaped = [chr(int(match["code"], 16)) for match in _ESCAPED.finditer(line, 0, line.rfind('"') + 1)]
    named = [_code(match) for match in _REFERENCE.finditer(line)]
    return [code for code in (*_REPAIRABLE.findall(line), *named, *escaped) if code in MEANT]


def repaired(text: str) -> str:
    """Return a text with what was meant in place of each code, ``&#146;`` included; what nobody can tell stays."""
    if "&#" in text:
        text = _REFERENCE.sub(lambda match: MEANT.get(_code(match), match[0]), text)
    return text if text.isascii() else _REPAIRABLE.sub(lambda code: MEANT[code[0]], text)


def _code(reference: re.Match[str]) -> str:
    return chr(int(reference[1] or reference[2], 10 if reference[1] else 16))

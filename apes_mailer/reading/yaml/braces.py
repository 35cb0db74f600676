"""Fields in braces that YAML cannot read as they stand, written on lines of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from apes_mailer.reading.yaml.entry import Entry, quoted, without_quotes
from apes_mailer.reading.yaml.source import Correction
from apes_mailer.reading.yaml.words import Words

_FIELD = re.compile(r"(?:^|,)\s*(?P<key>[\w-]+)\s*:(?:\s+|$)")
_PLAIN = re.compile(r"\w(?:[^\s:#]|:(?=\S)|(?<=\S)#| (?!#))*")


def unfolded(lines: Sequence[str], entry: Entry, words: Words) -> Correction | None:
    """Return the fields of ``button: {text: Oui : non, link: …}`` below their name, or None when they are none."""
    if words.is_text(entry.key):
        return None
    parts = [entry.value, *(line.strip() for line in lines[entry.line + 1 : entry.last + 1])]
    inside = without_quotes(" ".join(filter(None, parts))).strip()
    if not inside.startswith("{") or inside.startswith("{{"):
        return None
    pairs = _pairs(inside[1:].removesuffix("}").strip(), words)
    if not pairs:
        return None
    head = lines[entry.line][: entry.value_column]
    column = entry.column + 2 if entry.key else entry.value_column
    fields = [f"{' ' * column}{key}: {_written(value)}".rstrip() for key, value in pairs]
    new = [head.rstrip(), *fields] if entry.key else [head + fields[0].lstrip(), *fields[1:]]
    return Correction(entry.line, entry.last, tuple(new))


def _pairs(text: str, words: Words) -> list[tuple[str, str]]:
    """Return the fields and their texts; none when something stands before the first, or inside of another brace."""
    found = [match for match in _FIELD.finditer(text) if words.is_field(match["key"])]
    if not found or found[0].start() != 0:
        return []
    ends = [*(match.start() for match in found[1:]), len(text)]
    pairs = [(match["key"], text[match.end() : end].strip()) for match, end in zip(found, ends, strict=True)]
    nested = any(value.startswith(("[", "{")) and not value.startswith("{{") for _, value in pairs)
    return [] if nested else pairs


def _written(value: str) -> str:
    text = without_quotes(value)
    return text if not text or _PLAIN.fullmatch(text) else quoted(text)

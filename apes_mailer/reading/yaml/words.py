"""The names that the fields of a file may have: all that this package knows of what the text is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from apes_mailer.model.spelling import plain

_FIELD = re.compile(r"(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>[\w-]+)[ ]?:(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Words:
    """The plain names that fields have, or that people give them.

    All, those whose value is text, and those whose text is always one line that is shown as it is written.
    """

    fields: frozenset[str]
    texts: frozenset[str]
    lines: frozenset[str] = frozenset()

    def starts_field(self, line: str) -> bool:
        """Tell whether a line starts with the name of a field and a colon, after dashes or not.

        Names are lower-case: ``Note : venez`` is a sentence.
        """
        match = _FIELD.match(line)
        return match is not None and self.is_field(match["key"])

    def is_field(self, key: str) -> bool:
        """Tell whether a word in small letters is the name of a field."""
        return key.islower() and plain(key) in self.fields

    def is_text(self, key: str) -> bool:
        """Tell whether a word in small letters is the name of a field of text."""
        return key.islower() and plain(key) in self.texts

    def is_line(self, key: str) -> bool:
        """Tell whether a word in small letters is the name of a field of one line."""
        return key.islower() and plain(key) in self.lines

"""Where in the files of a theme, or in the settings, something is decided that a rule found on the page."""

from __future__ import annotations

from typing import NamedTuple

from apes_mailer.check import catalogue
from apes_mailer.model.finding import Finding
from apes_mailer.model.theme import Theme

_NO_FIELD = ("", "theme")  # a finding about the letter as a whole, or about the theme that it takes


class Place(NamedTuple):
    """A file by the path that people know, and a line of it, counted from 1, when one can be told."""

    file: str
    line: int | None


def place(found: Finding, theme: Theme) -> Place | None:
    """Return where to mend what a finding is about; None when that is in the issue.

    The catalogue names files for what a rule can say, with a text to look for in them: the first that is there counts.
    """
    if found.line is not None or found.field not in _NO_FIELD:
        return None
    last: Place | None = None
    for look in catalogue.entries()[found.name].look:
        name, _, marker = look.partition(":")
        file = theme.files.get(name)
        last = Place(file.path if file else name, None)
        marker = marker.format_map(found.values).casefold()
        if file and marker and (at := file.text.casefold().find(marker)) >= 0:
            return last._replace(line=file.text.count("\n", 0, at) + 1)
    return last

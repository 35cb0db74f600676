"""Long lines on a terminal: folded between words, with the rest hanging under their beginning."""

from __future__ import annotations

import os
import re
import sys
import textwrap

_NARROWEST = 40  # columns; on less nothing is gained
_FURTHEST = 30  # columns, at which the rest of a line may hang
_STEP = 4
_SPACE = "\0"  # a space at which no line is folded

# Commands, codes and merge tags stay whole, so that they can be pasted.
_WHOLE = re.compile(r"`[^`\n]*`|<<[^<>\n]*>>|\b(?:apes-mailer|pip|sudo|cd) (?:(?!\. )[^,;()\n])*")
# "  Subject     Ce qui lève au jardin": the value of a row stands two columns or more after its name.
_ROW = re.compile(r" *(?:[^ ]+ ){0,3}[^ ]+ {2,}(?=[^ ])")


def fitted(text: str) -> str:
    """Return a text as the terminal on stderr has room for it; what goes to a file or a program stays as it is."""
    return folded(text, _columns())


def folded(text: str, width: int) -> str:
    """Return a text with lines of at most ``width`` columns, but for words and commands that are longer."""
    if width < _NARROWEST:
        return text
    return "\n".join(line if len(line) <= width else _folded(line, width) for line in text.split("\n"))


def _folded(line: str, width: int) -> str:
    row = _ROW.match(line)
    lead = len(line) - len(line.lstrip(" "))
    hang = row.end() if row and row.end() <= _FURTHEST else lead + _STEP
    parted = _WHOLE.sub(lambda whole: whole.group().replace(" ", _SPACE), line[lead:])
    rest = textwrap.wrap(
        parted,
        width,
        initial_indent=" " * lead,
        subsequent_indent=" " * hang,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(rest).replace(_SPACE, " ")


def _columns() -> int:
    """Return how wide the terminal on stderr is; 0 when there is none, or when it does not say."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return 0

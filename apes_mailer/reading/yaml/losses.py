"""Text that YAML would accept and swallow: hashtags, leading signs, dashes without a space.

Nothing here is a fault for a parser. It is one for the author, who would find the words missing in the letter.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from apes_mailer.reading.yaml.entry import Entry, entry_at, indentation, rewritten, text_column
from apes_mailer.reading.yaml.proposal import is_written
from apes_mailer.reading.yaml.source import Correction, Fault, Source
from apes_mailer.reading.yaml.tree import Scalar, Scan
from apes_mailer.reading.yaml.words import Words

_HASHTAG = re.compile(r"""(?:^|(?<=[ \t"']))#+[^\s#]\S*""")
_COMMENTED_OUT = re.compile(r"#+(?:-|[\w-]+:(?:\s|$))")
_GLUED_DASH = re.compile(r"(?P<lead>[ ]*)[-–—•·](?P<rest>[ ]?(?P<key>[\w-]+)[ ]?:(?:\s.*)?)")
_SIGNS = {"!": "a type", "&": "a label", "*": "a reference"}


def find(source: Source, done: Scan, words: Words) -> list[Fault]:
    """Return a fault for each place where YAML would drop or change what was written."""
    lines = source.lines
    return [
        *_open_quotes(lines, done, words),
        *_signs(lines, done),
        *_hashtags(lines, done, words),
        *_line_starts(lines, done, words),
    ]


def _open_quotes(lines: Sequence[str], done: Scan, words: Words) -> Iterator[Fault]:
    """Find quotation marks that are closed by those of a later field, with the fields between as text."""
    for scalar in done.scalars.values():
        place = scalar.place
        if scalar.style not in {"'", '"'} or place.end_line == place.line:
            continue
        entry = entry_at(lines, place.line)
        inside = lines[place.line + 1 : place.end_line + 1]
        if entry is not None and any(words.starts_field(line) and indentation(line) <= entry.column for line in inside):
            yield Fault(
                line=place.line,
                message="opens a quotation mark that is not closed before the next field",
                correction=rewritten(lines, entry, entry.line).correction,
            )


def _signs(lines: Sequence[str], done: Scan) -> Iterator[Fault]:
    for place in done.marked:
        sign = lines[place.line][place.column]
        message = f"starts with {sign}, which YAML takes for {_SIGNS.get(sign, 'a mark')} and not for text"
        entry = entry_at(lines, place.line)
        if entry is None or entry.value_column != place.column or (place.line, place.column) not in done.scalars:
            yield Fault(line=place.line, message=message, cure="Remove it, or put the whole text in quotes.")
        else:
            last = max(entry.line, place.end_line)
            yield Fault(line=place.line, message=message, correction=rewritten(lines, entry, last).correction)


def _hashtags(lines: Sequence[str], done: Scan, words: Words) -> Iterator[Fault]:
    scalars = sorted(done.scalars.values(), key=lambda scalar: scalar.place.start)
    starts = [(scalar.place.line, scalar.place.column) for scalar in scalars]
    for line, text in enumerate(lines):
        for match in _HASHTAG.finditer(text) if "#" in text else ():
            at = bisect_left(starts, (line, match.start()))
            before = scalars[at - 1] if at else None
            if before is not None and _covers(before, line, match.start()):
                continue
            yield from _comment(lines, before, line, match, words)
            break


def _covers(scalar: Scalar, line: int, column: int) -> bool:
    """Tell whether a place is inside a scalar; the line of its ``|`` is not."""
    if scalar.is_block and line == scalar.place.line:
        return False
    return (line, column) < (scalar.place.end_line, scalar.place.end_column)


def _comment(
    lines: Sequence[str], before: Scalar | None, line: int, match: re.Match[str], words: Words
) -> Iterator[Fault]:
    """Yield a fault if the comment that starts at ``match`` looks like words of the text before it."""
    on_own_line = not is_written(lines[line])
    goes_on = before is not None and before.place.end_line in {line, line - 1} and not before.is_null
    start = before.place.line if before is not None and goes_on else line
    entry = entry_at(lines, start)
    if on_own_line and not (goes_on and entry is not None and _looks_like_text(lines[line], entry)):
        return
    if entry is not None and entry.value.startswith("#") and entry.last > line and not words.is_text(entry.key):
        return
    correction = None
    if on_own_line and entry is not None and entry.opens_block:
        correction = Correction(line, line, (" " * text_column(lines, entry) + lines[line].lstrip(),))
    elif entry is not None:
        correction = rewritten(lines, entry, entry.last if entry.value.startswith("#") else line).correction
    yield Fault(
        line=line,
        message=f"would lose everything from {match.group()} on: YAML takes it for a comment",
        correction=correction,
        cure="" if correction is not None else "Put the whole text in quotes.",
    )


def _looks_like_text(line: str, entry: Entry) -> bool:
    return indentation(line) > entry.column and _COMMENTED_OUT.match(line.lstrip()) is None


def _line_starts(lines: Sequence[str], done: Scan, words: Words) -> Iterator[Fault]:
    """Find dashes that are part of a name for YAML, and non-breaking spaces before one."""
    for line, column in done.scalars:
        text = lines[line]
        first = text[column : column + 1]
        if text[:column].strip():
            continue
        match = _GLUED_DASH.fullmatch(text)
        if match is not None and words.is_field(match["key"]) and len(match["lead"]) == column:
            new = f"{match['lead']}- {match['rest'].lstrip()}"
            yield Fault(line=line, message="has no space after the dash", correction=Correction(line, line, (new,)))
        elif first.isspace():
            new = " " * indentation(text) + text.lstrip()
            message = "is indented with a non-breaking space; YAML wants spaces"
            yield Fault(line=line, message=message, correction=Correction(line, line, (new,)))

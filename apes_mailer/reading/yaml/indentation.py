"""Proposals for lines that start in the wrong column, or with the wrong kind of blank."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apes_mailer.reading.yaml.entry import entry_at, indentation, last_line_below
from apes_mailer.reading.yaml.proposal import Proposal, is_written, previous_written
from apes_mailer.reading.yaml.source import Correction
from apes_mailer.reading.yaml.words import Words

_WRONG_BLANK = re.compile(r"[ ]*[^\S ]")
_LEADING_BLANK = re.compile(r"\s+")


def blanks(lines: Sequence[str], fault: int) -> Iterator[Proposal]:
    """Propose spaces for the tabs and non-breaking spaces that lines start with."""
    wrong = {index for index, line in enumerate(lines) if line.strip() and _WRONG_BLANK.match(line)}
    first, last = min(wrong, default=fault + 1), max(wrong, default=0)
    if first > fault:
        return
    kind = "a tab" if "\t" in lines[first][: indentation(lines[first])] else "a non-breaking space"
    others = f", and so {'are' if len(wrong) > 2 else 'is'} {len(wrong) - 1} more below" if len(wrong) > 1 else ""
    message = f"is indented with {kind}{others}; YAML wants spaces"
    cure = "Use spaces at the start of each line. This one becomes:\n"
    for beyond in dict.fromkeys((last, first)):
        for width in (2, 4, 8, 1):
            new = [_spaced(lines[at], width) if at in wrong else lines[at] for at in range(first, last + 1)]
            yield Proposal(
                line=first,
                message=message,
                correction=Correction(first, last, tuple(new)),
                beyond=beyond,
                cure=cure + new[0],
            )
    # No width of the tab puts it below what it belongs to: it slipped in before a field, mostly a deep one.
    for column in sorted(columns_around(lines, first), reverse=True):
        new = [" " * column + lines[first].lstrip()]
        yield Proposal(
            line=first,
            message=message,
            correction=Correction(first, first, tuple(new)),
            beyond=first,
            cure=cure + new[0],
        )


def _spaced(line: str, width: int) -> str:
    return _LEADING_BLANK.sub(lambda match: re.sub(r"\s", " ", match.group().expandtabs(width)), line, count=1)


def wrong_columns(lines: Sequence[str], fault: int, words: Words) -> Iterator[Proposal]:
    """Propose to move the line of the fault, or one just above, alone or with what is below it.

    Most of these let the parser get further; the one that gets it furthest with the least change is right.
    """
    at: int | None = fault if is_written(lines[fault]) else previous_written(lines, fault)
    for _ in range(3):
        if at is None:
            return
        if words.starts_field(lines[at]) or lines[at].lstrip().startswith("- "):
            yield from _moved(lines, at, fault)
        at = previous_written(lines, at)


def _moved(lines: Sequence[str], line: int, fault: int) -> Iterator[Proposal]:
    now = indentation(lines[line])
    for column in sorted(columns_around(lines, line) - {now}, key=lambda column: (abs(column - now), column)):
        for last in dict.fromkeys((line, last_line_below(lines, line, now))):
            yield Proposal(
                line=line,
                message="is indented differently from the lines that it belongs with",
                correction=Correction(line, last, shifted(lines, line, last, column - now), moves=True),
                beyond=fault,
            )


def shifted(lines: Sequence[str], first: int, last: int, by: int) -> tuple[str, ...]:
    """Return some lines moved to the right, or to the left by a negative number of columns."""
    return tuple(
        " " * max(0, indentation(line) + by) + line.lstrip() if line.strip() else "" for line in lines[first : last + 1]
    )


def columns_around(lines: Sequence[str], line: int) -> set[int]:
    """Return the columns where a line may start: of what precedes or encloses it, and of what follows."""
    columns: set[int] = set()
    outermost = 1_000
    at = previous_written(lines, line)
    while at is not None and outermost > 0:
        start = indentation(lines[at])
        if start <= outermost:
            entry = entry_at(lines, at)
            columns |= {start} if entry is None else {start, entry.column}
            if entry is not None and entry.is_empty:
                columns.add(entry.column + 2)
            outermost = start
        at = previous_written(lines, at)
    following = next((at for at in range(line + 1, len(lines)) if is_written(lines[at])), None)
    return columns if following is None else columns | {indentation(lines[following])}

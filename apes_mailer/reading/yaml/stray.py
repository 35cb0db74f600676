"""Proposals for what does not belong where it stands, or lacks a sign: colons, dashes, slips of the hand, text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apes_mailer.reading.yaml.entry import Entry, entry_at, indentation, rewritten, text_column
from apes_mailer.reading.yaml.indentation import columns_around, shifted
from apes_mailer.reading.yaml.proposal import Proposal, is_written, previous_written
from apes_mailer.reading.yaml.source import Correction
from apes_mailer.reading.yaml.tree import Scan
from apes_mailer.reading.yaml.words import Words

_GLUED_COLON = re.compile(r"(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>[\w-]+)[ ]?:(?!//)[^\S ]*(?P<value>\S.*)")
_NO_COLON = re.compile(r"(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>[\w-]+)(?:(?:[ ]*=[ ]*|[ ]+)(?P<value>[^:=].*))?")
_GLUED_DASH = re.compile(r"(?P<lead>[ ]*)[-–—•·*]+[ ]*(?P<rest>(?P<key>[\w-]+)[ ]?:(?:\s.*)?)")
_STRAY_SIGN = re.compile(
    r"[ ]*(?P<sign>[^\w\s#-]{1,3})[ ]*(?P<rest>(?P<dashes>(?:-[ ]+)*)(?P<key>[\w-]+)[ ]?:(?:\s.*)?)"
)
_LONGEST_TEXT = 200  # lines; a longer one is no text, but another file


def glued(lines: Sequence[str], fault: int, done: Scan, words: Words) -> Iterator[Proposal]:
    """Propose the space that is missing after a colon or a dash."""
    for line in range(fault + 1):
        for pattern, what in ((_GLUED_COLON, "colon"), (_GLUED_DASH, "dash")):
            match = pattern.fullmatch(lines[line])
            if match is None or not words.is_field(match["key"]):
                continue
            if line < fault - 1 and done.place(line, len(match["lead"])) is None:
                continue  # inside a text
            colon = what == "colon"
            new = f"{match['lead']}{match['key']}: {match['value']}" if colon else f"{match['lead']}- {match['rest']}"
            if new == lines[line]:
                continue
            yield Proposal(
                line=line,
                message=f"has no space after the {what}",
                correction=Correction(line, line, (new,)),
                reads=(line, len(match["lead"]) + (0 if colon else 2), match["key"]),
            )


def without_colon(lines: Sequence[str], fault: int, words: Words) -> Iterator[Proposal]:
    """Propose the colon that is missing after the name of a field, on the line of the fault or just above."""
    for line in [at for at in range(fault, -1, -1) if is_written(lines[at])][:2]:
        match = _NO_COLON.fullmatch(lines[line])
        if match is not None and words.is_field(match["key"]):
            yield Proposal(
                line=line,
                message=f'has no colon after "{match["key"]}"',
                correction=Correction(line, line, (f"{match['lead']}{match['key']}: {match['value'] or ''}".rstrip(),)),
                reads=(line, len(match["lead"]), match["key"]),
                beyond=line,
            )


def stray_sign(lines: Sequence[str], fault: int, words: Words) -> Iterator[Proposal]:
    """Propose to take away a sign that a slip of the hand has put before a field."""
    for line in range(fault + 1):
        match = _STRAY_SIGN.fullmatch(lines[line])
        if match is None or not words.is_field(match["key"]):
            continue
        for column in sorted(columns_around(lines, line)):
            yield Proposal(
                line=line,
                message=f"starts with {match['sign']}, which does not belong before a field",
                correction=Correction(line, line, (" " * column + match["rest"],)),
                reads=(line, column + len(match["dashes"]), match["key"]),
                beyond=line,
            )


def stray_text(lines: Sequence[str], fault: int, words: Words) -> Iterator[Proposal]:
    """Propose to make the text at a fault part of the field above it."""
    line = fault if is_written(lines[fault]) else previous_written(lines, fault)
    if line is not None and words.starts_field(lines[line]):
        line = previous_written(lines, line)
    if line is None or words.starts_field(lines[line]):
        return
    first = last = line
    above = previous_written(lines, first)
    while above is not None and line - above < _LONGEST_TEXT and not words.starts_field(lines[above]):
        first, above = above, previous_written(lines, above)
    for at in range(line + 1, min(line + _LONGEST_TEXT, len(lines))):
        if words.starts_field(lines[at]):
            break
        last = at if is_written(lines[at]) else last
    owner = None if above is None else entry_at(lines, above)
    if owner is not None:
        yield from _cut_by_comment(lines, owner, fault)
        yield from _for_owner(lines, owner, first, last, fault)


def homeless(lines: Sequence[str], fault: int, words: Words) -> Iterator[Proposal]:
    """Propose to leave out a line that is no field and belongs to none."""
    for line in (fault, previous_written(lines, fault)):
        if line is not None and is_written(lines[line]) and not words.starts_field(lines[line]):
            yield Proposal(
                line=line,
                message="belongs to no field",
                correction=Correction(line, line, (f"# {lines[line].strip()}",)),
                beyond=line,
                cure='Write it after the name of a field. To keep it as a note for yourself, put "# " before it.',
            )


def _cut_by_comment(lines: Sequence[str], owner: Entry, fault: int) -> Iterator[Proposal]:
    """Propose to move a comment that stands inside a text and so ends it."""
    between = range(owner.line + 1, fault + 1)
    comments = [at for at in between if lines[at].strip() and not is_written(lines[at])]
    if owner.opens_block and comments:
        kept = tuple("" if at in comments else lines[at] for at in between)
        yield Proposal(
            line=comments[0],
            message=f'is a comment inside the text of "{owner.key}", which ends here for YAML',
            correction=Correction(owner.line + 1, fault, kept),
            beyond=fault,
            cure="Move the comment above the field, or indent it as the text to make it part of the letter.",
        )


def _for_owner(lines: Sequence[str], owner: Entry, first: int, last: int, fault: int) -> Iterator[Proposal]:
    """Propose to indent lines below the field above them, as they are or as a block of text."""
    column = text_column(lines, owner)
    outside = [at for at in range(first, last + 1) if is_written(lines[at]) and indentation(lines[at]) < column]
    if not outside:
        return
    start, last = outside[0], outside[-1]
    by = column - min(indentation(lines[at]) for at in outside)
    moved = tuple(shifted(lines, at, at, by)[0] if at in outside else lines[at] for at in range(start, last + 1))
    message = f'belongs to the text of "{owner.key}" above, but is not indented below it'
    correction = Correction(start, last, moved)
    yield Proposal(line=start, message=message, correction=correction, beyond=max(fault, last))
    below = (*lines[:start], *moved, *lines[last + 1 :])
    if not owner.is_empty and not owner.opens_block and (entry := entry_at(below, owner.line)) is not None:
        rewrite = rewritten(below, entry, last)
        reads = (owner.line, rewrite.column, rewrite.text)
        yield Proposal(line=start, message=message, correction=rewrite.correction, reads=reads)

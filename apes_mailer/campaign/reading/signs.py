"""Proposals for signs that are missing, or that do not belong there: colons, dashes, spaces, slips of the hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apes_mailer.campaign.reading.indentation import columns_around
from apes_mailer.campaign.reading.proposal import Proposal, Words, is_written
from apes_mailer.campaign.reading.source import Correction
from apes_mailer.campaign.reading.tree import Scan

_GLUED_COLON = re.compile(r"(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>[\w-]+)[ ]?:(?!//)[^\S ]*(?P<value>\S.*)")
_NO_COLON = re.compile(r"(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>[\w-]+)(?:(?:[ ]*=[ ]*|[ ]+)(?P<value>[^:=].*))?")
_GLUED_DASH = re.compile(r"(?P<lead>[ ]*)[-–—•·*]+[ ]*(?P<rest>(?P<key>[\w-]+)[ ]?:(?:\s.*)?)")
_STRAY_SIGN = re.compile(
    r"[ ]*(?P<sign>[^\w\s#-]{1,3})[ ]*(?P<rest>(?P<dashes>(?:-[ ]+)*)(?P<key>[\w-]+)[ ]?:(?:\s.*)?)"
)


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

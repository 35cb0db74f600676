"""What a list of messages shows of a letter: its subject, and the preheader after it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check import known, prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding

_SHORT_SUBJECT, _LONG_SUBJECT = 20, 60
_SHORT_PREHEADER, _LONG_PREHEADER = 40, 90
_LETTERS_TO_SHOUT = 8  # fewer capital letters than these are an abbreviation

_REPLY = re.compile(r"\s*(?P<mark>re|fwd?|tr|rép|aw|wg)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)

# Flags are two letters; other emoji may be followed by a variation, a skin colour, and more of them after a joiner.
_PICTOGRAM = (
    "[\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa\u2600-\u27bf\u2b50\u2b55"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
)
_EMOJI = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_PICTOGRAM}[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d{_PICTOGRAM}[\ufe0f\U0001f3fb-\U0001f3ff]*)*"
)


def subject(letter: CheckedLetter) -> Iterator[Finding]:
    """The subject can be read whole on a phone, does not shout, and says nothing untrue."""
    words = prose.filled(letter.issue.subject)
    if len(words) > _LONG_SUBJECT:
        yield finding("subject-length.long", "subject", count=len(words), most=_LONG_SUBJECT)
    elif len(words) < _SHORT_SUBJECT:
        yield finding("subject-length.short", "subject", count=len(words), least=_SHORT_SUBJECT)
    letters = [character for character in words if character.isalpha()]
    if len(letters) >= _LETTERS_TO_SHOUT and all(character.isupper() for character in letters):
        yield finding("subject-capitals", "subject")
    if (emoji := len(_EMOJI.findall(words))) > 1:
        yield finding("subject-emoji", "subject", count=emoji)
    if mark := _REPLY.match(words):
        yield finding("subject-reply", "subject", mark=mark["mark"])


def preheader(letter: CheckedLetter) -> Iterator[Finding]:
    """The preheader is there, adds something to the subject, and fills the line."""
    if letter.issue.preheader is None:
        yield finding("preheader-missing")
        return
    words = prose.filled(letter.issue.preheader)
    if known.key(words) == known.key(prose.filled(letter.issue.subject)):
        yield finding("preheader-repeats", "preheader")
    elif len(words) < _SHORT_PREHEADER:
        yield finding("preheader-length.short", "preheader", count=len(words), least=_SHORT_PREHEADER)
    elif len(words) > _LONG_PREHEADER:
        yield finding("preheader-length.long", "preheader", count=len(words), most=_LONG_PREHEADER)

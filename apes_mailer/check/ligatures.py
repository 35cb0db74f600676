"""French words with o and e in one letter, where an author typed two."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check import prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding

# Not coexister, poème, moelle, Joël: o and e apart are right in most words, so that those which join them are named.
_APART = re.compile(
    r"(?<!\w)(?:"
    r"(?:c|ch|s|ranc)oeurs?|écoeur\w*|(?:dés)?oeuvr\w*|manoeuvr\w*|b?oeufs?|oeils?|oeill\w*|voeux?|noeuds?|moeurs"
    r"|oedèm\w*|oesophag\w*|foet(?:us|al\w*|aux)|oenolog\w*|oecumén\w*"
    r")(?!\w)",
    re.IGNORECASE,
)


def joined(letter: CheckedLetter) -> Iterator[Finding]:
    """In a French letter, "œ" is written as one letter; of each text the first such word is told."""
    if letter.issue.language != "fr":
        return
    for path, words in prose.texts(letter):
        if match := _APART.search(words):
            written = match.group()
            right = written.replace("oe", "œ").replace("OE", "Œ").replace("Oe", "Œ")
            yield finding("ligature", path, written=written, right=right)

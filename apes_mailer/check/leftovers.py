"""Words that hold the place of others, and were meant to be replaced before the send."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check import prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding

_DUMMY = re.compile(r"lorem ipsum|dolor sit amet|consectetur adipiscing", re.IGNORECASE)

# "Un dossier à compléter" is a sentence for readers; "[à compléter]", or these words alone, are a note to oneself.
_UNDONE = "(?:à|a) (?:compléter|completer|rédiger|rediger|relire|remplacer|vérifier|verifier|valider)"
_UNKNOWN = "à confirmer|à préciser|à venir|à remplir|texte|titre|lien|date|image"
_WHOLE = "texte|titre|texte ici|titre ici|titre de l.article|votre texte|votre titre"
_ASKED = "votre texte ici|your text here|insérer (?:ici|le|la|l.|un|une) ?(?:texte|titre|lien|image|photo|date)"
_NOTE = re.compile(
    "|".join(
        [
            r"(?<!\w)(?:TODO|FIXME|TBD|TBC|X{3,}|x{3,})(?!\w)",
            rf"(?i:[\[(] *{_UNDONE} *[\])](?!\())",
            rf"(?i:\[ *(?:{_UNKNOWN})(?: ici)? *\](?!\())",
            rf"(?i:\A\s*(?:{_UNDONE}|{_WHOLE})\s*[.!…]*\s*\Z)",
            rf"(?i:{_ASKED})",
        ]
    )
)


def placeholders(letter: CheckedLetter) -> Iterator[Finding]:
    """No words are left that hold the place of others."""
    for path, words in prose.texts(letter):
        if dummy := _DUMMY.search(words):
            yield finding("leftover-words.dummy", path, words=dummy.group())
        elif note := _NOTE.search(words):
            yield finding("leftover-words.note", path, words=note.group().strip())

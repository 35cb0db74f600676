"""What was meant to be replaced before the send: words that hold a place, and articles that were copied."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check import known, prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding
from apes_mailer.model.issue import Article
from apes_mailer.model.text import Markdown

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

_PIECE = 5  # words that follow each other, by which texts are compared
_ALIKE = 0.8  # of the pieces of the shorter text
_PIECES_TO_COMPARE = 10  # below that, two texts may well say the same


def placeholders(letter: CheckedLetter) -> Iterator[Finding]:
    """No words are left that hold the place of others."""
    for path, words in prose.texts(letter):
        if dummy := _DUMMY.search(words):
            yield finding("leftover-words.dummy", path, words=dummy.group())
        elif note := _NOTE.search(words):
            yield finding("leftover-words.note", path, words=note.group().strip())


def copies(letter: CheckedLetter) -> Iterator[Finding]:
    """No article is there twice: by its title, or by nearly the same text."""
    titles: dict[str, str] = {}
    bodies: list[tuple[str, frozenset[str]]] = []
    for path, article in letter.values:
        if not isinstance(article, Article):
            continue
        title = known.key(article.title)
        body = _pieces(article.text)
        alike = next((other for other, pieces in bodies if _are_alike(body, pieces)), "")
        if title in titles:
            yield finding("article-twice.title", f"{path}.title", title=article.title)
        elif alike:
            yield finding("article-twice.text", f"{path}.text", title=article.title, other=alike)
        titles.setdefault(title, path)
        bodies.append((article.title, body))


def _pieces(text: Markdown | None) -> frozenset[str]:
    words = known.key(text or "").split()
    return frozenset(" ".join(words[start : start + _PIECE]) for start in range(len(words) - _PIECE + 1))


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    fewer = min(len(one), len(other))
    return fewer >= _PIECES_TO_COMPARE and len(one & other) >= _ALIKE * fewer

"""What was copied to be changed, and was not: articles, events, blocks that are there twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from apes_mailer.check import known, whereabouts
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding
from apes_mailer.model.issue import Article, Block, Divider, Event, Events, Section
from apes_mailer.model.text import Line, Markdown, PictureFile
from apes_mailer.model.walk import walk

_PIECE = 5  # words that follow each other, by which texts are compared
_ALIKE = 0.8  # of the pieces of the shorter text
_PIECES_TO_COMPARE = 10  # below that, two texts may well say the same


def articles(letter: CheckedLetter) -> Iterator[Finding]:
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


def events(letter: CheckedLetter) -> Iterator[Finding]:
    """No event is announced twice: the same title on the same day."""
    announced: set[tuple[str, dt.date, str]] = set()
    for path, event in letter.values:
        if isinstance(event, Event):
            key = (known.key(event.title), event.date, known.key(event.time or ""))
            if key in announced:
                yield finding("part-twice.event", f"{path}.title", title=event.title, day=event.date)
            announced.add(key)


def blocks(letter: CheckedLetter) -> Iterator[Finding]:
    """No block says what one before it says; sections and events are compared by what is in them."""
    before: list[tuple[tuple[str, ...], frozenset[str]]] = []
    for number, block in enumerate(letter.issue.blocks):
        if isinstance(block, (Divider, Events, Section)):
            continue
        said = _said(block)
        body = _pieces(" ".join(said))
        if any(said == other or _are_alike(body, pieces) for other, pieces in before):
            yield finding("part-twice.block", f"blocks[{number}]", words=whereabouts.quoted(said[0]))
        before.append((said, body))


def _said(block: Block) -> tuple[str, ...]:
    """Return what readers get of a block, its pictures by their names."""
    values = [value for path, value in walk(block) if not path.endswith("note")]
    shown = [known.key(value) for value in values if isinstance(value, (Line, Markdown, PictureFile))]
    return tuple(shown)


def _pieces(text: str | None) -> frozenset[str]:
    words = known.key(text or "").split()
    return frozenset(" ".join(words[start : start + _PIECE]) for start in range(len(words) - _PIECE + 1))


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    fewer = min(len(one), len(other))
    return fewer >= _PIECES_TO_COMPARE and len(one & other) >= _ALIKE * fewer

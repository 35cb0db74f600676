"""Nothing that was written is lost on the way into the letter, whatever theme it takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import document
from apes_mailer.check.page.document import Page
from apes_mailer.model import merge
from apes_mailer.model.finding import Finding
from apes_mailer.model.piece import Kind, Piece

_NOT_SAID = re.compile(r"[\W_]+")
_NOTE_NUMBER = re.compile(r"\[\d+\]")
_SCHEME = re.compile(r"(?:mailto|tel):", re.IGNORECASE)
_SHOWN = 60  # characters of what is missing


def lost(letter: CheckedLetter) -> Iterator[Finding]:
    """Every heading, text, link, date and picture of the issue comes out in the HTML and in the plain text."""
    page = _Page(letter)
    text = _Text(letter.text, page.listed)
    yield from _twice(letter, page)
    own = {piece.text[1:] for piece in letter.pieces if piece.text.startswith("#")}  # told as what they are
    if loose := sorted(page.anchors ^ (page.jumps - own)):
        yield finding("lost-content.anchor", "theme", words=", ".join(loose), theme=letter.issue.theme)
    for piece in letter.pieces:
        missing = [name for name, holds in (("html", page.holds), ("text", text.holds)) if not holds(piece)]
        if missing:
            case = missing[0] if len(missing) == 1 else "both"
            case = "heading" if case == "html" and piece.kind is Kind.HEADING and page.says(piece) else case
            words = piece.text if len(piece.text) <= _SHOWN else f"{piece.text[: _SHOWN - 1]}…"
            yield finding(f"lost-content.{case}", piece.path, words=words, theme=letter.issue.theme)


def blanks(letter: CheckedLetter) -> Iterator[Finding]:
    """Every field that was begun has something after its colon."""
    for path in letter.blanks:
        yield finding("blank-field", path, name=path.rpartition(".")[2])


def _twice(letter: CheckedLetter, page: _Page) -> Iterator[Finding]:
    """Yield the pictures that a theme shows more often than the issue does."""
    pieces = [piece for piece in letter.pieces if piece.kind is Kind.PICTURE]
    wanted = Counter(page.names(piece) for piece in pieces)  # two files of the same content are one picture
    for names, piece in {page.names(piece): piece for piece in reversed(pieces)}.items():
        shown = page.pictures(piece)
        if shown > wanted[names]:
            yield finding("lost-content.twice", piece.path, words=piece.text, count=shown, theme=letter.issue.theme)


def _essence(text: str) -> str:
    """Return the letters and digits of a text, without numbers of notes: what no typography and no layout changes."""
    return _signs(_NOTE_NUMBER.sub("", text))


def _signs(text: str) -> str:
    return _NOT_SAID.sub("", text).casefold()


def _around_tags(text: str) -> list[str]:
    """Return what an author wrote around merge tags, whose values differ from reader to reader."""
    found: list[str] = []
    done = 0
    for tag in merge.find(text):
        found.append(text[done : tag.start])
        done = tag.end
    return [*found, text[done:]]


def _says(essence: str, piece: Piece) -> bool:
    return all(_essence(words) in essence for words in _around_tags(piece.text))


def _leads(addresses: list[str], piece: Piece) -> bool:
    start = _around_tags(piece.text)[0].strip()
    return any(address.startswith(start) for address in addresses)


@dataclass(frozen=True)
class _Page:
    letter: CheckedLetter

    @cached_property
    def _page(self) -> Page:
        return document.read(self.letter.html)

    @cached_property
    def _words(self) -> str:
        return _essence("".join(body.words() for body in self._page.all("body")))

    @cached_property
    def _in_headings(self) -> list[str]:
        return [_essence(heading.words()) for heading in self._page.all(*document.HEADINGS)]

    @cached_property
    def _alternatives(self) -> list[str]:
        return [_essence(picture.attributes.get("alt", "")) for picture in self._page.all("img")]

    @cached_property
    def _links(self) -> list[str]:
        return [link.attributes.get("href", "") for link in self._page.all("a")]

    @cached_property
    def anchors(self) -> set[str]:
        """The names that links within the letter can lead to."""
        return {element.attributes["id"] for element in self._page.elements if "id" in element.attributes}

    @cached_property
    def jumps(self) -> set[str]:
        """The names that links within the letter do lead to."""
        return {address[1:] for address in self._links if address[:1] == "#" and len(address) > 1}

    @cached_property
    def listed(self) -> frozenset[str]:
        """The entries of the table of contents."""
        links = self._page.all("a")
        return frozenset(_essence(link.words()) for link in links if link.attributes.get("href", "").startswith("#"))

    @cached_property
    def _sources(self) -> list[str]:
        return [picture.attributes.get("src", "").rpartition("/")[2] for picture in self._page.all("img")]

    def names(self, piece: Piece) -> frozenset[str]:
        """Return the published names of a picture, one for each width that the theme shows it at."""
        renditions = self.letter.renditions.items()
        return frozenset(rendition.name for place, rendition in renditions if place.file == piece.text)

    def pictures(self, piece: Piece) -> int:
        """Return how many elements show a picture."""
        names = self.names(piece)
        return sum(1 for source in self._sources if source in names)

    def says(self, piece: Piece) -> bool:
        """Whether the words stand anywhere."""
        return _says(self._words, piece)

    def holds(self, piece: Piece) -> bool:
        """Whether a piece of content stands where it belongs."""
        match piece.kind:
            case Kind.HEADING:
                return any(_says(heading, piece) for heading in self._in_headings)
            case Kind.ALTERNATIVE:
                return any(_says(alternative, piece) for alternative in self._alternatives)
            case Kind.LINK:
                return _leads(self._links, piece)
            case Kind.PICTURE:
                return self.pictures(piece) > 0
            case Kind.WORDS | Kind.PREHEADER:
                return self.says(piece)


@dataclass(frozen=True)
class _Text:
    text: str
    listed: frozenset[str]

    @cached_property
    def _words(self) -> str:
        return _essence(self.text)

    @cached_property
    def _words_and_notes(self) -> str:
        return _signs(self.text)

    @cached_property
    def _addresses(self) -> str:
        return "".join(self.text.split())

    def holds(self, piece: Piece) -> bool:
        """Whether a piece of content stands in the plain text, if it belongs there."""
        match piece.kind:
            case Kind.PICTURE | Kind.PREHEADER:
                return True
            case Kind.LINK:
                return _SCHEME.sub("", _around_tags(piece.text)[0].strip(), count=1) in self._addresses
            case Kind.HEADING if (heading := _essence(piece.text)) in self.listed:
                return self._words.count(heading) > 1  # the table of contents says it too
            case Kind.HEADING | Kind.WORDS | Kind.ALTERNATIVE:
                # In brackets, as alternative texts stand, a number of the author's looks like one of a note: "[4".
                return _says(self._words, piece) or _says(self._words_and_notes, piece)

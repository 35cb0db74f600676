"""What a letter must say in any theme: headings, texts, links, dates and pictures of an issue, and its sender."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apes_mailer.model.identity import Identity
from apes_mailer.model.issue import Event, Image, Issue
from apes_mailer.model.piece import Kind, Piece
from apes_mailer.model.text import Line, Link, MailAddress, Markdown, PictureFile
from apes_mailer.model.walk import walk
from apes_mailer.render import dates, markdown
from apes_mailer.render.tokens import Tokens

_HEADINGS = frozenset({"heading", "title"})
_ELSEWHERE = frozenset({"alt", "note", "subject", "title"})  # judged with what they belong to

_SENDER = "theme"  # what the settings say is lost by the theme alone, and this is the line that picks it


def pieces(issue: Issue, identity: Identity) -> Sequence[Piece]:
    """Return the pieces of a letter in the order of the issue, those of its sender last."""
    return [*_of_issue(issue), *_of_identity(identity)]


def _of_issue(issue: Issue) -> Iterator[Piece]:
    yield from _masthead(issue)
    for path, value in walk(issue):
        match value:
            case Image():
                yield from _alternative(path, value)
            case Event():
                yield from _days(path, value, issue.language)
            case PictureFile():
                yield Piece(path=path, kind=Kind.PICTURE, text=value)
            case Markdown():
                yield from _of_markdown(path, value, issue.language)
            case Link():
                yield Piece(path=path, kind=Kind.LINK, text=_address(value))
            case Line():
                yield from _of_line(path, value)
            case _:
                pass


def _masthead(issue: Issue) -> Iterator[Piece]:
    yield Piece(path="title" if issue.title else "subject", kind=Kind.HEADING, text=issue.title or issue.subject)
    if issue.date is not None:
        yield Piece(path="date", kind=Kind.WORDS, text=dates.long_date(issue.date, issue.language))


def _of_line(path: str, text: Line) -> Iterator[Piece]:
    name = path.rpartition(".")[2]
    if isinstance(text, MailAddress):
        yield Piece(path=path, kind=Kind.LINK, text=f"mailto:{text}")
    elif path == "preheader":
        yield Piece(path=path, kind=Kind.PREHEADER, text=text)
    elif "." in path and name in _HEADINGS:
        yield Piece(path=path, kind=Kind.HEADING, text=text)
    elif name not in _ELSEWHERE:
        yield Piece(path=path, kind=Kind.WORDS, text=text)


def _alternative(path: str, image: Image) -> Iterator[Piece]:
    if image.alt is not None and not image.decorative:
        yield Piece(path=f"{path}.alt", kind=Kind.ALTERNATIVE, text=image.alt)


def _of_markdown(path: str, text: str, language: str) -> Iterator[Piece]:
    tokens = Tokens([text])  # Markdown takes tags apart, and encodes those in addresses
    tagless = tokens.replace(text)
    for words in markdown.paragraphs(tagless, language):
        yield Piece(path=path, kind=Kind.WORDS, text=tokens.restore(words))
    for _, address in markdown.links(tagless):
        yield Piece(path=path, kind=Kind.LINK, text=tokens.restore(address))


def _address(link: Link) -> str:
    tokens = Tokens([link])
    return tokens.restore(markdown.address(tokens.replace(link)))


def _days(path: str, event: Event, language: str) -> Iterator[Piece]:
    end = event.end_date if event.end_date != event.date else None
    yield Piece(path=f"{path}.date", kind=Kind.WORDS, text=dates.weekday_date(event.date, language, until=end))
    if end is not None:
        yield Piece(path=f"{path}.end_date", kind=Kind.WORDS, text=dates.weekday_date(end, language))


def _of_identity(identity: Identity) -> Iterator[Piece]:
    words = (identity.letter or identity.name, identity.name, identity.tagline, identity.postal_address)
    for text in (*words, identity.contact, identity.reason, *(social.name for social in identity.social)):
        if text:
            yield Piece(path=_SENDER, kind=Kind.WORDS, text=text)
    if identity.contact and "@" in identity.contact:
        yield Piece(path=_SENDER, kind=Kind.LINK, text=f"mailto:{identity.contact}")
    for link in (identity.website, *(social.link for social in identity.social)):
        if link:
            yield Piece(path=_SENDER, kind=Kind.LINK, text=_address(link))

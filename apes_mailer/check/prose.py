"""The words of an issue as readers read them, and the links that some of these words are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model import merge
from apes_mailer.model.issue import Article, Button, Event, Image
from apes_mailer.model.merge import ContactField
from apes_mailer.model.text import Line, Link, MailAddress, Markdown

# Words may have brackets in brackets, an address parentheses. An address is a merge tag with what follows it, anything
# between < and >, or whatever has no space. Nothing is tried a second time in another way, and each piece has an end:
# brackets that were opened a thousand times and never closed would otherwise take minutes.
_WORDS = r"(?:[^\[\]\\]|\\.?|\[(?:[^\[\]\\]|\\.?){0,200}+\]){0,2000}+"
_BARE_ADDRESS = r"(?:[^()\s]|\([^()\s]{0,1000}+\)){0,4000}+"
MARKDOWN_LINK = re.compile(
    rf"\[(?P<words>{_WORDS})\]\(\s*+"
    rf"(?P<address><<[^<>\n]{{0,200}}>>{_BARE_ADDRESS}|<[^<>\n]{{0,4000}}+>|{_BARE_ADDRESS})[^)]{{0,1000}}+\)"
)
_EMPHASIS = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)|`")


class Text(NamedTuple):
    """What readers read at one place."""

    path: str
    words: str


class Anchor(NamedTuple):
    """A link: where it stands, the words that are clicked, and the address without the brackets around it."""

    path: str
    words: str
    address: str


def texts(letter: CheckedLetter) -> Iterator[Text]:
    """Yield the texts of an issue in order, without the signs of Markdown and without the addresses of links."""
    for path, value in letter.values:
        if isinstance(value, Markdown):
            yield Text(path, _EMPHASIS.sub("", MARKDOWN_LINK.sub(lambda link: link["words"], value)))
        elif isinstance(value, Line) and not isinstance(value, MailAddress):
            yield Text(path, value)


def anchors(letter: CheckedLetter) -> Iterator[Anchor]:
    """Yield the links of an issue in order; the words of a picture are those for who does not see it."""
    for path, value in letter.values:
        match value:
            case Markdown():
                for link in MARKDOWN_LINK.finditer(value):
                    yield Anchor(path, _EMPHASIS.sub("", link["words"]).strip(), bare(link["address"]))
            case Button():
                yield Anchor(f"{path}.text", value.text, value.link.strip())
            case Article() | Event() if value.link is not None:
                yield Anchor(f"{path}.title", value.title, value.link.strip())
            case Image() if value.link is not None and value.alt is not None:
                yield Anchor(f"{path}.alt", value.alt, value.link.strip())
            case _:
                pass


def addresses(letter: CheckedLetter) -> Iterator[Text]:
    """Yield the addresses of all links of an issue, in order."""
    for path, value in letter.values:
        if isinstance(value, Link):
            yield Text(path, value.strip())
        elif isinstance(value, Markdown):
            yield from (Text(path, bare(link["address"])) for link in MARKDOWN_LINK.finditer(value))


def bare(address: str) -> str:
    """Return an address of Markdown without the angle brackets that it may stand in."""
    return address[1:-1].strip() if re.fullmatch("<[^<>]*>", address) else address


def filled(line: str) -> str:
    """Return a line as somebody reads it of whom nothing is known: tags become their words to fall back on."""
    return _replaced(line, keep=False).strip()


def for_strangers(words: str) -> str:
    """Return words as :func:`filled` does, but with the tags that have no words to fall back on.

    What becomes of these depends on the list, and a letter with a hole is never sent to it.
    """
    return _replaced(words, keep=True).strip()


def _replaced(words: str, *, keep: bool) -> str:
    parts: list[str] = []
    done = 0
    for tag in merge.find(words):
        fallback = tag.expression.fallback if isinstance(tag.expression, ContactField) else None
        parts += [words[done : tag.start], (tag.written if keep else "") if fallback is None else fallback]
        done = tag.end
    return "".join([*parts, words[done:]])

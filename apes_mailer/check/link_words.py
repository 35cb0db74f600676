"""The words of links: somebody who hears nothing but them, or sees nothing but them, knows where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from apes_mailer.check import known, prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.prose import Anchor
from apes_mailer.model.finding import Finding
from apes_mailer.model.text import Line, MailAddress, Markdown

_WEB_WORDS = re.compile(
    r"(?P<scheme>https?://)?(?P<host>(?:[\w-]+\.)+(?:fr|org|com|net|eu|be|info|coop|io|bzh|paris|re|ch|lu|uk|de))"
    r"(?::\d+)?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_MAIL_WORDS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[a-z]{2,}", re.IGNORECASE)
_BARE = re.compile(r"(?:https?://|www\.)[^\s<>«»\"]*[^\s<>«»\".,;:!?)]", re.IGNORECASE)


def words(letter: CheckedLetter) -> Iterator[Finding]:
    """Every link has words, and they say where it leads."""
    for anchor in prose.anchors(letter):
        shown = known.key(anchor.words)
        if not anchor.words:
            yield finding("link-words-missing", anchor.path, address=anchor.address)
        elif shown in known.empty_words():
            yield finding("link-words-generic", anchor.path, words=anchor.words)
        elif other := _other_place(anchor):
            yield finding("link-words-other", anchor.path, words=anchor.words, host=other)
        elif re.match(r"https?://", anchor.words, re.IGNORECASE):
            yield finding("link-words-address", anchor.path, words=anchor.words)


def _other_place(anchor: Anchor) -> str:
    """Return where a link leads whose words are the address of another place; nothing when they are not."""
    if "<<" in anchor.address or "{{" in anchor.address:
        return ""
    if anchor.address.lower().startswith("mailto:"):
        receiver = anchor.address[7:].partition("?")[0]
        return receiver if _MAIL_WORDS.fullmatch(anchor.words) and anchor.words.lower() != receiver.lower() else ""
    shown = _WEB_WORDS.fullmatch(anchor.words)
    target = _host(anchor.address)
    if shown is None or not target:
        return ""
    said = shown["host"].lower().removeprefix("www.")
    related = f".{target}".endswith(f".{said}") or f".{said}".endswith(f".{target}")
    return "" if related else target


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def same_words(letter: CheckedLetter) -> Iterator[Finding]:
    """The same words lead to the same place wherever they stand; words that say nothing are told already."""
    places: dict[str, list[Anchor]] = {}
    for anchor in prose.anchors(letter):
        shown = known.key(anchor.words)
        if shown and shown not in known.empty_words():
            places.setdefault(shown, []).append(anchor)
    for same in places.values():
        first = same[0]
        for other in same[1:]:
            if other.address.rstrip("/") != first.address.rstrip("/"):
                yield finding("link-words-repeated", other.path, words=other.words, first=first.address)
                break


def unlinked(letter: CheckedLetter) -> Iterator[Finding]:
    """No web address stands in a text as words that cannot be clicked."""
    for path, value in letter.values:
        if isinstance(value, Markdown):
            name, text = "link-missing.text", prose.MARKDOWN_LINK.sub(" ", value)
        elif isinstance(value, Line) and not isinstance(value, MailAddress):
            name, text = "link-missing.line", value
        else:
            continue
        yield from (finding(name, path, address=match.group()) for match in _BARE.finditer(text))

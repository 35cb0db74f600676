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

# Without https:// or www. in front, only usual endings make an address of words: "semis.bio" could be a name.
_WEB_WORDS = re.compile(
    r"(?:(?:https?://|www\.)(?P<whole>(?:[\w-]+\.)+[^\W\d_]{2,})"
    r"|(?P<host>(?:[\w-]+\.)+(?:fr|org|com|net|eu|be|info|coop|io|app|bzh|paris|re|ch|lu|uk|de)))"
    r"(?::\d+)?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_MAIL_WORDS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[a-z]{2,}", re.IGNORECASE)
_BARE_MAIL = re.compile(r"(?<![\w.+%/-])[\w.+%-]{1,64}@(?:[\w-]+\.)+[a-z]{2,}(?![\w-])", re.IGNORECASE)
# Ten digits as France dials them, or any number with its country's.
_BARE_PHONE = re.compile(
    r"(?<![\w+./-])(?<!\d )(?:\+\d{2}(?:[ .-]?\d{1,3}){3,6}|0[1-9](?:[ .-]?\d\d){4})(?![\w/-]|[., ]\d)"
)
_BARE = re.compile(r"(?:https?://|www\.)[^\s<>«»\"]*[^\s<>«»\".,;:!?)]", re.IGNORECASE)


def words(letter: CheckedLetter) -> Iterator[Finding]:
    """Every link has words, and they say where it leads."""
    for anchor in prose.anchors(letter):
        shown = known.key(anchor.words)
        if not anchor.words:
            yield finding("link-words-missing", anchor.path, address=anchor.address)
        elif not shown or known.says_nothing(shown):  # an arrow or a smiley alone says no more
            yield finding("link-words-generic", anchor.path, words=anchor.words)
        elif other := _other_place(anchor):
            yield finding("link-words-other", anchor.path, words=anchor.words, host=other)
        elif re.match(r"https?://", anchor.words, re.IGNORECASE):
            yield finding("link-words-address", anchor.path, words=anchor.words)


def _other_place(anchor: Anchor) -> str:
    """Return where a link leads whose words are the address of another place; nothing when they are not."""
    if "<<" in anchor.address or "{{" in anchor.address:
        return ""
    shown, mailbox = _WEB_WORDS.fullmatch(anchor.words), _MAIL_WORDS.fullmatch(anchor.words)
    if anchor.address.lower().startswith("mailto:"):
        receiver = anchor.address[7:].partition("?")[0]
        return receiver if shown or (mailbox and anchor.words.lower() != receiver.lower()) else ""
    target = _host(anchor.address)
    if mailbox or not shown or not target:
        return target if mailbox else ""
    said = (shown["whole"] or shown["host"]).lower().removeprefix("www.")
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
        if shown and not known.says_nothing(shown):
            places.setdefault(shown, []).append(anchor)
    for same in places.values():
        first = same[0]
        for other in same[1:]:
            if other.address.rstrip("/") != first.address.rstrip("/"):
                yield finding("link-words-repeated", other.path, words=other.words, first=first.address)
                break


def unlinked(letter: CheckedLetter) -> Iterator[Finding]:
    """No address stands in a text as words that cannot be clicked, nor a telephone number."""
    for path, value in letter.values:
        if isinstance(value, Markdown):
            name, text = "link-missing.text", prose.MARKDOWN_LINK.sub(" ", value)
        elif isinstance(value, Line) and not isinstance(value, MailAddress):
            name, text = "link-missing.line", value
        else:
            continue
        yield from (finding(name, path, address=match.group()) for match in _BARE.finditer(text))
        if isinstance(value, Markdown):
            words = _BARE.sub(" ", text)
            yield from (finding("link-missing.mail", path, address=each) for each in _BARE_MAIL.findall(words))
            yield from (finding("link-missing.phone", path, number=each) for each in _BARE_PHONE.findall(words))

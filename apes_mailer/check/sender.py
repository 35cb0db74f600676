"""Who writes, why this reader gets it, and where else it can be read: what every letter owes its readers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.message import has_slot

# How themes say it when the settings do not: the address was entered on a list.
_REASON = re.compile(
    r"\b(?:vous (?:la |l’|l'|le )?recevez|vous êtes inscrit|you (?:receive|get|are subscribed|subscribed))",
    re.IGNORECASE,
)
_BETWEEN_WORDS = {
    "html": r"(?:&#?\w+;|<[^<>]*>|[\W_])++",
    "text": r"[\W_]++",
}  # what looks like a tag is none in a text


def identity(letter: CheckedLetter) -> Iterator[Finding]:
    """Both parts say who sends the letter, with a postal address, and why it is received."""
    who = letter.identity
    for part, text in (("html", letter.html), ("text", letter.text)):
        if not _shows(part, text, who.name):
            yield finding(f"sender-unnamed.{part}", name=who.name)
        if who.postal_address is not None and not _shows(part, text, who.postal_address):
            yield finding(f"postal-address.{part}", address=who.postal_address)
        if not (_shows(part, text, who.reason) if who.reason else _REASON.search(text)):
            yield finding(f"reason-missing.{part}")
    if who.postal_address is None:
        yield finding("postal-address.unknown")


def _shows(part: str, text: str, words: str) -> bool:
    """Tell whether a part holds words, however they are set."""
    pattern = _BETWEEN_WORDS[part].join(re.escape(word) for word in re.findall(r"[^\W_]+", words))
    return re.search(pattern, text, re.IGNORECASE) is not None


def web_version(letter: CheckedLetter) -> Iterator[Finding]:
    """A letter that can be read on the web says so in both parts."""
    tag = LinkTag(Special.BROWSER)
    for part, parts in (("html", letter.template.html), ("text", letter.template.text)):
        if letter.web_version and not has_slot(parts, tag):
            yield finding(f"web-version-unlinked.{part}")

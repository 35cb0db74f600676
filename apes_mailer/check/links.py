"""Links that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check import prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model import merge
from apes_mailer.model.finding import Finding
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.text import Link, Markdown


def destination(letter: CheckedLetter) -> Iterator[Finding]:
    """No link is empty, ``#``, or only the beginning of an address; nor is it for whom nothing is known."""
    for path, value in letter.values:
        if isinstance(value, Link):
            yield from _judge(path, None, value)
        elif isinstance(value, Markdown):
            for match in prose.MARKDOWN_LINK.finditer(value):
                yield from _judge(path, match["words"], prose.bare(match["address"]))


def _judge(path: str, words: str | None, address: str) -> Iterator[Finding]:
    leads = prose.for_strangers(address)
    if leads.startswith("#") or leads.lower() in {"", "http://", "https://", "mailto:", "tel:"}:
        if words is None:
            yield finding("link-empty.field", path, address=address)
        else:
            yield finding("link-empty.text", path, words=words, address=address)
    elif not re.match(r"https?\b|mailto:|tel:|<<|\{\{", leads, re.IGNORECASE):
        yield finding("link-relative", path, address=leads, rest=leads.lstrip("./"))


def web_version(letter: CheckedLetter) -> Iterator[Finding]:
    """No link to the web version while there is none."""
    tag = LinkTag(Special.BROWSER)
    if letter.web_version or all(slot.expression != tag for slot in letter.template.slots()):
        return
    places = [path for path, value in letter.values if isinstance(value, str) and _has(tag, value)]
    for path in places or [""]:
        yield finding("link-web-version", path)


def _has(tag: LinkTag, text: str) -> bool:
    return any(found.expression == tag for found in merge.find(text))

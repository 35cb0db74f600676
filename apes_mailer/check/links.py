"""Links that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model import merge
from apes_mailer.model.finding import Finding, Severity
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.text import Link, Markdown
from apes_mailer.model.walk import walk

# An address is a merge tag with what follows it, anything between < and >, or whatever has no space.
_MARKDOWN_LINK = re.compile(r"\[(?P<words>[^\]]*)\]\(\s*(?P<address><<[^<>\n]*>>[^)\s]*|<[^<>\n]*>|[^)\s]*)[^)]*\)")


def destination(letter: CheckedLetter) -> Iterator[Finding]:
    """No link is empty, ``#``, or only the beginning of an address."""
    for path, value in walk(letter.issue):
        if isinstance(value, Link):
            yield from _judge(path, "this link", value)
        elif isinstance(value, Markdown):
            for match in _MARKDOWN_LINK.finditer(value):
                yield from _judge(path, f'the link "{match["words"]}"', match["address"])


def _judge(path: str, what: str, address: str) -> Iterator[Finding]:
    bare = address[1:-1].strip() if re.fullmatch("<[^<>]*>", address) else address
    if bare.startswith("#") or bare.lower() in {"", "http://", "https://", "mailto:", "tel:"}:
        yield Finding(
            rule="link-empty",
            severity=Severity.ERROR,
            field=path,
            message=f"{what} leads nowhere ({bare or 'it is empty'})",
            cure="Write the address it leads to, beginning with https://",
        )
    elif not re.match(r"https?://|mailto:|tel:|<<|\{\{", bare, re.IGNORECASE):
        yield Finding(
            rule="link-relative",
            severity=Severity.ERROR,
            field=path,
            message=f"{what} ({bare}) works on a web page only, not in a letter",
            cure=f"Write the whole address, for example https://{bare.lstrip('./')}",
        )


def web_version(letter: CheckedLetter) -> Iterator[Finding]:
    """No link to the web version while there is none."""
    tag = LinkTag(Special.BROWSER)
    if letter.web_version or all(slot.expression != tag for slot in letter.template.slots()):
        return
    places = [path for path, value in walk(letter.issue) if isinstance(value, str) and _has(tag, value)]
    for path in places or [""]:
        yield Finding(
            rule="link-web-version",
            severity=Severity.ERROR,
            field=path,
            message=f"{tag} leads nowhere, because this letter has no web version",
            cure="Take the link out.",
        )


def _has(tag: LinkTag, text: str) -> bool:
    return any(found.expression == tag for found in merge.find(text))

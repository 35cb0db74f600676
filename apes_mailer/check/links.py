"""Links that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding, Severity
from apes_mailer.model.text import Link, Markdown
from apes_mailer.model.walk import walk

_MARKDOWN_LINK = re.compile(r"\[(?P<words>[^\]]*)\]\((?P<address>[^)\s]*)[^)]*\)")


def destination(letter: CheckedLetter) -> Iterator[Finding]:
    """No link is empty, ``#``, or only the beginning of an address."""
    for path, value in walk(letter.issue):
        if isinstance(value, Link):
            yield from _judge(path, "this link", value)
        elif isinstance(value, Markdown):
            for match in _MARKDOWN_LINK.finditer(value):
                yield from _judge(path, f'the link "{match["words"]}"', match["address"])


def _judge(path: str, what: str, address: str) -> Iterator[Finding]:
    bare = address.strip("<> ")
    if bare.startswith("#") or bare.lower() in {"", "http://", "https://", "mailto:", "tel:"}:
        yield Finding(
            rule="link-empty",
            severity=Severity.ERROR,
            field=path,
            message=f"{what} leads nowhere ({bare or 'it is empty'})",
            cure="Write the address it leads to, beginning with https://",
        )
    elif not re.match(r"https?://|mailto:|tel:|<<|\{\{", address, re.IGNORECASE):
        yield Finding(
            rule="link-relative",
            severity=Severity.ERROR,
            field=path,
            message=f"{what} ({bare}) works on a web page only, not in a letter",
            cure=f"Write the whole address, for example https://{bare.lstrip('./')}",
        )

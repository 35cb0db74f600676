"""Addresses that stand for others: those of the starter, which nobody can reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding, Severity
from apes_mailer.model.walk import walk

_NAMED = 3  # addresses in the message

# RFC 2606 sets these names apart for examples: example.org, .com, .net, and whatever ends in .example.
_BETWEEN = re.compile(r"""[\s"'<>()\[\]]+""")  # what no address goes over
_EXAMPLE = re.compile(
    r"""(?:https?://|(?<![\w.+%-])[\w.+%-]+@)
        (?P<host>(?:[\w-]+\.)*example(?:\.(?:org|com|net))?)(?![\w-]|\.\w)
        (?:(?<=[\w])[:/?\#][^\s"'<>()\[\]]*)?""",
    re.VERBOSE | re.IGNORECASE,
)


def addresses(letter: CheckedLetter) -> Iterator[Finding]:
    """No link and no mail address leads to a domain that is an example; one finding for all of them."""
    in_issue = [
        (path, match)
        for path, value in walk(letter.issue)
        if isinstance(value, str) and not path.endswith("note")
        for match in _examples(value)
    ]
    hosts = {match["host"].lower() for _, match in in_issue}
    parts = (*letter.template.html, *letter.template.text)
    around = [match for part in parts if isinstance(part, str) for match in _examples(unescape(part))]
    sender = [match.group() for match in _examples(letter.sender)]
    found = [
        *sender,
        *(match.group() for _, match in in_issue),
        *dict.fromkeys(match.group() for match in around if match["host"].lower() not in hosts),
    ]
    if not found:
        return
    named = ", ".join(found[:_NAMED]) + (f" and {len(found) - _NAMED} more" if len(found) > _NAMED else "")
    many = "1 address is an example" if len(found) == 1 else f"{len(found)} addresses are examples"
    places = ["those of the issue from this line on"] if in_issue else []
    places += ["those of sender and footer in apes-mailer.toml"] if len(found) > len(in_issue) else []
    yield Finding(
        rule="example-address",
        severity=Severity.WARNING,
        field=in_issue[0][0] if in_issue else "",
        message=f"{many} that nobody can reach: {named}",
        cure=f"Write your own before you send to readers: {', '.join(places)}.",
    )


def _examples(text: str) -> Iterator[re.Match[str]]:
    """Yield the addresses in a text; looked for in its few words that hold "example", as a page is long."""
    for word in _BETWEEN.split(text):
        if "example" in word.lower():
            yield from _EXAMPLE.finditer(word)

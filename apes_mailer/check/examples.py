"""Addresses that stand for others: those of the starter, which nobody can reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding
from apes_mailer.model.spelling import alike

STARTER_PLACE = "1 rue de l’Exemple, 59000 Lille"
"""The postal address in the settings of a new workspace."""

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
    """No link, mail or postal address is that of an example; one finding for all of them."""
    in_issue = [(path, match) for path, value in letter.values if isinstance(value, str) for match in _examples(value)]
    hosts = {match["host"].lower() for _, match in in_issue}
    parts = (*letter.template.html, *letter.template.text)
    around = [match for part in parts if isinstance(part, str) for match in _examples(unescape(part))]
    sender = [match.group() for match in _examples(letter.sender)]
    place = letter.identity.postal_address or ""
    found = [
        *sender,
        *([place] if is_example_place(place) else []),
        *(match.group() for _, match in in_issue),
        *dict.fromkeys(match.group() for match in around if match["host"].lower() not in hosts),
    ]
    if not found:
        return
    elsewhere = len(found) > len(in_issue)
    where = "both" if in_issue and elsewhere else "issue" if in_issue else "settings"
    named = ", ".join(found[:_NAMED]) + (", …" if len(found) > _NAMED else "")
    yield finding(f"example-address.{where}", in_issue[0][0] if in_issue else "", count=len(found), named=named)


def is_example(address: str) -> bool:
    """Whether a web or mail address leads to a domain that stands for others."""
    return next(_examples(address), None) is not None


def is_example_place(postal_address: str) -> bool:
    """Whether a postal address is still that of the starter."""
    return alike(postal_address) == alike(STARTER_PLACE)


def _examples(text: str) -> Iterator[re.Match[str]]:
    """Yield the addresses in a text; looked for in its few words that hold "example", as a page is long."""
    for word in _BETWEEN.split(text):
        if "example" in word.lower():
            yield from _EXAMPLE.finditer(word)

"""What readers find on the web: the links of a letter, its pictures, its web version.

These rules judge answers that somebody else has asked for; only :func:`web_version_is_old` needs none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from urllib.parse import unquote

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.answer import Answer, Reach
from apes_mailer.model.finding import Finding
from apes_mailer.model.issue import Issue
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.walk import walk

_SLOT = "\0"
_LINK = re.compile(rf'<a\b[^>]*?\shref="(https?://[^"{_SLOT}]+)"', re.IGNORECASE)
_TOO_MANY_REQUESTS = 429


def link_addresses(template: MessageTemplate) -> list[str]:
    """Return the http and https addresses that a letter links to, without those that a merge tag is part of."""
    text = "".join(part if isinstance(part, str) else _SLOT for part in template.html)
    return list(dict.fromkeys(unescape(match[1]) for match in _LINK.finditer(text)))


def web_version_is_old(letter: CheckedLetter) -> Iterator[Finding]:
    """The web version shows the issue as it is now."""
    if letter.web_version_is_old:
        yield finding("web-version-old")


def links(issue: Issue, answers: Mapping[str, Answer]) -> list[Finding]:
    """Judge the answers of a letter's links, by their addresses."""
    return [found for url, answer in answers.items() for found in _link(_place(issue, url), answer)]


def _link(place: str, answer: Answer) -> Iterator[Finding]:
    match answer.reach:
        case Reach.REACHED:
            if answer.moved_to:
                yield finding("link-moved", place, url=answer.url, target=answer.moved_to)
        case Reach.MISSING:
            yield finding("link-dead", place, url=answer.url, status=str(answer.status))
        case Reach.EXAMPLE:
            pass  # the rule example-address says so of all of them
        case Reach.REFUSED | Reach.FAILING | Reach.CIRCLE:
            yield finding(f"link-unreachable.{answer.reach}", place, url=answer.url, status=str(answer.status))
        case Reach.UNSAFE | Reach.UNREACHABLE | Reach.PRIVATE:
            yield finding(f"link-unreachable.{answer.reach}", place, url=answer.url)


def _place(issue: Issue, url: str) -> str:
    """Return the first field that holds an address; empty when it comes from the theme or the settings."""
    spellings = (url, unquote(url))
    texts = ((path, unescape(value)) for path, value in walk(issue) if isinstance(value, str))
    return next((path for path, text in texts if any(each in text for each in spellings)), "")


def pictures(answers: Sequence[Answer]) -> list[Finding]:
    """Judge the answers of a letter's pictures."""
    found: list[Finding] = []
    silent: list[Answer] = []
    for answer in answers:
        if _is_missing(answer):
            found.append(finding("picture-missing.status", url=answer.url, status=str(answer.status)))
        elif answer.reach is not Reach.REACHED:
            silent.append(answer)
        elif not answer.media_type.startswith("image/"):
            kind = answer.media_type or "?"
            found.append(finding("picture-missing.other", url=answer.url, kind=kind))
    if silent:
        found.append(finding("picture-unreachable", url=silent[0].url, count=len(silent), total=len(answers)))
    return found


def web_version(answer: Answer) -> list[Finding]:
    """Judge the answer of a letter's web version."""
    if _is_missing(answer):
        return [finding("web-version-missing", url=answer.url, status=str(answer.status))]
    if answer.reach is not Reach.REACHED:
        return [finding("web-version-unreachable", url=answer.url)]
    return []


def _is_missing(answer: Answer) -> bool:
    """Whether our own host says that readers will not get it; too many requests are those of this computer."""
    return answer.reach in {Reach.MISSING, Reach.REFUSED} and answer.status != _TOO_MANY_REQUESTS

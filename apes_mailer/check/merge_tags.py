"""Merge tags that were not understood, so that readers would see their brackets, or that leave a hole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check import prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding
from apes_mailer.model.message import Part, Parts
from apes_mailer.model.text import Line

_NEEDED = frozenset({"subject", "title", "alt"})
_HTML_TAG = re.compile(r"&lt;&lt;[^&<>\n]{1,120}&gt;&gt;?|\{\{[^{}\n]{1,120}\}\}")
_PLAIN_TAG = re.compile(r"<<[^<>\n]{1,120}>>?|\{\{[^{}\n]{1,120}\}\}")


def understood(letter: CheckedLetter) -> Iterator[Finding]:
    """Every merge tag was understood: none is left where readers would see its brackets."""
    template = letter.template
    parts: tuple[tuple[str, Parts, re.Pattern[str]], ...] = (
        ("subject", template.subject, _PLAIN_TAG),
        ("html", template.html, _HTML_TAG),
        ("text", template.text, _PLAIN_TAG),
    )
    for part, found, pattern in parts:
        for tag in dict.fromkeys(match for each in found for match in _left(each, pattern)):
            yield finding(f"merge-tag-left.{part}", "subject" if part == "subject" else "", tag=tag)


def empty(letter: CheckedLetter) -> Iterator[Finding]:
    """No subject, heading, link or words for a picture are nothing but a tag with nothing to fall back on."""
    needed = [
        (path, str(value))
        for path, value in letter.values
        if isinstance(value, Line) and path.rpartition(".")[2] in _NEEDED
    ]
    needed += [(anchor.path, str(anchor.words)) for anchor in prose.anchors(letter) if anchor.words]
    for path, words in dict.fromkeys(needed):
        if not prose.for_strangers(words):
            yield finding("merge-tag-empty", path, tag=words.strip())


def _left(part: Part, pattern: re.Pattern[str]) -> list[str]:
    found = pattern.findall(part) if isinstance(part, str) else []
    return [tag.replace("&lt;", "<").replace("&gt;", ">") for tag in found]

"""Merge tags as opaque words.

``<<contact.PRENOM>>`` would be damaged by Markdown, by MJML and by the inliner alike. So each expression travels as one
ASCII word such as ``zq0007qz``, which passes through all of them unharmed, and becomes a slot at the end.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from apes_mailer.model import merge

WORD = re.compile("z[qxjkw]x*[0-9]{4}qz")
"""Any word that may stand for an expression."""

NO_PLACE = "Move the tag into a text or a link."
"""What to do with a tag that stands where no value is safe."""


def _prefixes() -> Iterator[str]:
    yield from ("zq", "zx", "zj", "zk", "zw")
    yield from (f"zq{'x' * number}" for number in itertools.count(1))


class Tokens:
    """The words that stand for the expressions of one letter."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Pick words that occur in none of ``texts``, the author's own."""
        # Without signs, since Markdown takes signs out: z**q0001qz** reads zq0001qz.
        joined = re.sub("[^a-z0-9]", "", "\n".join(texts))
        self._prefix = next(prefix for prefix in _prefixes() if not re.search(f"{prefix}[0-9]{{4}}", joined))
        self._pattern = re.compile(f"{self._prefix}([0-9]{{4}})qz")
        self._expressions: list[merge.Expression] = []

    def word(self, expression: merge.Expression) -> str:
        """Return the word for an expression."""
        if expression not in self._expressions:
            self._expressions.append(expression)
        return f"{self._prefix}{self._expressions.index(expression):04d}qz"

    def replace(self, text: str) -> str:
        """Return the text with each tag that has a meaning replaced by its word."""
        parts: list[str] = []
        done = 0
        for tag in merge.find(text):
            if tag.expression is not None:
                parts += [text[done : tag.start], self.word(tag.expression)]
                done = tag.end
        return "".join([*parts, text[done:]])

    def restore(self, text: str) -> str:
        """Return the text with each word replaced by the tag it stands for."""
        return self._pattern.sub(lambda match: str(self._expressions[int(match[1])]), text)

    def occur_in(self, text: str) -> bool:
        """Whether there is any word in a text."""
        return self._pattern.search(text) is not None

    def split(self, text: str) -> Iterator[tuple[int, int, merge.Expression]]:
        """Yield start, end and expression of each word in a text."""
        for match in self._pattern.finditer(text):
            yield match.start(), match.end(), self._expressions[int(match[1])]

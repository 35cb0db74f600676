"""Helpers that templates of the plain text part call."""

from __future__ import annotations

from apes_mailer.render import markdown

WIDTH = 72


class TextLinks:
    """Writes Markdown as plain text; links get a number, and their addresses follow, a line each."""

    def __init__(self, language: str = "") -> None:
        self._language = language
        self._count = 0
        self._pending: list[str] = []

    def markdown(self, text: str, width: int = WIDTH) -> str:
        """Return a Markdown text at 72 columns, or fewer."""
        words = markdown.to_text(text, self._language, width=width, link=self._link)
        notes, self._pending = self._pending, []
        return "\n".join([words, *notes])

    def _link(self, words: str, address: str) -> str:
        bare = address.removeprefix("mailto:").removeprefix("tel:")
        if words in {address, bare}:
            return words
        self._count += 1
        self._pending.append(f"[{self._count}] {address}")
        return f"{words} [{self._count}]"

"""A theme: nothing but files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeFile:
    """The text of one file of a theme, and the path to name when it is at fault."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The files of a theme over those of the base that all themes share.

    ``files`` maps names such as ``letter.mjml`` or ``blocks/quote.txt`` to their content; a theme's own file hides the
    base's file of the same name. ``theme.toml`` holds the design tokens, ``theme.css`` the author's styles,
    ``strings.<language>.toml`` the words that readers see.
    """

    name: str
    files: Mapping[str, ThemeFile]

    def languages(self) -> list[str]:
        """The languages that the theme has words for."""
        return sorted(
            name.removeprefix("strings.").removesuffix(".toml")
            for name in self.files
            if name.startswith("strings.") and name.endswith(".toml")
        )

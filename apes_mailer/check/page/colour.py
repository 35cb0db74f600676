"""Colours, and how well words stand out from what is behind them."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

from tinycss2 import color4


class Colour(NamedTuple):
    """A colour of sRGB; each part is from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def __str__(self) -> str:
        """Return the colour as ``#rrggbb``, without its transparency."""
        return "#" + "".join(f"{round(part * 255):02x}" for part in self[:3])

    def over(self, below: Colour) -> Colour:
        """Return what one sees where this colour lies on an opaque one."""
        alpha = self.alpha
        red, green, blue = (
            mine * alpha + theirs * (1 - alpha) for mine, theirs in zip(self[:3], below[:3], strict=True)
        )
        return Colour(red, green, blue)

    def faded(self, opacity: float) -> Colour:
        """Return the colour, more transparent."""
        return self._replace(alpha=self.alpha * opacity)


BLACK = Colour(0, 0, 0)
WHITE = Colour(1, 1, 1)


@functools.lru_cache(maxsize=1024)
def parse(text: str) -> Colour | None:
    """Return the colour that CSS or an attribute such as ``bgcolor`` names; None for what is no colour."""
    found: Any = color4.parse_color(text)
    if found is None or isinstance(found, str):
        return None
    shown: Any = found.to("srgb")
    red, green, blue = (min(1.0, max(0.0, float(part or 0))) for part in shown.coordinates)
    return Colour(red, green, blue, float(shown.alpha))


def contrast(words: Colour, background: Colour) -> float:
    """Return the contrast ratio, from 1 to 21, of words on an opaque background (WCAG 2.2, contrast ratio)."""
    one, other = _luminance(words.over(background)), _luminance(background)
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _luminance(colour: Colour) -> float:
    """Return the relative luminance, 0 for black and 1 for white (WCAG 2.2)."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

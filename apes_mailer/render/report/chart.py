"""The geometry of the charts of a report: rectangles in a box of 1000 by 100 that the page stretches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000, 100
_GAP = 4
_LEAST = 6  # so that one person in a million can be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A part of a chart; ``tone`` is how it is coloured."""

    x: int
    y: int
    width: int
    height: int
    tone: str


def bar(parts: Sequence[tuple[int, str]]) -> list[Rectangle]:
    """Return the parts of a whole beside each other, each a count and its tone; none of them is too thin to see."""
    total = sum(count for count, _ in parts)
    if not total:
        return []
    free = WIDTH - _GAP * (len(parts) - 1)
    widths = [max(_LEAST, round(free * count / total)) for count, _ in parts]
    widths[widths.index(max(widths))] += free - sum(widths)
    found: list[Rectangle] = []
    x = 0
    for width, (_, tone) in zip(widths, parts, strict=True):
        found.append(Rectangle(x=x, y=0, width=width, height=HEIGHT, tone=tone))
        x += width + _GAP
    return found


def rows(counts: Sequence[int]) -> list[Rectangle]:
    """Return for each count a bar in a box of its own, the longest as wide as the box; the last one stands out."""
    longest = max(counts, default=0) or 1
    return [
        Rectangle(
            x=0,
            y=0,
            width=max(_LEAST, round(WIDTH * count / longest)) if count else 0,
            height=HEIGHT,
            tone="past" if place < len(counts) - 1 else "good",
        )
        for place, count in enumerate(counts)
    ]


def columns(counts: Sequence[int]) -> list[Rectangle]:
    """Return a column for each count, the highest as high as the box; none for a single one, which compares nothing."""
    highest = max(counts, default=0)
    if sum(map(bool, counts)) < _FEWEST_COMPARED:
        return []
    step = WIDTH / max(len(counts), _FEWEST_COLUMNS)
    gap = min(_GAP * 2, step / 5)
    return [
        Rectangle(
            x=round(place * step),
            y=HEIGHT - (height := max(2, round(HEIGHT * count / highest)) if count else 0),
            width=max(1, round(step - gap)),
            height=height,
            tone="good",
        )
        for place, count in enumerate(counts)
    ]


_FEWEST_COLUMNS = 12  # three of them do not fill the width
_FEWEST_COMPARED = 2

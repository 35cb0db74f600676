"""How much of a row its columns take, as the MJML engine counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

ROWS = frozenset({"mj-section", "mj-group"})
COLUMNS = frozenset({"mj-column", "mj-group"})
UNKNOWN = "?"
"""The width of a column that has a fault of its own; it counts as nothing."""

_SPACES = ROWS | COLUMNS | {"mj-wrapper"}
_DEFAULT_BODY = 600.0
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>px|%)")
# Three times 33.34 % is too much for a browser as well; this much is for floating point.
_TOLERANCE = 0.001


def _pixels(size: str, whole: float) -> float | None:
    match = _SIZE.fullmatch(size)
    if match is None:
        return None
    number = float(match["number"])
    return number if match["unit"] == "px" else whole * number / 100


def inside(tag: str, attributes: Mapping[str, str], outer: float | None) -> float | None:
    """Return the width in px that an element leaves to what it holds; None when it cannot be told."""
    if tag == "mj-body":
        return _pixels(attributes.get("width", ""), _DEFAULT_BODY) or _DEFAULT_BODY
    if outer is None or tag not in _SPACES:
        return None
    if tag in COLUMNS:
        return _pixels(attributes.get("width", ""), outer)
    paddings = (_pixels(attributes.get(f"padding-{side}", ""), outer) for side in ("left", "right"))
    return outer - sum(padding or 0.0 for padding in paddings)


def overflow(columns: Sequence[str], space: float | None) -> str:
    """Return what columns take of their row, such as ``110 % (60% + 50%)``; empty when it is not too much.

    ``columns`` are widths as written, empty for an equal share, or ``UNKNOWN``; ``space`` is the width of the row in
    px, if known.
    """
    shares = [_share(width, len(columns), space) for width in columns]
    total = sum(share for share in shares if share is not None)
    if total <= 100 + _TOLERANCE:
        return ""
    parts = [width or f"{share:.4g}%" for width, share in zip(columns, shares, strict=True)]
    return f"{total:.6g} % ({' + '.join(parts)})"


def _share(width: str, count: int, space: float | None) -> float | None:
    if not width:
        return 100 / count
    if width.endswith("%"):
        return _pixels(width, 100)
    pixels = _pixels(width, 0)
    return pixels * 100 / space if pixels is not None and space else None

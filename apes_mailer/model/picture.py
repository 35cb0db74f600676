"""A picture as a letter shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """``name`` is the published, content-hashed file name; width and height are in pixels, ``size`` in bytes."""

    name: str
    width: int
    height: int
    size: int

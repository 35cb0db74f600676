"""Pictures: the file that an author drops into a folder, the place that a theme gives it, and what readers get."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PIXELS_FOR_EACH = 2
"""Device pixels for each pixel of a letter's width: what phones and good screens can show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of the ``images`` folder as it is seen upright: width and height in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a theme shows a picture: ``file`` as the issue names it, at most ``width`` pixels of the letter wide."""

    file: str
    width: int

    @property
    def name(self) -> str:
        """What the picture of this place is called in a letter until its rendition is made."""
        return f"{self.width}/{self.file}"

    @property
    def pixels(self) -> int:
        """The width in device pixels at which the picture is sharp."""
        return self.width * PIXELS_FOR_EACH


class Compromise(StrEnum):
    """What a picture had to give up to be light enough for mail."""

    NONE = ""
    QUALITY = "quality"
    COLOURS = "colours"
    WIDTH = "width"
    MOTION = "motion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """A picture made ready for its place, as readers get it.

    ``name`` is the published, content-hashed file name; width and height are in pixels, ``size`` in bytes.
    """

    name: str
    width: int
    height: int
    size: int
    compromise: Compromise

"""Whether a screen shows the texts of a letter, compared with the letter in a browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PIL import Image, ImageChops, ImageStat

from tools.clients.chromium import Line

JUMP = 60
"""Pixels that a text may stand higher or lower than the one before it lets expect: the words in place of a picture are
not set in the same lines by everybody."""

MARGIN = 3
"""Pixels around a text that are compared with it."""

_LONG = 500  # pixels of the page's colour, one below the other, that no window around the letter has


def top_of_letter(screen: Image.Image, page: object) -> int | None:
    """Where the letter begins: below the headers, the left edge has the colour of its page for a long way."""
    edge = screen.crop((1, 0, 2, screen.height))
    rows = [row for row in range(screen.height) if edge.getpixel((0, row)) == page]
    return rows[0] if len(rows) > _LONG else None


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures of the same size, of 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def place_of(line: Line, expected: Image.Image, screen: Image.Image, offset: int) -> int | None:
    """How much lower than in the browser a text is on the screen; None when it is not there.

    It is where the picture is less than half as unlike it as its empty ground would be.
    """
    left, above, right, below = (round(edge) for edge in line["box"])
    box = (left - MARGIN, above - MARGIN, right + MARGIN, below + MARGIN)
    text = expected.crop(box)
    enough = difference(text, Image.new("RGB", text.size, text.getpixel((0, 0)))) / 2
    for jump in sorted(range(-JUMP, JUMP + 1), key=abs):
        for aside in (0, -1, 1):  # letters are set to fractions of a pixel, and not the same ones
            there = (box[0] + aside, box[1] + offset + jump, box[2] + aside, box[3] + offset + jump)
            if difference(text, screen.crop(there)) < enough:
                return offset + jump
    return None


def missing(lines: Sequence[Line], expected: Image.Image, screen: Image.Image) -> Iterator[str]:
    """The texts that are not on the screen where they follow from those before them."""
    page = expected.getpixel((1, expected.height // 2))
    offset = top_of_letter(screen, page)
    if offset is None:
        yield "the letter"
        return
    for line in lines:
        place = place_of(line, expected, screen, offset)
        if place is None:
            yield line["text"]
        offset = place or offset

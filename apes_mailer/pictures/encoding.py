"""From pixels to a file that mail can carry: below a limit of bytes, and nothing in it but the picture."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apes_mailer.model.picture import Compromise
from apes_mailer.pictures.pixels import narrowed

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 200_000
"""Bytes of a picture that does not move."""

_QUALITY, _LESS, _LEAST = 82, 76, 70
_KEPT = "keep"  # the tables of the JPEG that it comes from
_PIXELS_FOR_A_COLOUR = 8  # drawings have fewer colours than one for so many pixels, photographs have more


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The bytes of a rendition; ``ending`` is that of its file name, ``jpg``, ``png`` or ``gif``."""

    data: bytes
    ending: str
    width: int
    height: int
    compromise: Compromise = Compromise.NONE


def encoded(image: Image, *, exact: bool) -> Made:
    """Return a picture of the mode ``RGB`` or ``RGBA`` as a PNG or a progressive JPEG of at most ``MOST_BYTES``.

    ``exact``: it comes from a format that keeps every pixel, so that flat colours are worth keeping flat.
    """
    if image.mode == "RGBA":
        return _transparent(image)
    drawing = _png(image) if exact and _has_flat_colours(image) else b""
    if drawing and len(drawing) <= MOST_BYTES:
        return _made(image, drawing, "png")
    return _photograph(image)


def _photograph(image: Image) -> Made:
    """Lower the quality first, then the width."""
    fresh = _jpeg(image, _QUALITY)
    if image.format == "JPEG":
        fresh = min(_jpeg(image, _KEPT), fresh, key=len)
    if len(fresh) <= MOST_BYTES:
        return _made(image, fresh, "jpg")
    for quality in (_LESS, _LEAST):
        data = _jpeg(image, quality)
        if len(data) <= MOST_BYTES:
            return _made(image, data, "jpg", Compromise.QUALITY)
    while len(data := _jpeg(image, _LEAST)) > MOST_BYTES:
        image = _lighter(image, len(data))
    return _made(image, data, "jpg", Compromise.WIDTH)


def _transparent(image: Image) -> Made:
    """Lower the number of colours first, then the width."""
    data = _png(image)
    if len(data) <= MOST_BYTES:
        return _made(image, data, "png")
    compromise = Compromise.COLOURS
    while len(data := _png(image.quantize(256))) > MOST_BYTES:
        image, compromise = _lighter(image, len(data)), Compromise.WIDTH
    return _made(image, data, "png", compromise)


def _lighter(image: Image, size: int) -> Image:
    """Return a narrower picture whose file should be below the limit, when this one's has ``size`` bytes."""
    return narrowed(image, max(1, int(image.width * math.sqrt(MOST_BYTES / size) * 0.97)))


def _has_flat_colours(image: Image) -> bool:
    return image.getcolors(max(256, image.width * image.height // _PIXELS_FOR_A_COLOUR)) is not None


def _jpeg(image: Image, quality: int | str) -> bytes:
    return _saved(image, "JPEG", quality=quality, progressive=True, optimize=True)


def _png(image: Image) -> bytes:
    return _saved(_with_palette(image), "PNG", optimize=True)


def _with_palette(image: Image) -> Image:
    """Return an opaque picture of at most 256 colours with a palette, if that changes no pixel."""
    from PIL import ImageChops

    if image.mode != "RGB" or image.getcolors(256) is None:
        return image
    paletted = image.quantize(256)
    same = ImageChops.difference(paletted.convert("RGB"), image).getbbox() is None
    return paletted if same else image


def _saved(image: Image, kind: str, **options: object) -> bytes:
    image.info = {}  # Pillow would write comments and profiles that it finds here
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _made(image: Image, data: bytes, ending: str, compromise: Compromise = Compromise.NONE) -> Made:
    return Made(data=data, ending=ending, width=image.width, height=image.height, compromise=compromise)

"""From a file of the images folder to a rendition: what a picture is, and what mail programs can show of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apes_mailer.model.picture import Compromise, Picture
from apes_mailer.pictures import opening
from apes_mailer.pictures.animation import moving
from apes_mailer.pictures.encoding import Made, encoded
from apes_mailer.pictures.kinds import Kind
from apes_mailer.pictures.pixels import narrowed, pixels

if TYPE_CHECKING:
    from PIL.Image import Image

VERSION = 2
"""Goes up whenever the same file would give other bytes than before, with the same libraries."""

_EXACT = {Kind.PNG, Kind.GIF, Kind.WEBP}
_HARDLY, _HARDLY_FOR_A_DRAWING = 1.5, 2.5  # how many times too wide; drawings grow most when they are made narrower
_SMALLEST = 64  # a JPEG is decoded to an eighth of this or more when the question is only whether it is whole


def looked_into(data: bytes, kind: Kind) -> Picture:
    """Return what is known of a picture that can be decoded to its end.

    Raises ``DamagedError``, ``TooLargeError``, ``HeicUnknownError``.
    """
    with opening.opened(data, kind) as image:
        width, height = opening.upright_size(image)
        image.draft(None, (_SMALLEST, _SMALLEST))
        with opening.decoding():
            image.load()
    return Picture(width=width, height=height)


def made(data: bytes, kind: Kind, width: int) -> Made:
    """Return a picture for mail, made for a width in pixels: the same bytes for the same ones, on every computer.

    A JPEG or PNG of at most 200 kB, an animated GIF of at most 1 MB. Raises what :func:`looked_into` raises.
    """
    with opening.opened(data, kind) as image:
        moves = _moves(image, kind)
        if moves and kind is Kind.GIF and (animation := moving(image, width)) is not None:
            return animation
        if moves:
            with opening.decoding():
                image.seek(0)
        still = _still(image, width, exact=kind in _EXACT)
    return replace(still, compromise=Compromise.MOTION) if moves else still


def _moves(image: Image, kind: Kind) -> bool:
    with opening.decoding():
        frames: int = getattr(image, "n_frames", 1)
    return frames > 1 and kind is not Kind.HEIC  # there they are several photographs


def _still(image: Image, width: int, *, exact: bool) -> Made:
    """Make a picture narrower, unless it is hardly too wide and that makes it heavier, as it often does."""
    own, most = opening.upright_size(image)[0], width * (_HARDLY_FOR_A_DRAWING if exact else _HARDLY)
    found = pixels(image, width if own > most else own)
    made = encoded(found, exact=exact)
    if found.width <= width:
        return made
    narrower = encoded(narrowed(found, width), exact=exact)
    return min(made, narrower, key=lambda each: (each.compromise is not Compromise.NONE, len(each.data)))

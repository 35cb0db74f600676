"""Opening a picture: the one decoder that its first bytes ask for, whatever its name says, and no bomb."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from apes_mailer.pictures.kinds import Kind

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 50_000_000
"""Width times height of a picture that is decoded whole, which takes 150 MB of memory."""

MOST_PIXELS_OF_JPEG = 120_000_000
"""The same of a JPEG, which is decoded at a fraction of its size: enough for the 108 million of some phones."""

LONGEST_SIDE = 65_500
"""Pixels; libjpeg writes no picture that is wider or higher (JPEG_MAX_DIMENSION)."""

_ORIENTATION = 0x0112  # EXIF 2.32 §4.6.4
_FAULTS_OF_A_FILE = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, struct.error)
"""What Pillow's decoders raise for a file that is damaged."""


class DamagedError(Exception):
    """The picture cannot be decoded to its end."""


class TooLargeError(Exception):
    """The picture has more pixels, or a longer side, than any letter needs; it was refused before it was decoded."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.width = width
        self.height = height


class HeicUnknownError(Exception):
    """The library that reads HEIC is not installed."""


def opened(data: bytes, kind: Kind) -> Image:
    """Return a picture whose size is known, and whose pixels are not decoded yet.

    Raises ``DamagedError``, ``TooLargeError``, and ``HeicUnknownError``.
    """
    # About oddities of a file that matter to nobody, in words for programmers.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.|pillow_heif\.")
    with decoding():
        image = _opener(kind)(io.BytesIO(data))
    most = MOST_PIXELS_OF_JPEG if kind is Kind.JPEG else MOST_PIXELS
    if image.width * image.height > most or max(image.size) > LONGEST_SIDE:
        raise TooLargeError(image.width, image.height)
    return image


def _opener(kind: Kind) -> Callable[[IO[bytes]], Image]:
    match kind:
        case Kind.JPEG:
            from PIL.JpegImagePlugin import JpegImageFile as Opener
        case Kind.PNG:
            from PIL.PngImagePlugin import PngImageFile as Opener
        case Kind.GIF:
            from PIL.GifImagePlugin import GifImageFile as Opener
        case Kind.WEBP:
            from PIL.WebPImagePlugin import WebPImageFile as Opener
        case Kind.HEIC:
            try:
                from pillow_heif import HeifImageFile as Opener
            except ImportError as error:
                raise HeicUnknownError from error
    return Opener


@contextmanager
def decoding() -> Generator[None]:
    """Raise ``DamagedError`` for whatever Pillow's decoders raise in the block."""
    try:
        yield
    except _FAULTS_OF_A_FILE as error:
        raise DamagedError from error


def orientation(image: Image) -> int:
    """Return how the camera was held, 1 (upright) to 8; 1 when the picture does not say, or says nonsense."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except _FAULTS_OF_A_FILE:
        return 1
    return found if found in range(1, 9) else 1


def upright_size(image: Image) -> tuple[int, int]:
    """Return width and height as people see the picture."""
    return (image.height, image.width) if orientation(image) >= 5 else image.size

"""From an opened picture to the pixels that a letter shows: upright, in sRGB, 8 bits a channel, as wide as needed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from apes_mailer.pictures.opening import decoding, orientation

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageCms import ImageCmsProfile

_REDUCING_GAP = 2.0  # from here on Pillow halves by averages before it filters: as sharp to the eye, and faster
_SIDEWAYS = 5  # from this orientation on, width and height change places


def pixels(image: Image, width: int) -> Image:
    """Return a picture of at most this width, in the mode ``RGB``, or ``RGBA`` where something shines through.

    What nothing had to be done to is returned as it is, so that a JPEG can keep what it is made of. Raises
    ``DamagedError``.
    """
    turned = orientation(image)
    size = _size_as_saved(image, width, turned)
    if size != image.size:
        image.draft(None, size)  # a JPEG decodes itself to an eighth, a quarter or a half if that is large enough
    with decoding():
        image.load()
    return _without_idle_alpha(_in_srgb(_upright(_resized(_eight_bits(image), size), turned)))


def narrowed(image: Image, width: int) -> Image:
    """Return an upright picture of at most this width, with the same proportions."""
    return _resized(image, _size_as_saved(image, width, turned=1))


def _size_as_saved(image: Image, width: int, turned: int) -> tuple[int, int]:
    """Return the size of a picture that is to be so wide once it is upright."""
    if turned >= _SIDEWAYS:
        return image.size if image.height <= width else (max(1, round(image.width * width / image.height)), width)
    return image.size if image.width <= width else (width, max(1, round(image.height * width / image.width)))


def _resized(image: Image, size: tuple[int, int]) -> Image:
    from PIL.Image import Resampling

    if image.size == size:
        return image
    return image.resize(  # pyright: ignore[reportUnknownMemberType] - one of its types comes from numpy
        size, Resampling.LANCZOS, reducing_gap=_REDUCING_GAP
    )


def _eight_bits(image: Image) -> Image:
    """Return a picture whose channels are ready for filtering and for colour profiles."""
    if image.mode.startswith("I"):  # 16 bits of grey, of which a conversion alone would cut the upper end off
        scaled = image.point(  # pyright: ignore[reportUnknownMemberType] - one of its types comes from numpy
            lambda value: value * (1 / 256)
        )
        return scaled.convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")


def _upright(image: Image, turned: int) -> Image:
    from PIL.Image import Transpose

    needed = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(turned)
    return image if needed is None else image.transpose(needed)


def _in_srgb(image: Image) -> Image:
    """Translate colours from the picture's own profile, which mail programs ignore, as they do CMYK."""
    profile = image.info.get("icc_profile")
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        from PIL import ImageCms

        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(own):
                return ImageCms.profileToProfile(image, own, _srgb(), outputMode=mode) or image
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # the profile is broken or of another kind of picture: the colours are taken as they are
    return image if image.mode == mode else image.convert(mode)


def _srgb() -> ImageCmsProfile:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(
        ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - untyped
    )


def _without_idle_alpha(image: Image) -> Image:
    return image.convert("RGB") if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255) else image

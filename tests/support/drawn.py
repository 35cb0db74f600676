"""Pictures for tests, drawn when they are needed."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pillow_heif
from PIL import Image

# So that tests can draw such pictures; the program never does.
pillow_heif.register_heif_opener()  # pyright: ignore[reportUnknownMemberType] - its options have no types

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 160, 40), (30, 40, 200), (250, 250, 250)


def photograph(width: int, height: int, *, grain: float = 20) -> Image.Image:
    """Return soft shapes in many colours under a grain, as a camera would give."""
    small = (max(1, width // 40), max(1, height // 40))
    shapes = [_enlarged(Image.effect_noise(small, 120), (width, height)) for _ in range(3)]
    over = Image.effect_noise((width, height), grain).convert("RGB")
    return Image.blend(Image.merge("RGB", shapes), over, 0.5)


def _enlarged(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(  # pyright: ignore[reportUnknownMemberType] - one of its types comes from numpy
        size, Image.Resampling.BICUBIC
    )


def drawing(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Return four flat corners: red, green, blue, white, from the top left on, row by row."""
    image = Image.new("RGB", (width, height), WHITE)
    half = (width // 2, height // 2)
    image.paste(RED, (0, 0, *half))
    image.paste(GREEN, (half[0], 0, width, half[1]))
    image.paste(BLUE, (0, half[1], half[0], height))
    return image.convert(mode)


def corners(image: Image.Image) -> list[str]:
    """Name the colours of the four corners."""
    rgb = image.convert("RGB")
    across, down = (image.width // 4, image.width * 3 // 4), (image.height // 4, image.height * 3 // 4)
    return [_nearest(pixel(rgb, x, y)) for y in down for x in across]


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """Return the channels of a pixel."""
    found = image.getpixel((x, y))
    return tuple(found) if isinstance(found, tuple) else (int(found or 0),)


def _nearest(colour: tuple[int, ...]) -> str:
    named = {"red": RED, "green": GREEN, "blue": BLUE, "white": WHITE}
    return min(named, key=lambda name: sum(abs(a - b) for a, b in zip(named[name], colour, strict=True)))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return the bytes of a picture file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def film(size: tuple[int, int], kind: str, *, times: Sequence[int], loop: int | None = 0, grain: float = 0) -> bytes:
    """Return a picture that moves: a frame for each time in milliseconds; ``loop`` 0 is for ever, None once."""
    frames = [photograph(*size, grain=grain) if grain else _frame(size, index) for index in range(len(times))]
    repeats = {} if loop is None else {"loop": loop}
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=list(times), **repeats)


def _frame(size: tuple[int, int], index: int) -> Image.Image:
    image = drawing(*size)
    image.paste((index * 40 % 256, 90, 90), (index, 0, index + 5, 5))
    return image


def opened(data: bytes) -> Image.Image:
    """Return a picture, decoded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image

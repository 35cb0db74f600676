"""Pictures that move: as GIF, for a few seconds, because readers of mail cannot stop them (WCAG 2.2, 2.2.2)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from apes_mailer.model.picture import Compromise
from apes_mailer.pictures.encoding import Made
from apes_mailer.pictures.opening import decoding
from apes_mailer.pictures.pixels import narrowed

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 1_000_000
"""Bytes of a picture that moves."""

MOST_MILLISECONDS = 5000  # WCAG 2.2, success criterion 2.2.2
_MOST_PIXELS = 25_000_000  # of all frames together; more would take many seconds, and be too heavy anyway
_NO_TIME = 100  # milliseconds that browsers show a frame which asks for 10 or fewer
_CLEARED = 2  # GIF89a, disposal method: what a frame has painted goes before the next one


def moving(image: Image, width: int) -> Made | None:
    """Return an animated GIF of at most this width; None when it lasts too long or is too heavy, however narrow."""
    from PIL import ImageSequence

    if getattr(image, "n_frames", 1) * image.width * image.height > _MOST_PIXELS:
        return None
    times: list[int] = []
    frames: list[Image] = []
    with decoding():
        for frame in ImageSequence.Iterator(image):
            asked = int(frame.info.get("duration", 0))
            times.append(asked if asked > 10 else _NO_TIME)
            frames.append(narrowed(frame.convert("RGBA"), width))
    if sum(times) > MOST_MILLISECONDS:
        return None
    plays = _plays(image.info.get("loop"), sum(times))
    for share, compromise in ((1, Compromise.NONE), (2, Compromise.WIDTH)):
        made = _gif([narrowed(frame, max(1, width // share)) for frame in frames], times, plays, compromise)
        if len(made.data) <= MOST_BYTES:
            return made
    return None


def _plays(loop: int | None, duration: int) -> int:
    """Return how often it plays. A GIF counts repetitions: none is written for one play, 0 for any number."""
    most = MOST_MILLISECONDS // duration
    return most if loop == 0 else min(most, 1 if loop is None else loop + 1)


def _gif(frames: list[Image], times: list[int], plays: int, compromise: Compromise) -> Made:
    for frame in frames:
        frame.info = {}
    loop = {"loop": plays - 1} if plays > 1 else {}
    file = io.BytesIO()
    first, *others = frames
    first.save(file, "GIF", save_all=True, append_images=others, duration=times, disposal=_CLEARED, **loop)
    return Made(data=file.getvalue(), ending="gif", width=first.width, height=first.height, compromise=compromise)

"""Files for the pictures of test letters, drawn when they are asked for."""

from __future__ import annotations

import functools
import io

from PIL import Image

from tests.support.letters import PICTURES


@functools.cache
def picture(name: str) -> bytes:
    """Return a file of the size that the letter was told: grey, so that no text would be read on it by chance."""
    size = PICTURES[name]
    file = io.BytesIO()
    Image.new("RGB", (size.width, size.height), "#808080").save(file, format="PNG")
    return file.getvalue()

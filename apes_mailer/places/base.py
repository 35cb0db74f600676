"""What every place can do, and how its files are to be served."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Protocol

_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/atom+xml; charset=utf-8",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
}
FOR_GOOD = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=300"


class Place(Protocol):
    """A folder or a bucket that readers can reach. Paths are relative, with slashes."""

    def put(self, path: str, content: bytes) -> bool:
        """Put a file, whole or not at all; return whether that changed anything. Raises ``ApesMailerError``."""
        ...

    def remove(self, path: str) -> bool:
        """Take a file away; return whether it was there. Raises ``ApesMailerError``."""
        ...


def media_type(path: str) -> str:
    """Return what a file is, by its name."""
    return _MEDIA_TYPES[PurePosixPath(path).suffix]


def caching(path: str) -> str:
    """Return how long a browser may keep a file: a picture for good, as its name holds a hash of its content."""
    return FOR_GOOD if media_type(path).startswith("image/") else FOR_A_WHILE

"""The pictures of a campaign: found, looked into, and given the name under which they are published."""

from __future__ import annotations

import functools
import hashlib
import io
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from apes_mailer.model.picture import Picture
from apes_mailer.model.spelling import plain
from apes_mailer.reading.meaning import file_meant

_MOST_BYTES = 20 * 1024 * 1024
_MOST_PIXELS = 50_000_000
_LONGEST_STEM = 40
_ORIENTATION = 0x0112  # EXIF 2.32 §4.6.4: 5 to 8 mean that the picture lies on its side
_ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif"}
_SHOWN = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"GIF87a", "GIF"), (b"GIF89a", "GIF"))
_OTHERS = (
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"PK\x03\x04", "ZIP or office"),
)


@dataclass(frozen=True, slots=True)
class Usable:
    """A picture that mail can show, where it is kept, and the SHA-256 of its bytes."""

    picture: Picture
    path: Path
    digest: bytes


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a file cannot be shown, and what to do."""

    message: str
    cure: str


class PictureFolder:
    """The folder ``images`` of a campaign."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: Mapping[str, Path] | None = None

    def look(self, name: str) -> Usable | Unusable:
        """Return the picture of a name as the issue writes it, or what is wrong with it; never raises."""
        files = self._known_files()
        path = files.get(unicodedata.normalize("NFC", name))
        if path is None:
            return _missing(name, files)
        try:
            status = path.stat()
            if status.st_size > _MOST_BYTES:
                size = status.st_size // (1024 * 1024)
                return Unusable(f"{name} has {size} MB, too much for any letter", "Make it smaller: 1200 pixels wide.")
            return _examined(path, status.st_mtime_ns, status.st_size)
        except OSError as error:
            reason = (error.strerror or "it cannot be opened").lower()
            return Unusable(f"{name} cannot be read: {reason}", "Copy the picture into the images folder again.")

    def _known_files(self) -> Mapping[str, Path]:
        """List the folder once. Names are compared in their composed form, however the disk spells an accent."""
        if self._files is None:
            paths = self._folder.rglob("*") if self._folder.is_dir() else ()
            self._files = {
                unicodedata.normalize("NFC", path.relative_to(self._folder).as_posix()): path
                for path in sorted(paths)
                if not path.name.startswith(".") and path.is_file()
            }
        return self._files


def _missing(name: str, files: Mapping[str, Path]) -> Unusable:
    if not files:
        return Unusable(f"{name} is not there: the images folder is empty", "Copy the picture into the images folder.")
    meant = file_meant(name, files)
    if meant is not None:
        return Unusable(f"{name} is not in the images folder", f'Did you mean "{meant}"?')
    there = sorted(files)
    listed = ", ".join(there[:8]) + (", …" if len(there) > 8 else "")
    return Unusable(f"{name} is not in the images folder", f"Copy it there, or use one of: {listed}.")


@functools.lru_cache(maxsize=512)
def _examined(path: Path, _changed: int, _size: int) -> Usable | Unusable:
    """Look into a file, once for each change of it: a preview reads the same pictures at every keystroke."""
    data = path.read_bytes()
    if not data:
        return Unusable(f"{path.name} is empty (0 bytes)", "Copy the picture into the images folder again.")
    kind = next((kind for start, kind in _SHOWN if data.startswith(start)), "")
    if not kind:
        return _not_shown(path.name, data)
    size = _decoded_size(data, kind)
    if isinstance(size, str):
        return Unusable(f"{path.name} {size}", "Save the picture again, or export it as JPEG or PNG, 1200 pixels wide.")
    digest = hashlib.sha256(data)
    stem = plain(PurePosixPath(path.name).stem).replace("_", "-")[:_LONGEST_STEM].strip("-") or "picture"
    name = f"{digest.hexdigest()[:16]}-{stem}{_ENDINGS[kind]}"
    picture = Picture(name=name, width=size[0], height=size[1], size=len(data))
    return Usable(picture, path, digest.digest())


def _not_shown(name: str, data: bytes) -> Unusable:
    kind = next((kind for start, kind in _OTHERS if data.startswith(start)), "") or _container(data)
    if kind:
        message = f"{name} is in the format {kind}, which many mail programs do not show"
        return Unusable(message, "Convert it to JPEG (photographs) or PNG (drawings, logos).")
    return Unusable(f"{name} is no picture, whatever its name says", "Use a JPEG, PNG or GIF file.")


def _container(data: bytes) -> str:
    """Name the formats that do not show it in their first bytes."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return "AVIF" if brand.startswith(b"avi") else "HEIC" if brand[:3] in {b"hei", b"hev", b"mif"} else "video"
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return (
        "SVG"
        if head.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in data[:5000].lower()
        else ""
    )


def _decoded_size(data: bytes, kind: str) -> tuple[int, int] | str:
    """Return the width and height of a picture that can be decoded to its end, or what is wrong with it.

    The size is read before the pixels, so a small file that claims to be enormous is refused unopened.
    """
    from PIL import GifImagePlugin, JpegImagePlugin, PngImagePlugin

    openers = {
        "JPEG": JpegImagePlugin.JpegImageFile,
        "PNG": PngImagePlugin.PngImageFile,
        "GIF": GifImagePlugin.GifImageFile,
    }
    try:
        with openers[kind](io.BytesIO(data)) as image:
            width, height = image.size
            if width * height > _MOST_PIXELS:
                return f"has {width} × {height} pixels, too many for any letter"
            sideways = kind == "JPEG" and image.getexif().get(_ORIENTATION, 1) in {5, 6, 7, 8}
            image.load()
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, struct.error):
        return "is damaged"
    return (height, width) if sideways else (width, height)

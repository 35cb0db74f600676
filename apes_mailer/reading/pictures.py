"""The pictures of a campaign: found in their folder, and looked into."""

from __future__ import annotations

import functools
import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apes_mailer.model.picture import Picture
from apes_mailer.pictures.cache import PictureCache
from apes_mailer.pictures.kinds import Kind, kind_of, other_format
from apes_mailer.pictures.opening import DamagedError, HeicUnknownError, TooLargeError
from apes_mailer.reading.meaning import file_meant

_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Usable:
    """A picture that a letter can show, where it is kept, and the SHA-256 of its bytes in hexadecimal."""

    picture: Picture
    path: Path
    digest: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a file cannot be shown, and what to do."""

    message: str
    cure: str


class PictureFolder:
    """The folder ``images`` of a campaign; what is found out about its files is kept in ``cache``."""

    def __init__(self, folder: Path, cache: PictureCache) -> None:
        self._folder = folder
        self._cache = cache
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
                size = status.st_size / 1_000_000
                message = f"{name} has {size:.0f} MB; a picture may have {_MOST_BYTES // 1_000_000}"
                return Unusable(message, "Save it smaller, or a part of it: 2000 pixels in width are more than enough.")
            return _examined(self._cache, path, status.st_mtime_ns, status.st_size)
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
def _examined(cache: PictureCache, path: Path, _changed: int, _size: int) -> Usable | Unusable:
    """Look into a file, once for each change of it: a preview reads the same pictures at every keystroke."""
    data = path.read_bytes()
    if not data:
        return Unusable(f"{path.name} is empty (0 bytes)", "Copy the picture into the images folder again.")
    kind = kind_of(data)
    if kind is None:
        return _no_picture(path.name, other_format(data))
    digest = hashlib.sha256(data).hexdigest()
    try:
        picture = cache.looked_into(data, digest, kind)
    except DamagedError:
        cure = "Copy it from where it comes from again, or export it as JPEG or PNG."
        return Unusable(f"{path.name} is damaged: not all of the picture is there", cure)
    except TooLargeError as error:
        message = f"{path.name} has {error.width} × {error.height} pixels, too many for any letter"
        return Unusable(message, "Save it smaller, or a part of it: 2000 pixels in width are more than enough.")
    except HeicUnknownError:
        return _heic(path.name)
    return Usable(picture, path, digest, kind)


def _no_picture(name: str, other: str) -> Unusable:
    if other:
        message = f"{name} is in the format {other}, which cannot become a picture of a letter"
        return Unusable(message, "Convert it to JPEG (photographs) or PNG (drawings, logos).")
    return Unusable(f"{name} is no picture, whatever its name says", "Use a JPEG, PNG, WebP, GIF or HEIC file.")


def _heic(name: str) -> Unusable:
    return Unusable(
        f"{name} is a photograph in Apple's format HEIC, and what reads it is not installed yet",
        "Install it once, with: pip install 'apes-mailer[heic]'. Or share the photograph as JPEG: on an iPhone, "
        "Settings > Camera > Formats > Most Compatible.",
    )

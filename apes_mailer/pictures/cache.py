"""What was found out about pictures, and what was made of them, kept from one command to the next.

Everything goes by the SHA-256 of the file, the width asked for, and the versions of what made it, so nothing is ever
out of date; it may be deleted at any time. Several programs may work in it at once: files appear whole, and what two of
them write at once is the same.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import StringConstraints, TypeAdapter, ValidationError

from apes_mailer.model.picture import Compromise, Picture
from apes_mailer.pictures import making
from apes_mailer.pictures.kinds import Kind

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A rendition that is kept: the name of its file, which begins with the SHA-256 of its bytes, and how it is."""

    file: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}\.(jpg|png|gif)$")]
    width: int
    height: int
    size: int
    compromise: Compromise


_PICTURE, _KEPT = TypeAdapter(Picture), TypeAdapter(Kept)


@dataclass(frozen=True, slots=True)
class PictureCache:
    """A folder of its own."""

    folder: Path

    def looked_into(self, data: bytes, digest: str, kind: Kind) -> Picture:
        """Return what is known of a picture with this SHA-256. Raises what :func:`making.looked_into` raises."""
        record = f"{digest}.json"
        known = self._read(record, _PICTURE)
        if known is None:
            known = making.looked_into(data, kind)
            self._write(record, _PICTURE.dump_json(known))
        return known

    def rendition(self, path: Path, digest: str, kind: Kind, width: int) -> Kept:
        """Return the rendition of a file that has the SHA-256 ``digest``, at most so many pixels wide.

        Raises what :func:`making.made` raises, and ``ChangedError`` when the file is not what it was.
        """
        record = f"{digest}-{width}.json"
        kept = self._read(record, _KEPT)
        if kept is None or not self._is_whole(kept):
            kept = self._make(path, digest, kind, width)
            self._write(record, _KEPT.dump_json(kept))
        return kept

    def path(self, kept: Kept) -> Path:
        """Return where the file of a rendition is."""
        return self._place() / kept.file

    def _make(self, path: Path, digest: str, kind: Kind, width: int) -> Kept:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise ChangedError(path.name)
        made = making.made(data, kind, width)
        kept = Kept(
            file=f"{hashlib.sha256(made.data).hexdigest()}.{made.ending}",
            width=made.width,
            height=made.height,
            size=len(made.data),
            compromise=made.compromise,
        )
        self._write(kept.file, made.data)
        return kept

    def _is_whole(self, kept: Kept) -> bool:
        path = self.path(kept)
        try:
            status = path.stat()
            return _digest(path, status.st_mtime_ns, status.st_size) == path.stem
        except OSError:
            return False

    def _read(self, name: str, form: TypeAdapter[T]) -> T | None:
        try:
            return form.validate_json((self._place() / name).read_bytes())
        except (OSError, ValidationError):
            return None

    def _write(self, name: str, data: bytes) -> None:
        """Write a file whole or not at all, for nobody else to read."""
        path = self._place() / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_name(f".{name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
            # Without fsync: what a power cut leaves half written has another digest, and is made again.
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def _place(self) -> Path:
        import PIL

        return _writable(self.folder) / f"{making.VERSION}-{PIL.__version__}"


class ChangedError(Exception):
    """A file is not what it was a moment ago."""


@functools.lru_cache(maxsize=512)
def _digest(path: Path, _changed: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.cache
def _writable(folder: Path) -> Path:
    """Return the folder, closed to others and to git, or one for this process where no folder can be made there."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="ascii")
    except OSError:
        passing = Path(tempfile.mkdtemp(prefix="apes-mailer-"))
        atexit.register(shutil.rmtree, passing, ignore_errors=True)
        return passing
    return folder

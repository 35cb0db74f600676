"""A folder of this computer, which a web server shows or somebody copies to one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from apes_mailer.errors import ApesMailerError


class Folder:
    """A folder, made when something is first put into it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, path: str, content: bytes) -> bool:
        """Put a file where readers never see half of it."""
        target = self._root / path
        try:
            if target.is_file() and target.read_bytes() == content:
                return False
            target.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(target, content)
        except OSError as error:
            raise self._refused(path, error) from error
        return True

    def remove(self, path: str) -> bool:
        """Take a file away."""
        try:
            (self._root / path).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._refused(path, error) from error
        return True

    def _refused(self, path: str, error: OSError) -> ApesMailerError:
        return ApesMailerError(
            f"{path} cannot be written in {self._root}: {error.strerror or error}.",
            hint="Check the rights of the folder and the room on its disk, then run the same command again.",
        )


def _write_whole(target: Path, content: bytes) -> None:
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)

"""Files that only their owner can read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def private_file(path: Path, *, encoding: str, newline: str) -> Generator[TextIO]:
    """Open a file that only its owner can read, to be written: whole under its name in the end, or not there at all.

    What stood under the name is replaced. Raises ``OSError`` when the file cannot be made.
    """
    with _unfinished(path, encoding, newline) as (name, file):
        yield file
        _finish(file)
        name.replace(path)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all; of several writers the first one wins."""
    with _unfinished(path, "ascii", None) as (name, file):
        file.write(text)
        _finish(file)
        if not path.exists():
            _give_name(name, path)


@contextmanager
def _unfinished(path: Path, encoding: str, newline: str | None) -> Generator[tuple[Path, TextIO]]:
    """Make a file beside another one under a name that will not last."""
    name = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(_descriptor(name, path), "w", encoding=encoding, newline=newline) as file:
            yield name, file
    finally:
        name.unlink(missing_ok=True)


def _descriptor(name: Path, path: Path) -> int:
    try:
        return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        error.filename = str(path)  # the name that somebody gave, and knows
        raise


def _finish(file: TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()  # Windows gives no other name to an open file


def _give_name(unfinished: Path, path: Path) -> None:
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass  # another program was first
    except OSError:
        unfinished.rename(path)  # a file system without hard links, such as that of a memory stick

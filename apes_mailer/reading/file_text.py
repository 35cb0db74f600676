"""From the bytes of an issue file to its text, whatever editor has saved it."""

from __future__ import annotations

import codecs
from pathlib import Path

from apes_mailer.errors import IssueError, Problem

_MOST_BYTES = 2 * 1024 * 1024
_SAVE_AS_UTF8 = "Save the file as UTF-8: in Notepad with File > Save as > Encoding: UTF-8."
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OTHER_FORMATS = (
    (b"PK\x03\x04", "a word processor document or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a word processor document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


def file_bytes(path: Path, shown: str) -> bytes:
    """Return the content of an issue file. Raises ``IssueError`` when there is none, or it cannot be opened."""
    try:
        if path.is_dir():
            raise _unusable(shown, "is a folder", "Put the issue into a text file of this name.")
        if path.exists() and not path.is_file():
            raise _unusable(shown, "is no file", "Put the issue into a text file of this name.")
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise _unusable(shown, "does not exist", "Make a new issue with: apes-mailer new NAME") from error
    except PermissionError as error:
        raise _unusable(shown, "may not be read", "Give yourself the right to read this file.") from error
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise _unusable(shown, f"cannot be read: {reason}", "Check the disk, then try again.") from error
    if len(data) > _MOST_BYTES:
        cure = "Letters are a hundred times shorter. Pictures belong into the images folder, as files."
        raise _unusable(shown, "has more than 2 MB", cure)
    if kind := next((kind for start, kind in _OTHER_FORMATS if data.startswith(start)), ""):
        raise _unusable(shown, f"is {kind}, not a text file", "Write the issue in a text editor.")
    return data


def decoded(data: bytes, shown: str) -> tuple[str, list[Problem]]:
    """Return the text of a file, and a problem if it is not UTF-8.

    A byte order mark is no text. Lines that are not UTF-8 are read as Windows-1252, so that their other faults show.
    """
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        bad = error.start
    if data.startswith(_UTF16):
        text = data.decode("utf-16", errors="replace")
        return text, [Problem(message="is saved as UTF-16", file=shown, line=1, hint=_SAVE_AS_UTF8)]
    lines = data.split(b"\n")
    number = data.count(b"\n", 0, bad)
    line = lines[number].decode("cp1252", errors="replace").strip()
    message = f"is not saved as UTF-8; the first line that shows it: {line[:60]}"
    return "\n".join(map(_line, lines)), [Problem(message=message, file=shown, line=number + 1, hint=_SAVE_AS_UTF8)]


def _line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _unusable(shown: str, message: str, cure: str) -> IssueError:
    return IssueError(f"{shown} cannot be used.", [Problem(message=message, file=shown, hint=cure)])

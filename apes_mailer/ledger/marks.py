"""The mark of a ledger: a small file that remembers outside the database what was done.

Its first line has two numbers of a fixed width, which are written over in place; what follows is JSON.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_DIGITS = 20  # of each number
_ATTEMPTS, _WORDS = 0, _DIGITS + 1  # where they begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is remembered: ``attempts`` were made, for ``campaigns``; ``words`` counts suppressions and consents, all
    that ever were.
    """

    ledger: str
    attempts: int
    campaigns: tuple[str, ...]
    words: int = 0
    home: str = ""
    """The secret's fingerprint and the folder: what a new ledger has in common with one that is lost."""


def read(path: Path) -> Mark | None:
    """Return the mark of a file; None when there is none, or when it is damaged."""
    try:
        numbers, _, text = path.read_text(encoding="utf-8").partition("\n")
        attempts, _, words = numbers.partition(" ")
        body = json.loads(text)
        return Mark(
            ledger=str(body["ledger"]),
            attempts=int(attempts),
            words=int(words or 0),
            campaigns=tuple(str(name) for name in body["campaigns"]),
            home=str(body.get("home", "")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(path: Path, mark: Mark) -> None:
    """Put a mark in the place of the one before, whole or not at all. Raises ``OSError``."""
    text = json.dumps({"ledger": mark.ledger, "campaigns": mark.campaigns, "home": mark.home})
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(f"{mark.attempts:0{_DIGITS}} {mark.words:0{_DIGITS}}\n{text}\n", encoding="utf-8")
    new.replace(path)


def counts_words(path: Path) -> bool:
    """Whether a mark has the second number; older ones have not."""
    with suppress(OSError), path.open("rb") as file:
        return b" " in file.readline()
    return False


def raise_attempts(path: Path, to: int) -> None:
    """Write the number of attempts over a smaller one; a mark that cannot be written stays as it is."""
    _raise(path, _ATTEMPTS, to)


def raise_words(path: Path, to: int) -> None:
    """Write the number of words over a smaller one; a mark that cannot be written stays as it is."""
    _raise(path, _WORDS, to)


def _raise(path: Path, start: int, to: int) -> None:
    number = f"{to:0{_DIGITS}}".encode()
    with suppress(OSError), path.open("r+b", buffering=0) as file:
        file.seek(start)
        if file.read(_DIGITS) < number:
            file.seek(start)
            file.write(number)

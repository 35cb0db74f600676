"""Words and names that rules know, from ``known.toml``."""

from __future__ import annotations

import functools
import re
import tomllib
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_suffix(".toml")


@functools.cache
def _file() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@functools.cache
def shorteners() -> frozenset[str]:
    """Return hosts that only lead on to another one."""
    return frozenset(_file()["shorteners"])


@functools.cache
def empty_words() -> frozenset[str]:
    """Return words of links that say nothing, in the form of :func:`key`."""
    return frozenset(key(words) for language in _file()["empty_words"].values() for words in language)


def key(words: str) -> str:
    """Return words as they are compared: without capitals, punctuation and spaces around."""
    return re.sub(r"[\W_]+", " ", words.casefold()).strip()

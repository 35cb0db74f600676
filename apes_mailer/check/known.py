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
def _phrases() -> frozenset[str]:
    """Return what words of links that say nothing are made of, in the form of :func:`key`."""
    lists = (*_file()["empty_words"].values(), *_file()["filling"].values())
    return frozenset(key(words) for each in lists for words in each)


@functools.cache
def _longest_phrase() -> int:
    """Return the words of the longest of them."""
    return max(len(phrase.split()) for phrase in _phrases())


def says_nothing(shown: str) -> bool:
    """Return whether words as :func:`key` gives them are made only of such as say nothing: "voir la suite ici"."""
    words = shown.split()
    reached = {0}
    for start in range(len(words)):
        if start in reached:
            ends = range(start + 1, min(len(words), start + _longest_phrase()) + 1)
            reached.update(end for end in ends if " ".join(words[start:end]) in _phrases())
    return bool(words) and len(words) in reached


@functools.cache
def _kinds_of_picture() -> frozenset[str]:
    """Return what pictures are called, whatever they show."""
    return frozenset(key(words) for language in _file()["kinds_of_picture"].values() for words in language)


def is_kind_of_picture(alt: str) -> bool:
    """Return whether words for a picture only say that it is one: "Une photo", "image 3"."""
    return re.sub(r"^(?:une?|l[ea]?|an?|the) | ?\d+$", "", key(alt)) in _kinds_of_picture()


def key(words: str) -> str:
    """Return words as they are compared: without capitals, punctuation and spaces around."""
    return re.sub(r"[\W_]+", " ", words.casefold()).strip()

"""The words of the web pages, in French and in English, and which of the two a browser asks for."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from apes_mailer.model.language import Language

DEFAULT: Language = "fr"
LANGUAGES: Mapping[str, Language] = MappingProxyType({"fr": "fr", "en": "en"})

_RANGE = re.compile(r"\s*(?P<tag>[A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=(?P<weight>[0-9.]{1,5}))?\s*")


@functools.cache
def words(section: str, language: Language) -> Mapping[str, str]:
    """Return the words of a section of ``strings.<language>.toml`` by their names."""
    file = Path(__file__).with_name(f"strings.{language}.toml")
    return MappingProxyType(tomllib.loads(file.read_text(encoding="utf-8"))[section])


def preferred(accept_language: str) -> Language:
    """Return the language for an ``Accept-Language`` header (RFC 9110, 12.5.4); French when it asks for neither."""
    best: Language = DEFAULT
    best_weight = 0.0
    for part in accept_language[:1000].split(","):
        match = _RANGE.fullmatch(part)
        language = LANGUAGES.get(match["tag"].lower()) if match else None
        if match is None or language is None:
            continue
        weight = _weight(match["weight"])
        if weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(written: str | None) -> float:
    try:
        return min(float(written), 1.0) if written else 1.0
    except ValueError:
        return 0.0

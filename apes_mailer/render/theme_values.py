"""The values of a theme, its design tokens and its words: read from TOML, each judged where it stands."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, cast

from apes_mailer.errors import Problem, ThemeError
from apes_mailer.model import merge
from apes_mailer.model.theme import ThemeFile
from apes_mailer.render import css_check
from apes_mailer.render.mjml_schema import value_type

_WRITE = 'Write each line as: name = "value", with the quotes, and a section as [name].'
_SECTION = re.compile(r"\s*\[+\s*([\w-]+)\s*\]+")
_KEY = re.compile(r"\s*([\w-]+)\s*=")
_MOST_PIXELS = 2000
_COLORS, _FONTS, _SIZES = ("color", "dark"), ("font",), ("size",)
_PLACES = re.compile(r"%(?!%)[^%]?")  # what the filter "format" fills
Values = dict[str, Any]

QUOTATION_MARKS = ("quote_open", "quote_close")
"""Words that the program prints; a theme may set quotes apart by other means."""


def read(file: ThemeFile | None, theme: str) -> Values:
    """Return what a TOML file says, nothing when there is none. Raises ``ThemeError`` with the line."""
    if file is None:
        return {}
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = int(line[1]) if line else len(file.text.splitlines()) or 1
        problem = Problem(message=str(error), file=file.path, line=number, hint=_WRITE)
        raise ThemeError(f"The theme {theme} has a fault.", [problem]) from error


def token_faults(tokens: Values, file: ThemeFile) -> Iterator[Problem]:
    """Yield what is wrong with the values of ``theme.toml``."""
    for name, value in tokens.items():
        if isinstance(value, dict):
            for key, one in cast("dict[str, Any]", value).items():
                if cure := _cure(name, one):
                    yield _problem(file, name, key, f"{_shown(one)} cannot be used here", cure)
        elif not isinstance(value, str):
            yield _problem(file, "", name, f"{_shown(value)} cannot be used here", "Write a text in quotes.")


def _cure(section: str, value: object) -> str:
    """Say what to write instead of a value; nothing when it is of use."""
    if section in _COLORS:
        fits = isinstance(value, str) and value_type("color").pattern.fullmatch(value)
        return "" if fits else f"Write {value_type('color').expected}."
    if section in _FONTS:
        fits = isinstance(value, str) and not css_check.style_faults(f"font-family:{value}")
        return "" if fits else "Write the names of fonts, such as \"Georgia,'Times New Roman',serif\"."
    if section in _SIZES:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        fits = number and 0 <= cast("float", value) <= _MOST_PIXELS
        return "" if fits else f"Write a number from 0 to {_MOST_PIXELS}, without quotes and without px."
    return "Write a text in quotes, or a number." if isinstance(value, list | dict) else ""


def word_faults(words: Values, places: Mapping[str, int], file: ThemeFile) -> Iterator[Problem]:
    """Yield what is wrong with the words of a language; ``places`` counts the ``%s`` that templates fill in some."""
    marks = [name for name in QUOTATION_MARKS if words.get(name)]
    if len(marks) == 1:
        [other] = {*QUOTATION_MARKS} - {*marks}
        cure = "Write both of the marks that stand around a quote, or leave both empty."
        misspelt = difflib.get_close_matches(other, words.keys() - {*marks}, n=1)
        yield _problem(file, "", (misspelt or marks)[0], f'"{other}" is missing beside "{marks[0]}"', cure)
    for name, value in words.items():
        if not isinstance(value, str):
            yield _problem(file, "", name, f"{_shown(value)} is no text", f'Write {name} = "…", with the quotes.')
            continue
        if not value and name not in QUOTATION_MARKS:
            yield _problem(file, "", name, "is empty", "Write the words that readers are to see.")
        for tag in merge.find(value):
            if tag.expression is None:
                yield _problem(file, "", name, f"{tag.written} is no merge tag", "Correct it, or take it out.")
        wanted = places.get(name)
        if wanted is not None and _PLACES.findall(value) != ["%s"] * wanted:
            cure = f"Write %s {wanted} times, where other words go in."
            yield _problem(file, "", name, f'"{value}" has not the places that it needs', cure)


def line_of(file: ThemeFile, section: str, key: str) -> int:
    """Return the line of a key, or of its section, in a TOML file that can be read; 1 when it has neither."""
    here, found = "", 1
    for number, line in enumerate(file.text.splitlines(), 1):
        if match := _SECTION.match(line):
            here = match[1]
            found = number if here == section else found
        elif here == section and (match := _KEY.match(line)) and match[1] == key:
            return number
    return found


def _problem(file: ThemeFile, section: str, key: str, message: str, cure: str) -> Problem:
    field = f"{section}.{key}" if section else key
    return Problem(message=message, file=file.path, line=line_of(file, section, key), field=field, hint=cure)


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()

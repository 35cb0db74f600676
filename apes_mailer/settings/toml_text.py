"""A TOML file as people write it: where each setting stands, and the line to write instead of one that is not TOML."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apes_mailer.errors import Problem

_MOST_FAULTS = 20
_QUOTES = "\"'`“”„«»‘’"

_section = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[A-Za-z0-9_.-]+)").match
_setting = re.compile(r"\s*(?P<name>[A-Za-z0-9_.-]+)\s*=").match
_meant_as_setting = re.compile(r"(?P<name>\s*[A-Za-z0-9_.-]+)\s*[=:]\s*(?P<value>.*?)\s*(?P<comment>#.*)?").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlText:
    """What a file holds: ``data`` with faulty lines corrected, None where that is beyond guessing.

    ``problems`` are the faulty lines; ``lines`` is the corrected text, ``places`` the line of each setting and section.
    """

    shown: str
    data: dict[str, Any] | None
    problems: list[Problem]
    lines: list[str]
    places: Mapping[tuple[str, ...], int]

    def line(self, path: tuple[str, ...]) -> int | None:
        """Return the line of a setting, of what it is in, or None."""
        return next((self.places[path[:size]] for size in range(len(path), 0, -1) if path[:size] in self.places), None)


def parse(text: str, *, shown: str) -> TomlText:
    """Read TOML; each line that is none is reported with the line to write instead, and read as if it stood there."""
    lines = text.replace("\r\n", "\n").split("\n")
    problems: list[Problem] = []
    data: dict[str, Any] | None = None
    while data is None and len(problems) < _MOST_FAULTS:
        data, number, fault = _attempt(lines)
        if data is not None:
            break
        better = _correction(lines, number) if number is not None else None
        problems.append(_problem(shown, number, fault, better))
        if better is None or number is None:
            break
        lines[number - 1] = better
    return TomlText(shown=shown, data=data, problems=problems, lines=lines, places=_places(lines))


def _attempt(lines: list[str]) -> tuple[dict[str, Any] | None, int | None, str]:
    """Return the data, or the line that is at fault and what tomllib says of it."""
    try:
        return tomllib.loads("\n".join(lines)), None, ""
    except tomllib.TOMLDecodeError as error:
        words, _, place = str(error).rpartition(" (at ")
        found = re.match(r"line (\d+)", place)
        number = int(found[1]) if found else len(lines)
        return None, number or None, words


def _correction(lines: list[str], number: int) -> str | None:
    """Return what to write instead of a line, if with it the file can be read beyond that line."""
    for better in _guesses(lines[number - 1]):
        data, next_fault, _ = _attempt([*lines[: number - 1], better, *lines[number:]])
        if data is not None or (next_fault or 0) > number:
            return better
    return None


def _guesses(line: str) -> Iterator[str]:
    if found := _section(line):
        yield f"{found['open']}{found['name']}{']' * len(found['open'])}"
    elif found := _meant_as_setting(line):
        value = found["value"].strip(_QUOTES + " \u00a0\u202f")
        after = f"  {found['comment']}" if found["comment"] else ""
        if "\\" in value and "'" not in value:
            yield f"{found['name']} = '{value}'{after}"
        yield f"{found['name']} = {json.dumps(value, ensure_ascii=False)}{after}"


def _problem(shown: str, number: int | None, fault: str, better: str | None) -> Problem:
    if better is not None:
        what = (
            "the name of a section stands in brackets"
            if _section(better)
            else "text stands in straight quotes, after an equals sign"
        )
        return Problem(
            file=shown, line=number, message=f"cannot be read: {what}", hint=f"Replace line {number} with: {better}"
        )
    if fault.startswith(("Cannot overwrite", "Cannot declare", "Cannot mutate")):
        return Problem(
            file=shown, line=number, message="is there for the second time", hint="Keep one of them; delete the other."
        )
    return Problem(
        file=shown,
        line=number,
        message=f"cannot be read ({fault})",
        hint='A setting is written so: name = "Le Jardin". The name of a section stands alone in brackets: [sender]',
    )


def _places(lines: list[str]) -> dict[tuple[str, ...], int]:
    places: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines, start=1):
        if found := _section(line):
            table = tuple(found["name"].split("."))
            if len(found["open"]) == 2:
                seen[table] = seen.get(table, -1) + 1
                table = (*table, str(seen[table]))
            places.setdefault(table, number)
        elif found := _setting(line):
            places.setdefault((*table, *found["name"].split(".")), number)
    return places

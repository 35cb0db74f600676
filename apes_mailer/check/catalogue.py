"""What the rules say, in French and in English: ``catalogue.toml``, by the names of the rules."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from babel.dates import format_date
from babel.numbers import format_decimal

from apes_mailer.model.finding import Finding, Severity, Value
from apes_mailer.model.language import Language

_FILE = Path(__file__).with_name("catalogue.toml")
_LANGUAGES: tuple[Language, ...] = ("en", "fr")
_SEVERITIES: Mapping[Language, Mapping[Severity, str]] = {
    "en": {Severity.ERROR: "error: ", Severity.WARNING: "warning: ", Severity.INFO: "info: "},
    "fr": {
        Severity.ERROR: "erreur\u00a0: ",
        Severity.WARNING: "avertissement\u00a0: ",
        Severity.INFO: "information\u00a0: ",
    },
}


class Words(NamedTuple):
    """What is wrong, and what to do."""

    message: str
    cure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that a rule can say; the words have braces where a finding's values go.

    ``look`` is where to look when the issue is not at fault: names of files of a theme, or of the settings, each with
    a text to find in it after a colon, which has such braces too.
    """

    rule: str
    severity: Severity
    waivable: bool
    words: Mapping[Language, Words]
    look: tuple[str, ...] = ()


@functools.cache
def entries() -> Mapping[str, Entry]:
    """Return everything that the rules can say, by the names that findings have."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return MappingProxyType({name: entry for rule, table in tables.items() for name, entry in _entries(rule, table)})


def _entries(rule: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    cases: dict[str, Mapping[str, Any]] = {
        f"{rule}.{name}": each for name, each in table.items() if isinstance(each, Mapping)
    }
    for name, each in (cases or {rule: table}).items():
        words: dict[Language, Words] = {code: Words(each[code], each[f"{code}-cure"]) for code in _LANGUAGES}
        severity = Severity(each["severity"])
        yield (
            name,
            Entry(
                rule=rule,
                severity=severity,
                waivable=table.get("waivable", True),
                words=words,
                look=tuple(each.get("look", ())),
            ),
        )


@functools.cache
def waivable_rules() -> Mapping[str, bool]:
    """Return all rules, and whether a person may waive what they find."""
    return MappingProxyType({entry.rule: entry.waivable for entry in entries().values()})


def finding(name: str, field: str = "", /, **values: Value) -> Finding:
    """Return a finding of the rule, or ``rule.case``, of this name; its severity is that of the catalogue."""
    return Finding(name=name, severity=entries()[name].severity, field=field, values=values)


def told(found: Finding, language: Language) -> Words:
    """Return a finding in words; numbers and dates are written as the language writes them."""
    values = {name: _written(value, language) for name, value in found.values.items()}
    message, cure = entries()[found.name].words[language]
    return Words(message.format_map(values), cure.format_map(values))


def headed(severity: Severity, message: str, language: Language) -> str:
    """Return a message that begins with how grave it is, as a terminal shows it."""
    return f"{_SEVERITIES[language][severity]}{message}"


def _written(value: Value, language: Language) -> str:
    if isinstance(value, dt.date):
        day = format_date(value, "EEEE d MMMM y", locale=language)
        return day.replace(" 1 ", " 1er ", 1) if language == "fr" else day
    return value if isinstance(value, str) else format_decimal(value, locale=language)

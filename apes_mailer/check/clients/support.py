"""The figures of ``support.csv``: which mail program supports which feature of HTML and CSS.

A mail program is a family and a platform, such as ``outlook.windows``. The figures are those of caniemail.com;
``NOTICE`` has their licence, ``tools/export_client_support.py`` gets new ones.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple, cast

_FILE = Path(__file__).with_name("support.csv")

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "aol": "AOL",
        "apple-mail": "Apple Mail",
        "fastmail": "Fastmail",
        "free-fr": "Free",
        "gmail": "Gmail",
        "gmx": "GMX",
        "hey": "HEY",
        "ionos-1and1": "IONOS",
        "laposte": "La Poste",
        "mail-ru": "Mail.ru",
        "orange": "Orange",
        "outlook": "Outlook",
        "protonmail": "Proton Mail",
        "samsung-email": "Samsung Email",
        "sfr": "SFR",
        "t-online-de": "T-Online",
        "thunderbird": "Thunderbird",
        "web-de": "WEB.DE",
        "yahoo": "Yahoo",
    }
)
"""Families of mail programs by their names in the figures, as people call them."""

USUAL = (
    "apple-mail",
    "free-fr",
    "gmail",
    "laposte",
    "orange",
    "outlook",
    "samsung-email",
    "sfr",
    "thunderbird",
    "yahoo",
)
"""The families that most readers in France have."""

_PLATFORMS = {
    "android": "Android",
    "desktop-webmail": "web",
    "ios": "iOS",
    "macos": "macOS",
    "mobile-webmail": "web mobile",
    "outlook-com": "outlook.com",
    "windows": "Windows",
    "windows-mail": "Windows Mail",
}

_PHONES = {"android", "ios", "mobile-webmail"}

State = Literal["y", "a", "n"]


class Figure(NamedTuple):
    """Whether a feature works, in part, or not at all, in the version, or the month, in which it was tried last."""

    state: State
    version: str


@functools.cache
def figures() -> Mapping[str, Mapping[str, Figure]]:
    """Return what is known: feature → mail program → figure."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return MappingProxyType({row.pop("feature"): _figures(row) for row in rows})


def _figures(row: Mapping[str, str]) -> Mapping[str, Figure]:
    parts = {program: cell.partition(" ") for program, cell in row.items() if cell}
    return {program: Figure(cast("State", state), version) for program, (state, _, version) in parts.items()}


@functools.cache
def programs() -> frozenset[str]:
    """Return every mail program of which something is known."""
    return frozenset(program for row in figures().values() for program in row)


def declared(names: Iterable[str]) -> frozenset[str]:
    """Return the mail programs that names stand for: a whole family, such as ``gmail``, or one of it."""
    wanted = set(names)
    return frozenset(program for program in programs() if {program, program.partition(".")[0]} & wanted)


def without(feature: str, among: frozenset[str]) -> frozenset[str]:
    """Return those of the mail programs that do not support a feature at all."""
    row = figures().get(feature, {})
    return frozenset(program for program in among if program in row and row[program].state == "n")


def on_phones(among: frozenset[str]) -> frozenset[str]:
    """Return those of the mail programs that run on phones."""
    return frozenset(program for program in among if program.partition(".")[2] in _PHONES)


def named(chosen: frozenset[str], among: frozenset[str]) -> str:
    """Return mail programs as people call them; a family by its name alone when all of it is meant."""
    families = dict.fromkeys(program.partition(".")[0] for program in sorted(chosen))
    return ", ".join(_named(family, chosen, among) for family in families)


def _named(family: str, chosen: frozenset[str], among: frozenset[str]) -> str:
    mine = {program for program in chosen if program.startswith(f"{family}.")}
    if mine == {program for program in among if program.startswith(f"{family}.")}:
        return FAMILIES[family]
    return f"{FAMILIES[family]} ({', '.join(sorted(_PLATFORMS[program.partition('.')[2]] for program in mine))})"

"""What the pages of the outbox are made of: their words, times and numbers, and how they are written to a folder."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from apes_mailer.render import dates, own_page

_FOLDER = Path(__file__).parent
_LANGUAGES = ("fr", "en")


def language_for(letter: str) -> str:
    """Return the language of the pages about a letter: its own where they speak it, else French."""
    return letter if letter in _LANGUAGES else _LANGUAGES[0]


@functools.cache
def words(language: str) -> Mapping[str, str]:
    """Return the words of the pages by their names."""
    text = (_FOLDER / f"strings.{language}.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def moment(at: dt.datetime, language: str) -> str:
    """Return a time as the clock on the wall of this computer's owner shows it."""
    local = at.astimezone()
    zone = f"UTC{local.isoformat(timespec='minutes')[16:]}".removesuffix("+00:00")
    date = dates.weekday_date(local.date(), language)
    return words(language)["when"] % {"date": date, "time": f"{local:%H:%M}", "zone": zone}


def number(count: int, language: str) -> str:
    """Return a number as the language writes it."""
    from babel.numbers import format_decimal

    return format_decimal(count, locale=language)


def render(template: str, values: Mapping[str, object]) -> str:
    """Return what a template prints."""
    return own_page.environment(_FOLDER).get_template(template).render(values)


def write(file: Path, template: str, values: Mapping[str, object]) -> None:
    """Write a page as a whole, so that whoever looks at it meanwhile sees a sound one. Raises ``OSError``."""
    part = file.with_suffix(".part")
    part.write_text(render(template, {**values, "css": own_page.css(_FOLDER / "page.css")}), encoding="utf-8")
    part.replace(file)

"""The words of reports, and numbers and times as their readers write them."""

from __future__ import annotations

import datetime as dt
import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from apes_mailer.model.language import Language
from apes_mailer.model.report import FEWEST_FOR_A_RATE, Pause, Sending, Share
from apes_mailer.render import dates

FOLDER = Path(__file__).parent


@functools.cache
def words(section: str, language: Language) -> Mapping[str, str]:
    """Return the words of a section of ``strings.<language>.toml`` by their names."""
    text = (FOLDER / f"strings.{language}.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text)[section])


def word(section: str, name: str, language: Language) -> str:
    """Return one of these words; a name that none stands for is shown itself, without its underscores."""
    return words(section, language).get(name.replace(" ", "_"), name.replace("_", " "))


def note(text: str, language: Language) -> str:
    """Return a note of the ledger, which keeps them in English; what others have said stays as they said it."""
    for told, translated in _notes(language).items():
        if match := re.fullmatch("(.*?)".join(map(re.escape, told.split("{}"))), text):
            return translated.format(*(note(piece, language) for piece in match.groups()))
    return words("told", language).get(text, text)


@functools.cache
def _notes(language: Language) -> Mapping[str, str]:
    file = FOLDER / f"notes.{language}.toml"
    return MappingProxyType(tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {})


def number(count: int | None, language: Language) -> str:
    """Return ``1 234`` with a narrow no-break space, or ``1,234``; a word when nobody knows how many."""
    from babel.numbers import format_decimal

    if count is None:
        return words("report", language)["unheard"]
    return format_decimal(count, locale=language)


def share(found: Share, language: Language) -> str:
    """Return ``98,7 %``, or ``17 sur 18`` when a rate of so few people would say nothing."""
    from babel import Locale
    from babel.numbers import format_percent

    if found.rate is None:
        template = words("report", language)["few"]
        return template % {"count": number(found.count, language), "of": number(found.of, language)}
    whole = Locale.parse(language).percent_formats[None].pattern
    form = whole if found.count in {0, found.of} else whole.replace("0", "0.0", 1)
    return format_percent(_honest(found), format=form, locale=language)


def _honest(found: Share) -> float:
    """Return a rate that is rounded neither to nobody nor to everybody."""
    if found.count in {0, found.of}:
        return found.count / found.of
    return min(max(found.count / found.of, 0.001), 0.999)


def moment(stamp: str, language: Language) -> str:
    """Return a time of the ledger as the clock and the calendar on the wall here show it."""
    return words("report", language)["when"] % {"day": day(stamp, language), "time": _time(stamp, language)}


def span(first: str, last: str, language: Language) -> str:
    """Return from when to when something lasted: the day once when it was one, one time when it was a minute."""
    said = {"first": moment(first, language), "last": moment(last, language), "day": day(first, language)}
    said |= {"from": _time(first, language), "until": _time(last, language)}
    name = "span_minute" if said["first"] == said["last"] else "span_days"
    if name == "span_days" and said["day"] == day(last, language):
        name = "span_day"
    return words("report", language)[name] % said


def _time(stamp: str, language: Language) -> str:
    local = dt.datetime.fromisoformat(stamp).astimezone()
    return words("report", language)["time"] % {"hour": local.hour, "minute": f"{local:%M}"}


def day(stamp: str, language: Language) -> str:
    """Return the day of a time of the ledger."""
    return dates.long_date(dt.datetime.fromisoformat(stamp).astimezone().date(), language)


def clock(stamp: str) -> str:
    """Return the time of day of a time of the ledger, with seconds."""
    return f"{dt.datetime.fromisoformat(stamp).astimezone():%H:%M:%S}"


def requests(sending: Sending, language: Language) -> str:
    """Return how many requests there were, and when."""
    name = "request" if sending.requests == 1 else "requests"
    when = span(sending.first, sending.first if sending.requests == 1 else sending.last, language)
    return words("sending", language)[name] % {"count": number(sending.requests, language), "when": when}


def pause(found: Pause, language: Language) -> str:
    """Return when the sending stood still, and why."""
    cause = note(found.cause, language).rstrip(".")
    if found.until:
        return words("sending", language)["pause"] % {"when": span(found.at, found.until, language), "cause": cause}
    return words("sending", language)["paused"] % {"at": moment(found.at, language), "cause": cause}


def rule_about_rates(language: Language) -> str:
    """Return the sentence that says when there is no rate."""
    return words("report", language)["few_rule"] % {"fewest": FEWEST_FOR_A_RATE}

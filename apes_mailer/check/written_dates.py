"""Dates in prose: "mardi 14 juillet 2025", "les jeudis 18 et 25 septembre", "Tuesday, July 14", "jeu. 16/10"."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from babel.dates import get_day_names, get_month_names

from apes_mailer.model.language import Language

_LETTER = "lettre|infolettre|newsletter|bulletin|gazette|journal|numéro|édition|letter|issue|edition"
_WITHOUT_ACCENT = {"fevrier": 2, "aout": 8, "decembre": 12}
_FIRST: Mapping[Language, str] = {"fr": "premier", "en": "first"}
_DAYS_OF_ANY_MONTH = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDate:
    """A day as a text has it; ``weekday`` (0 is Monday) and ``year`` are None when it says none."""

    words: str
    weekday: int | None
    day: int
    month: int
    year: int | None

    def in_year(self, year: int) -> dt.date | None:
        """Return the day in a year, None when that year has no such day."""
        try:
            return dt.date(year, self.month, self.day)
        except ValueError:
            return None


class _Grammar(NamedTuple):
    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    weekday: re.Pattern[str]
    day_first: re.Pattern[str]
    month_first: re.Pattern[str]
    alone: tuple[re.Pattern[str], ...]
    tail: re.Pattern[str]
    issue_of: re.Pattern[str]


@functools.cache
def _grammar(language: Language) -> _Grammar:
    """Return how dates are written in a language, with its names of days and months, whole and short."""
    whole, short = get_day_names("wide", locale=language), get_day_names("abbreviated", locale=language)
    weekdays = {**_numbers(short), **_numbers(whole)}
    months = {
        **_WITHOUT_ACCENT,
        **_numbers(get_month_names("abbreviated", locale=language)),
        **_numbers(get_month_names("wide", locale=language)),
    }
    weekday = rf"(?<!\w)(?P<weekday>{_any_of(weekdays)})(?P<plural>s)?\.?,?\s+(?:(?:prochain|dernier),?\s+)?"
    month = rf"(?P<month>{_any_of(months)})(?!\w)\.?"
    year = r"(?:,?\s+(?P<year>[12]\d{3})(?!\w))?"
    day = rf"(?P<day>\d{{1,2}}|{_FIRST[language]})(?:er|st|nd|rd|th)?(?![\w%€])"
    # "Samedi 1/2 journée" is no date, "samedi 1/2/2027" is one.
    number = r"/(?P<number>[01]\d|[1-9](?=/))(?:/(?P<short_year>(?:20)?\d\d))?(?![\w/])"
    also = rf"\s*(?:,|-|–|/|&|et|ou|au|à|puis|and|or|to)\s*(?:les?\s+|the\s+)?(?:(?:{_any_of(weekdays)})s?\.?,?\s+)?"

    return _Grammar(
        weekdays=weekdays,
        months=months,
        weekday=_compiled(rf"(?<!\w)(?P<weekday>{_any_of(_numbers(whole))})s?(?!\w)"),
        day_first=_compiled(rf"{weekday}(?:le\s+|the\s+)?{day}(?:\s+(?:of\s+)?{month}{year}|{number})?"),
        month_first=_compiled(rf"{weekday}{month}\s+{day}{year}"),
        alone=_without_weekday(language, month, year),
        tail=_compiled(rf"(?P<days>(?:{also}\d{{1,2}}(?:er|st|nd|rd|th)?(?!\w)){{1,31}})\s+{month}{year}"),
        issue_of=_compiled(rf"(?:\A|\b(?:{_LETTER})\b.{{0,40}}?\W){month}\s+(?P<year>20\d\d)(?!\w)"),
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _without_weekday(language: Language, month: str, year: str) -> tuple[re.Pattern[str], ...]:
    """Return how a date stands alone. English has the month first too, but for "in November 31 people came"."""
    day = r"(?<![\w/.,:])(?<!\d )(?:(?P<article>le|du|au|the|on)\s+)?(?P<day>\d{1,2})(?:er|st|nd|rd|th)?"
    figures = r"(?<![\w/.,-])(?P<day>\d{1,2})/(?P<month>0?[1-9]|1[0-2])/(?P<year>(?:19|20)\d\d)(?![\w/])"
    day_first = (_compiled(rf"{day}\s+(?:of\s+)?{month}{year}"), _compiled(figures))
    if language != "en":
        return day_first
    whole = r"(?P<day>\d{1,2})(?:(?:st|nd|rd|th)(?!\w)|(?=,?\s+[12]\d{3}(?!\w))|(?=\s*(?:[.;:!?)]|\Z)))"
    return (*day_first, _compiled(rf"(?<!\w){month}\s+{whole}{year}"))


def _numbers(names: Any) -> dict[str, int]:
    """Return the numbers of names that come by number, in small letters and without the point of a short one."""
    return {str(name).lower().rstrip("."): int(number) for number, name in names.items()}


def _any_of(names: Mapping[str, int]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def written_dates(text: str, language: Language) -> Iterator[WrittenDate]:
    """Yield the dates that a text gives with their weekday; those whose month it leaves open are left out."""
    grammar = _grammar(language)
    for match in grammar.month_first.finditer(text):
        yield _date(grammar, match, match["day"], match.group(), month=match["month"], year=match["year"])
    for match in grammar.day_first.finditer(text):
        if match["number"]:
            year = f"20{match['short_year'][-2:]}" if match["short_year"] else None
            if 1 <= int(match["number"]) <= 12:
                yield _date(grammar, match, match["day"], match.group(), month=match["number"], year=year)
        elif match["month"]:
            yield _date(grammar, match, match["day"], match.group(), month=match["month"], year=match["year"])
        elif tail := grammar.tail.match(text, match.end()):
            # "Les jeudis 18 et 25 septembre": all of these days are Thursdays; of "jeudi 18 et 19" only the first is.
            others = re.findall(r"\d{1,2}", tail["days"]) if match["plural"] else []
            for day in [match["day"], *others]:
                yield _date(grammar, match, day, match.group() + tail.group(), month=tail["month"], year=tail["year"])


def _date(
    grammar: _Grammar, match: re.Match[str], day: str, words: str, *, month: str, year: str | None
) -> WrittenDate:
    return WrittenDate(
        words=words.strip(),
        weekday=grammar.weekdays[match["weekday"].lower()],
        day=int(day) if day.isdigit() else 1,
        month=int(month) if month.isdigit() else grammar.months[month.lower()],
        year=int(year) if year else None,
    )


def dates_without_weekday(text: str, language: Language) -> Iterator[WrittenDate]:
    """Yield the dates that a text gives, whether or not a weekday stands before them.

    A number above 31 is taken for a day only where an article or a year says so: "le 32 mars".
    """
    grammar = _grammar(language)
    for pattern in grammar.alone:
        for match in pattern.finditer(text):
            day, month, year = int(match["day"]), match["month"], match["year"]
            if day <= _DAYS_OF_ANY_MONTH or year or match.groupdict().get("article"):
                yield WrittenDate(
                    words=match.group().strip(" ."),
                    weekday=None,
                    day=day,
                    month=int(month) if month.isdigit() else grammar.months[month.lower()],
                    year=int(year) if year else None,
                )


def named_weekdays(text: str, language: Language) -> set[int]:
    """Return the weekdays that a text names; 0 is Monday."""
    grammar = _grammar(language)
    return {grammar.weekdays[match["weekday"].lower()] for match in grammar.weekday.finditer(text)}


def issue_months(text: str, language: Language) -> Iterator[tuple[str, int, int]]:
    """Yield what is written, the year and the month where a text says of which month a letter is.

    "La lettre de juillet 2025" says it, and so does "Juillet 2025" at its head; "le congrès de juillet 2025" does not.
    """
    grammar = _grammar(language)
    for match in grammar.issue_of.finditer(text):
        yield match.group(), int(match["year"]), grammar.months[match["month"].lower()]

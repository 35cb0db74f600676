"""A report as one HTML page that needs nothing else: no script, no picture, no address of a person."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

from apes_mailer.model.language import Language
from apes_mailer.model.report import Past, Report
from apes_mailer.render import own_page
from apes_mailer.render.report import chart, rows, words
from apes_mailer.render.report.rows import Row, Table

_TILES = ("recipients", "submitted", "delivered", "bounced", "left.unsubscribed", "left.complained")
_FEWEST_COMPARED, _MOST_DRAWN = 2, 12  # campaigns in the table, and of these in its chart


def page(report: Report, language: Language) -> str:
    """Return the page."""
    tables = rows.tables(report, language)
    spoken = {name: functools.partial(function, language=language) for name, function in _SPOKEN.items()}
    values: dict[str, object] = {
        **spoken,
        "report": report,
        "language": language,
        "css": own_page.css(words.FOLDER / "page.css"),
        "tables": tables,
        "tiles": _tiles(tables),
        "bar": _bar,
        "slices": chart.columns([each.submitted for each in report.sending.slices]),
        "past": _past(report, language),
        "trend": _trend(report),
        "clock": words.clock if _within_a_day(report) else spoken["moment"],
        "rule_about_rates": words.rule_about_rates(language),
    }
    return own_page.environment(words.FOLDER).get_template("page.html").render(values)


_SPOKEN: Mapping[str, Callable[..., object]] = {
    "words": words.words,
    "word": words.word,
    "note": words.note,
    "requests": words.requests,
    "pause": words.pause,
    "number": words.number,
    "share": words.share,
    "moment": words.moment,
    "day": words.day,
}


def _bar(table: Table) -> list[chart.Rectangle]:
    return chart.bar([(row.count or 0, row.tone) for row in table.bar])


def _tiles(tables: Sequence[Table]) -> list[Row]:
    by_name = {row.name: row for table in tables for row in table.rows}
    return [by_name[name] for name in _TILES if name in by_name]


def _past(report: Report, language: Language) -> list[tuple[str, str, dict[str, Row]]]:
    """Return the campaigns to compare with, newest first: name, time and numbers by name."""
    if len(report.past) < _FEWEST_COMPARED:
        return []
    return [
        (each.campaign, each.prepared_at, {row.name: row for row in rows.past_rows(each, language)})
        for each in reversed(report.past)
    ]


def _trend(report: Report) -> list[tuple[Past, chart.Rectangle]]:
    """Return the last campaigns, newest first, each with the bar for the contacts that it had."""
    shown = report.past[-_MOST_DRAWN:]
    return list(zip(shown, chart.rows([each.candidates for each in shown]), strict=True))[::-1]


def _within_a_day(report: Report) -> bool:
    return report.sending.first[:10] == report.sending.last[:10]

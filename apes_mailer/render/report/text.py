"""A report in the terminal, and as rows for a spreadsheet."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from apes_mailer.model.language import Language
from apes_mailer.model.report import Past, Report
from apes_mailer.render.report import rows, words
from apes_mailer.render.report.rows import Row

_WIDTH = 80  # characters of a terminal that nobody has made wider
_LONGEST_LABEL = 45  # leaves room for a number and what it is a part of
_NARROWEST = 9  # of a column of numbers: a list of a million


def text(report: Report, language: Language) -> str:
    """Return the report as a table of words and numbers."""
    t = words.words("report", language)
    lines = [
        f"{report.campaign}: {report.subject}",
        *(line for said in _head(report, language) for line in _prose(said)),
    ]
    if report.feedback is None and report.submitted:
        lines += ["", *_prose(t["no_feedback"])]
    tables = rows.tables(report, language)
    width = min(max(len(_label(row)) for table in tables for row in table.rows), _LONGEST_LABEL)
    for table in tables:
        lines += ["", f"  {table.title}", *(line for row in table.rows for line in _line(row, width, language))]
    if len(report.past) > 1:
        lines += ["", f"  {words.words('tables', language)['past']}", *_past(report, language)]
    return "\n".join([*lines, "", *_prose(words.rule_about_rates(language))])


def _prose(said: str) -> list[str]:
    return textwrap.wrap(said, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _head(report: Report, language: Language) -> Iterator[str]:
    t = words.words("report", language)
    if report.correction_of:
        yield t["correction_of"] % {"name": report.correction_of}
    segment = f" ({report.segment})" if report.segment else ""
    yield f"{report.provider}, {report.list_name}{segment}, {words.word('states', report.state, language)}"
    yield f"{t['policy']}{t['colon']} {words.word('policies', report.policy, language)}"
    if report.sending.first:
        yield words.requests(report.sending, language)
    yield from (words.pause(pause, language) for pause in report.sending.pauses)


def _label(row: Row) -> str:
    return f"{'  ' * row.depth}{row.label}"


def _line(row: Row, width: int, language: Language) -> Iterator[str]:
    """Yield a number after its label, of which long ones take several lines."""
    share = f"  {words.share(row.share, language)}" if row.share else ""
    *before, last = textwrap.wrap(_label(row), width, subsequent_indent="  " * row.depth, drop_whitespace=True)
    yield from (f"    {line}" for line in before)
    yield f"    {last:<{width}}  {words.number(row.count, language):>11}{share}"


def _past(report: Report, language: Language) -> Iterator[str]:
    """Yield a line for each campaign; a long name stands above its numbers."""
    p = words.words("past", language)
    names = ("candidates", "submitted", "bounced", "left.unsubscribed", "left.complained")
    heads = [p[name.removeprefix("left.")] for name in names]
    widths = [max(len(head), _NARROWEST) for head in heads]
    room = _WIDTH - 4 - sum(width + 2 for width in widths)
    yield f"    {p['issue']:<{room}}" + _cells_of(heads, widths)
    for each in reversed(report.past):
        numbers = {row.name: row for row in rows.past_rows(each, language)}
        counts = [numbers[name].count if name in numbers else None for name in names]
        cells = _cells_of([words.number(count, language) for count in counts], widths)
        if len(each.campaign) > room:
            yield f"    {each.campaign}"
        yield f"    {each.campaign if len(each.campaign) <= room else '':<{room}}{cells}"


def _cells_of(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def table(report: Report, language: Language) -> Iterator[list[str]]:
    """Yield the report as the rows of a spreadsheet: one for each number, those of earlier campaigns last."""
    yield ["CAMPAIGN", "SECTION", "NAME", "LABEL", "COUNT", "OF"]
    policy = words.word("policies", report.policy, language)
    yield [report.campaign, "head", f"policy.{report.policy}", policy, "", ""]
    for section in rows.tables(report, language):
        yield from (_cells(report.campaign, section.name, row) for row in section.rows)
    for each in report.past[:-1]:
        yield from _past_cells(each, language)


def _past_cells(past: Past, language: Language) -> Iterator[list[str]]:
    return (_cells(past.campaign, "past", row) for row in rows.past_rows(past, language))


def _cells(campaign: str, section: str, row: Row) -> list[str]:
    return [
        campaign,
        section,
        row.name,
        row.label,
        "" if row.count is None else str(row.count),
        "" if row.of is None else str(row.of),
    ]

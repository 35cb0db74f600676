"""A report in the terminal, and as rows for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from apes_mailer.model.language import Language
from apes_mailer.model.report import Past, Report
from apes_mailer.render.report import rows, words
from apes_mailer.render.report.rows import Row


def text(report: Report, language: Language) -> str:
    """Return the report as a table of words and numbers."""
    t = words.words("report", language)
    lines = [f"{report.campaign}: {report.subject}"]
    if report.correction_of:
        lines.append(f"  {t['correction_of'] % {'name': report.correction_of}}")
    segment = f" ({report.segment})" if report.segment else ""
    where = (report.provider, f"{report.list_name}{segment}", words.word("states", report.state, language))
    lines.append(f"  {', '.join(where)}")
    lines += [f"  {line}" for line in _sending(report, language)]
    if report.feedback is None and report.submitted:
        lines += ["", f"  {t['no_feedback']}"]
    tables = rows.tables(report, language)
    width = max(len(_label(row)) for table in tables for row in table.rows)
    for table in tables:
        lines += ["", f"  {table.title}", *(_line(row, width, language) for row in table.rows)]
    if len(report.past) > 1:
        lines += ["", f"  {words.words('tables', language)['past']}", *_past(report, language)]
    return "\n".join([*lines, "", f"  {words.rule_about_rates(language)}"])


def _sending(report: Report, language: Language) -> Iterator[str]:
    sending, s = report.sending, words.words("sending", language)
    if sending.first:
        first, last = words.moment(sending.first, language), words.moment(sending.last, language)
        yield s["requests"] % {"count": words.number(sending.requests, language), "first": first, "last": last}
    for pause in sending.pauses:
        end = s["until"] % {"until": words.moment(pause.until, language)} if pause.until else s["open"]
        yield s["pause"] % {"at": words.moment(pause.at, language), "cause": words.cause(pause.cause, language)} + end


def _label(row: Row) -> str:
    return f"{'  ' * row.depth}{row.label}"


def _line(row: Row, width: int, language: Language) -> str:
    share = f"  {words.share(row.share, language)}" if row.share else ""
    return f"    {_label(row):<{width}}  {words.number(row.count, language):>11}{share}"


def _past(report: Report, language: Language) -> Iterator[str]:
    p = words.words("past", language)
    names = ("candidates", "submitted", "bounced", "left.unsubscribed", "left.complained")
    heads = [p[name.removeprefix("left.")] for name in names]
    yield f"    {p['issue']:<24}" + "".join(f"  {head:>13}" for head in heads)
    for each in reversed(report.past):
        numbers = {row.name: row for row in rows.past_rows(each, language)}
        cells = [words.number(numbers[name].count, language) if name in numbers else p["unheard"] for name in names]
        yield f"    {each.campaign:<24}" + "".join(f"  {cell:>13}" for cell in cells)


def table(report: Report, language: Language) -> Iterator[list[str]]:
    """Yield the report as the rows of a spreadsheet: one for each number, those of earlier campaigns last."""
    yield ["CAMPAIGN", "SECTION", "NAME", "LABEL", "COUNT", "OF"]
    for section in rows.tables(report, language):
        yield from (_cells(report.campaign, section.name, row) for row in section.rows)
    for each in report.past[:-1]:
        yield from _past_cells(each, language)


def _past_cells(past: Past, language: Language) -> Iterator[list[str]]:
    return (_cells(past.campaign, "past", row) for row in rows.past_rows(past, language))


def _cells(campaign: str, section: str, row: Row) -> list[str]:
    return [campaign, section, row.name, row.label, str(row.count), "" if row.of is None else str(row.of)]

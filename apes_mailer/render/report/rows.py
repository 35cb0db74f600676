"""The numbers of a report in their order, each with its name and what it means: the same for page, terminal and CSV."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from apes_mailer.model.language import Language
from apes_mailer.model.report import Feedback, Past, Report, Share
from apes_mailer.model.suppression import Cause
from apes_mailer.render.report.words import number, word, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A number of a report. ``name`` is the same in every language; ``of`` is what it is a part of, None for a whole.

    ``count`` is None when nobody knows it, which is not the same as none.
    ``depth`` is 0 for a whole, and one more for a part of what stands above it. ``tone`` is how the page colours it.
    """

    name: str
    label: str
    count: int | None
    of: int | None = None
    meaning: str = ""
    depth: int = 0
    tone: str = ""

    @property
    def share(self) -> Share | None:
        """Which part of the others it is."""
        return None if self.of is None or self.count is None else Share(self.count, self.of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Some numbers that belong together; ``bar`` are those that make a whole, in the order of the bar."""

    name: str
    title: str
    intro: str
    rows: tuple[Row, ...]
    bar: tuple[Row, ...] = ()


def tables(report: Report, language: Language) -> list[Table]:
    """Return the tables of a report that have something to tell."""
    found = [_audience(report, language), _feedback(report, language), _bounces(report, language)]
    found += [_left(report, language), _variants(report, language)]
    found += [_opens(report, language), _clicks(report, language)]
    return [table for table in found if table is not None]


def _table(name: str, rows: list[Row], language: Language, *, bar: tuple[str, ...] = ()) -> Table:
    titles = words("tables", language)
    by_name = {row.name: row for row in rows}
    return Table(
        name=name,
        title=titles[name],
        intro=titles.get(f"{name}_intro", ""),
        rows=tuple(rows),
        bar=tuple(by_name[each] for each in bar if each in by_name and by_name[each].count),
    )


def _row(name: str, count: int, language: Language, *, of: int | None = None, tone: str = "", depth: int = 1) -> Row:
    label, meaning = word("numbers", name, language), words("meanings", language).get(name, "")
    return Row(name=name, label=label, count=count, of=of, meaning=meaning, tone=tone, depth=depth)


def _audience(report: Report, language: Language) -> Table:
    excluded = sum(report.excluded.values())
    rows = [_row("candidates", report.candidates, language, depth=0)]
    if excluded:
        rows.append(_row("excluded", excluded, language, of=report.candidates, tone="quiet"))
        rows += [_reason(reason, count, report.candidates, language) for reason, count in report.excluded.items()]
    rows += [
        _row("recipients", report.recipients, language, depth=0),
        _row("submitted", report.submitted, language, of=report.recipients, tone="good"),
    ]
    others = {"refused": report.refused, "unknown": report.unknown, "pending": report.pending}
    others["submitting"] = report.submitting
    tones = {"refused": "bad", "unknown": "doubt", "pending": "wait", "submitting": "wait"}
    rows += [
        _row(name, count, language, of=report.recipients, tone=tones[name]) for name, count in others.items() if count
    ]
    if report.duplicates:
        rows.append(_row("duplicates", report.duplicates, language, tone="bad"))
    return _table("audience", rows, language, bar=("submitted", *others, "excluded"))


def _reason(reason: str, count: int, candidates: int, language: Language) -> Row:
    label = word("reasons", reason, language)
    return Row(name=f"excluded.{reason}", label=label, count=count, of=candidates, depth=2)


def _feedback(report: Report, language: Language) -> Table | None:
    told = report.feedback
    if told is None:
        return None
    tones = {"delivered": "good", "bounced": "bad", "soft_bounced": "doubt", "rejected": "bad"}
    tones |= {"deferred": "wait", "silent": "quiet"}
    rows = [
        _row(name, count, language, of=told.submitted, tone=tones[name])
        for name, count in _told(told).items()
        if count or name in {"delivered", "bounced"}
    ]
    return _table("feedback", rows, language, bar=tuple(tones))


def _told(told: Feedback) -> Mapping[str, int]:
    return {
        "delivered": told.delivered,
        "bounced": told.bounced,
        "soft_bounced": told.soft_bounced,
        "rejected": told.rejected,
        "deferred": told.deferred,
        "silent": told.silent,
    }


def _bounces(report: Report, language: Language) -> Table | None:
    if report.feedback is None or not (report.feedback.bounces or report.refusals):
        return None
    rows: list[Row] = []
    for each in report.feedback.bounces:
        kind = "hard" if each.hard else "soft"
        label = words("bounces", language)[kind] % {"reason": _why(each.reason, language)}
        rows.append(Row(name=f"{kind}.{each.reason}", label=label, count=each.count, of=report.submitted))
    return _table("bounces", rows, language)


def _why(reason: str, language: Language) -> str:
    """Return the class of a bounce in words, after it the status of the mail server (RFC 3463)."""
    if not reason:
        return words("bounces", language)["none"]
    status = re.match(r"\d\.\d{1,3}\.\d{1,3}", reason)
    if status is None:
        return word("bounces", reason, language)
    rest = reason[status.end() :].strip()
    return f"{word('bounces', rest, language)} ({status[0]})" if rest else status[0]


def _left(report: Report, language: Language) -> Table | None:
    if not report.submitted:
        return None
    return _table("left", list(_leavers(report.left, report.submitted, language, heard=report.heard)), language)


def _leavers(left: Mapping[str, int], submitted: int, language: Language, *, heard: bool) -> Iterator[Row]:
    """Yield who left, by cause; of complaints only the provider knows whether there are none."""
    first = ("unsubscribed", Cause.AT_PROVIDER, "complained")
    counts = {"unsubscribed": 0, "complained": 0 if heard else None, **left}
    for cause in (*first, *(each for each in left if each not in first)):
        if cause in counts:
            part = cause == Cause.AT_PROVIDER
            yield Row(
                name=f"left.{cause}",
                label=words("numbers", language)["left_at_provider"] if part else word("causes", cause, language),
                count=counts[cause],
                of=submitted,
                meaning=words("meanings", language).get(f"left_{cause}", ""),
                depth=1 if part else 0,
            )


def _variants(report: Report, language: Language) -> Table | None:
    if len(report.letters) < 2:
        return None
    rows = [
        Row(name=f"variant.{each.variant}", label=each.variant, count=each.submitted, of=each.recipients)
        for each in report.letters
    ]
    return _table("variants", rows, language)


def _opens(report: Report, language: Language) -> Table | None:
    told = report.opens
    if told is None:
        return None
    meaning = words("meanings", language)["opens"] % {"readers": number(told.readers, language)}
    return _table("opens", [replace(_row("opens", told.opens, language, depth=0), meaning=meaning)], language)


def _clicks(report: Report, language: Language) -> Table | None:
    """Count by article first: what readers liked; then by link, because an article may have several."""
    if report.clicks is None:
        return None
    if not report.clicks:
        return _table("clicks", [_row("clicks", 0, language, depth=0)], language)
    parts: dict[str, int] = {}
    for each in report.clicks:
        part = each.part or words("report", language)["elsewhere"]
        parts[part] = parts.get(part, 0) + each.clicks
    rows: list[Row] = []
    for part, count in sorted(parts.items(), key=lambda each: -each[1]):
        rows.append(Row(name=f"part.{part}", label=part, count=count))
        rows += [
            Row(name=f"link.{each.url}", label=each.words or each.url, count=each.clicks, meaning=each.url, depth=1)
            for each in report.clicks
            if (each.part or words("report", language)["elsewhere"]) == part
        ]
    return _table("clicks", rows, language)


def past_rows(past: Past, language: Language) -> Iterator[Row]:
    """Yield the numbers of a campaign that others are compared with."""
    yield _row("candidates", past.candidates, language, depth=0)
    yield _row("submitted", past.submitted, language, of=past.recipients)
    if past.bounced is not None:
        yield _row("bounced", past.bounced, language, of=past.submitted)
    shown = {cause: count for cause, count in past.left.items() if cause in {"unsubscribed", "complained"}}
    yield from _leavers(shown, past.submitted, language, heard=past.heard)

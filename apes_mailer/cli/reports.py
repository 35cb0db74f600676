"""The command that reports: what became of a campaign, in the terminal, as a page, or for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apes_mailer.cli import output, typed
from apes_mailer.cli.context import Json, application_of
from apes_mailer.errors import UsageError

if TYPE_CHECKING:
    from apes_mailer.model.language import Language
    from apes_mailer.model.report import Report
    from apes_mailer.wiring import Application

_KINDS = (".html", ".csv", ".json")


def report(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The campaign; without one all campaigns are listed.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a page (.html), a spreadsheet (.csv) or JSON (.json) to a new file."),
    ] = None,
    recipients: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what became of every single address to a new CSV file of your own."),
    ] = None,
    *,
    json: Json = False,
    table: Annotated[bool, typer.Option("--csv", help="Print the numbers as CSV on standard output.")] = False,
) -> None:
    """Say what became of a campaign, in numbers.

    It is made from the ledger each time: what the provider tells later is in the next one.
    """
    from apes_mailer.campaign import report as reporting

    application = application_of(context)
    _require_sense(name, out, recipients, json=json, table=table)
    if name is None:
        _list(application, json=json)
        return
    application.workspace.check_campaign_name(name)
    found = reporting.report(application.database, name, at=application.clock())
    if out is not None:
        out.write_bytes(_file(found, out.suffix.lower(), application.language))
        output.say(f"{out} is the report of {name}, as of now.")
    if recipients is not None:
        _write_recipients(application, name, recipients)
    if json:
        output.emit(report_json(found))
    elif table:
        output.show(_csv(found, application.language), end="")
    elif out is None and recipients is None:
        from apes_mailer.render.report.text import text

        output.show(text(found, application.language))


def _require_sense(name: str | None, out: Path | None, recipients: Path | None, *, json: bool, table: bool) -> None:
    if json and table:
        raise UsageError("--json and --csv exclude each other.", hint="Choose one of them.")
    if name is None and (out or recipients or table):
        raise UsageError(
            "Which campaign?", hint="Name it: apes-mailer report NAME. All are listed by: apes-mailer report"
        )
    if out is not None and out.suffix.lower() not in _KINDS:
        raise UsageError(
            f"{out} has an ending that no report has.", hint=f"Name a file that ends in {', '.join(_KINDS)}."
        )
    for path in (out, recipients):
        if path is not None:
            typed.refuse_existing(path)


def _list(application: Application, *, json: bool) -> None:
    from apes_mailer.campaign import report as reporting

    found = reporting.every(application.database)
    if json:
        output.emit([output.plain(each) for each in found])
        return
    if not found:
        output.show("No campaign has been sent yet. To send one: apes-mailer send NAME --to LIST")
        return
    width = max(len(each.campaign) for each in found)
    for each in found:
        served = f"{each.submitted:,} of {output.plural(each.recipients, 'recipient')} accepted"
        output.show(
            f"{each.campaign:<{width}}  {output.day(each.prepared_at)}  {each.list_name}: {served}, {each.state}"
        )
    output.show(f"\nThe report of one: apes-mailer report {found[-1].campaign}")


def report_json(found: Report) -> dict[str, Any]:
    """Return a report as scripts read it; what is not known is null."""
    body = output.plain(found)
    body["refusals"] = [{"reason": reason, "count": count} for reason, count in found.refusals]
    body["left"] = _by_cause(found.left)
    for each in body["past"]:
        each["left"] = _by_cause(each["left"])
    return body


def _by_cause(counts: Mapping[str, int]) -> list[dict[str, object]]:
    return [{"cause": cause, "count": count} for cause, count in counts.items()]


def _csv(found: Report, language: Language) -> str:
    from apes_mailer.contacts.rows import marked
    from apes_mailer.render.report.text import table

    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\n")
    writer.writerows([marked(cell) for cell in row] for row in table(found, language))
    return file.getvalue()


def _file(found: Report, suffix: str, language: Language) -> bytes:
    """Return the bytes of a report; those of a spreadsheet begin with the mark by which Excel knows UTF-8."""
    match suffix:
        case ".csv":
            return _csv(found, language).encode("utf-8-sig")
        case ".json":
            return output.document(report_json(found)).encode()
        case _:
            from apes_mailer.render.report.page import page

            return page(found, language).encode()


def _write_recipients(application: Application, name: str, path: Path) -> None:
    from apes_mailer.campaign import proof

    count = proof.write(application.database, name, path, application.language)
    people = output.plural(count, "candidate")
    output.say(f"{path} has {people}: personal data, for you alone. Delete it when it has served.")

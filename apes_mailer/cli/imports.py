"""Commands that import a file into a list, and take an import back."""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import suppress
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from apes_mailer.cli import consents_told, files, output, remarks, typed
from apes_mailer.cli.asking import open_asking
from apes_mailer.cli.context import Json, application_of
from apes_mailer.cli.rejects import RejectReport
from apes_mailer.cli.understood import Understanding
from apes_mailer.errors import CancelledError, ContactsError

if TYPE_CHECKING:
    from apes_mailer.contacts.file_consent import FileConsent
    from apes_mailer.contacts.importing import Change, Counts, Difference, Import
    from apes_mailer.contacts.undoing import PastImport, Undone
    from apes_mailer.wiring import Application

_MOST_SHOWN, _MOST_LISTED = 10, 100  # changed fields, on a screen and for a script


def import_(  # noqa: PLR0913 - one argument for each option of the command
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV file, a spreadsheet, an address book, or a ZIP of CSV files.")
    ],
    list_name: Annotated[
        str, typer.Option("--list", metavar="LIST", help="The list; made when there is none of this name.")
    ],
    *,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="NAME=FIELD", help="What a column is, say 'Courriel pro=EMAIL'; may be repeated."
        ),
    ] = None,
    sheet: Annotated[str, typer.Option("--sheet", metavar="NAME", help="The sheet of a spreadsheet.")] = "",
    consent_source: Annotated[
        str, typer.Option(metavar="WORDS", help="Everybody in the file agreed to the letters: where they said so.")
    ] = "",
    consent_date: Annotated[
        dt.date | None,
        typer.Option(metavar="DATE", parser=typed.day, help="With --consent-source: when; today by default."),
    ] = None,
    wording: Annotated[
        str, typer.Option(metavar="WORDS", help="With --consent-source: what they read, and in which version.")
    ] = "",
    basis: Annotated[
        str, typer.Option(metavar="WORDS", help="With --consent-source: the legal basis, say consent.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Import without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    json: Json = False,
) -> None:
    """Bring a file into a list of the store.

    Shows first what would change, and asks. Who is suppressed stays suppressed, who says no in the file becomes so,
    and who is not in the file stays on the list.
    """
    application = application_of(context)
    workspace = application.workspace
    taken = workspace.list_file(list_name)
    if taken is not None:
        raise ContactsError(
            f'"{list_name}" is the list kept in {workspace.shown(taken)}.', hint="Choose another name with --list."
        )
    consent = consents_told.of_file(consent_source, consent_date, wording, basis, now=application.clock())
    table, meanings = open_asking(application, file, columns or [], sheet)
    known = Understanding(table, meanings, file_name=file.name)
    ask = Asked(file, list_name, consent)
    if dry_run:
        _run(application, known, ask, RejectReport(), yes=yes, dry_run=True, json=json)
        return
    with RejectReport(workspace.rejected / f"{file.stem}.csv") as report:
        counts = _run(application, known, ask, report, yes=yes, json=json)
    meanings.remember(file.name)
    if report.count and report.path:
        output.say(f"Every rejected row is in {workspace.shown(report.path)}")
    if not counts.read:
        output.say(
            f"{files.shown(application, file)} has no row below its first line: nobody was added to {list_name}."
        )
    if json:
        output.emit(counts.as_json())


class Asked(NamedTuple):
    """What is to be imported, into which list, and what a person says of the consent of everybody in it."""

    file: Path
    list_name: str
    consent: FileConsent | None


def _run(
    application: Application,
    known: Understanding,
    asked: Asked,
    report: RejectReport,
    *,
    yes: bool,
    dry_run: bool = False,
    json: bool,
) -> Counts:
    """Read a file once, show what it would change if somebody wants to know, and let it; return what changed."""
    from apes_mailer.contacts import importing, lists

    with known.table as table, application.database.bulk(cache_mb=8) as bulk:
        if asked.consent is not None:
            consents_told.require_silent(table)
        report.columns = table.columns.headings
        report.notice, report.place = table.notice, table.place
        with bulk.read() as connection:
            run = importing.Import(connection, application.keyring, report.add, files.show_rows)
            run.read(table, asked.consent)
            files.show_rows(None)
            if dry_run or not yes:
                difference = run.preview(lists.number(connection, asked.list_name), application.clock())
                _show_difference(run, difference, report, known)
                if dry_run:
                    _finish_dry_run(run, difference, report, json=json)
                    return difference.counts
        if not yes:
            _ask_to_go_on("import", "imported")
        with bulk.write() as connection:
            at = application.clock()
            list_id = lists.find_or_add(connection, asked.list_name, application.keyring, at)
            counts = run.carry_out(importing.Source(path=asked.file, list_id=list_id, at=at))
    output.say(f"Imported: {_counts_text(counts)}")
    if counts.consents:
        output.say(f"Recorded in the consent log: {output.plural(counts.consents, 'consent')}.")
    if yes:
        _show_remarks(run, report, known)
    return counts


def _show_difference(run: Import, difference: Difference, report: RejectReport, known: Understanding) -> None:
    output.say(f"Not yet imported: {_counts_text(difference.counts)}")
    changes = list(islice(run.changes(), _MOST_SHOWN + 1))
    for each in changes[:_MOST_SHOWN]:
        output.say(f"  {each.address}  {_change_text(each)}")
    if len(changes) > _MOST_SHOWN:
        output.say("  and more changes")
    if difference.counts.consents:
        many = output.plural(difference.counts.consents, "consent")
        output.say(f"To be recorded in the consent log: {many}. Who said no, or is known there, is left as they are.")
    if difference.absent:
        output.say(f"{output.plural(difference.absent, 'contact')} of the list not in this file: left as they are.")
    _show_remarks(run, report, known)


def _show_remarks(run: Import, report: RejectReport, known: Understanding) -> None:
    """Say how the file was read, what was mended in addresses, and what might be a slip of the pen or a no."""
    known.show_columns()
    files.show_rejects(report)
    remarks.show(run, report)
    known.show_open(run)


def _finish_dry_run(run: Import, difference: Difference, report: RejectReport, *, json: bool) -> None:
    output.say("A dry run: nothing was imported.")
    if json:
        changes = [asdict(each) for each in islice(run.changes(), _MOST_LISTED)]
        body = {**difference.counts.as_json(), "absent": difference.absent, "changes": changes}
        output.emit({**body, **remarks.as_json(run, report)})


def _change_text(change: Change) -> str:
    return f"{change.field}: {change.old or '(nothing)'} → {change.new}"


def _counts_text(counts: Counts) -> str:
    of_these = f", {counts.opted_out:,} because the file says no" if counts.opted_out else ""
    return (
        f"{output.plural(counts.read, 'row')}, {counts.new:,} new, {counts.updated:,} updated, "
        f"{counts.unchanged:,} unchanged, {counts.suppressed:,} suppressed (they stay so{of_these}), "
        f"{counts.rejected:,} rejected"
    )


def imports(context: typer.Context, *, json: Json = False) -> None:
    """List the imports, oldest first."""
    from apes_mailer.contacts import undoing

    with application_of(context).database.read() as connection:
        found = undoing.imports(connection)
    if json:
        output.emit([_import_json(each) for each in found])
        return
    for each in found:
        undone = f"  undone {output.day(each.undone_at)}" if each.undone_at else ""
        output.show(f"{_import_text(each)}{undone}")


def undo_import(
    context: typer.Context,
    number: Annotated[
        int | None, typer.Argument(metavar="ID", help="The number of the import; the last one by default.")
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Undo without asking.")] = False,
    json: Json = False,
) -> None:
    """Take an import back, as far as nothing has changed since.

    Shows first what would change, and asks. Suppressions and consents stay.
    """
    from apes_mailer.contacts import undoing

    application = application_of(context)
    with application.database.bulk(cache_mb=8) as bulk:
        with bulk.read() as connection:
            found = undoing.standing(connection, number)
        if not yes:
            with suppress(_PreviewOverError), bulk.write() as connection:
                output.say(f"Not yet undone: {_import_text(found)}")
                _show_undone(undoing.undo(connection, found.id, at=application.clock()))
                raise _PreviewOverError
            _ask_to_go_on("undo it", "undone")
        with bulk.write() as connection:
            undone = undoing.undo(connection, undoing.standing(connection, found.id).id, at=application.clock())
    output.say(f"Undone: {_import_text(found)}")
    if yes:
        _show_undone(undone)
    if json:
        output.emit({"import": found.id, **asdict(undone)})


class _PreviewOverError(Exception):
    pass


def _show_undone(undone: Undone) -> None:
    output.say(
        f"  {output.plural(undone.removed, 'contact')} off the list, {undone.deleted:,} of them forgotten; "
        f"{undone.restored:,} with the fields of before"
    )
    if undone.still_members:
        still = output.plural(undone.still_members, "contact")
        output.say(f"  {still} stay on the list: a later import has them, or they agreed since")
    if undone.changed_since:
        output.say(f"  {output.plural(undone.changed_since, 'contact')} changed again since: left as they are")


def _import_text(each: PastImport) -> str:
    counts = each.counts
    return (
        f"{each.id:>4}  {output.moment(each.at)[:16]}  {each.source} into {each.list_name}: "
        f"{counts['new']:,} new, {counts['updated']:,} updated"
    )


def _import_json(each: PastImport) -> dict[str, Any]:
    return {**output.plain(each), "undone_at": each.undone_at or None}


def _ask_to_go_on(what: str, done: str) -> None:
    if not sys.stdin.isatty():
        raise CancelledError(f"Nothing was {done}: this needs to be confirmed.", hint="In a script: --yes")
    question = f"Type yes to {what}, anything else to cancel:"
    cancelled = f"Cancelled: nothing was {done}."
    if typed.answer(question, interrupted=cancelled).lower() not in {"yes", "y", "oui", "o"}:
        raise CancelledError(cancelled)

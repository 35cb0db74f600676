"""Commands that import a file into a list, and take an import back."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apes_mailer.cli import files, output, typed
from apes_mailer.cli.asking import open_asking
from apes_mailer.cli.context import Json, application_of
from apes_mailer.cli.rejects import RejectReport
from apes_mailer.errors import CancelledError, ContactsError

if TYPE_CHECKING:
    from apes_mailer.contacts.importing import Change, Counts, Difference, Import
    from apes_mailer.contacts.table import ContactsTable
    from apes_mailer.contacts.undoing import PastImport, Undone
    from apes_mailer.wiring import Application

_MOST_REMARKS = 20  # on a screen
_MOST_SHOWN, _MOST_LISTED = 10, 100  # changed fields, on a screen and for a script


def import_(
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
    table, meanings = open_asking(application, file, columns or [], sheet)
    if dry_run:
        _run(application, table, file, list_name, RejectReport(), yes=yes, dry_run=True, json=json)
        return
    with RejectReport(workspace.rejected / f"{file.stem}.csv") as report:
        counts = _run(application, table, file, list_name, report, yes=yes, json=json)
    meanings.remember(file.name)
    if report.count and report.path:
        output.say(f"Every rejected row is in {workspace.shown(report.path)}")
    if not counts.read:
        output.say(
            f"{files.shown(application, file)} has no row below its first line: nobody was added to {list_name}."
        )
    if json:
        output.emit(counts.as_json())


def _run(
    application: Application,
    table: ContactsTable,
    file: Path,
    list_name: str,
    report: RejectReport,
    *,
    yes: bool,
    dry_run: bool = False,
    json: bool,
) -> Counts:
    """Read a file once, show what it would change if somebody wants to know, and let it; return what changed."""
    from apes_mailer.contacts import importing, lists
    from apes_mailer.model.field import EMAIL

    with table, application.database.bulk(cache_mb=8) as bulk:
        report.columns = table.columns.in_file_order(EMAIL, table.fields)
        report.notice, report.place = table.notice, table.place
        with bulk.read() as connection:
            run = importing.Import(connection, application.keyring, report.add, files.show_rows)
            run.read(table)
            files.show_rows(None)
            if dry_run or not yes:
                difference = run.preview(lists.number(connection, list_name), application.clock())
                _show_difference(run, difference, report)
                if dry_run:
                    _finish_dry_run(run, difference, json=json)
                    return difference.counts
        if not yes:
            _ask_to_go_on("import", "imported")
        with bulk.write() as connection:
            at = application.clock()
            list_id = lists.find_or_add(connection, list_name, application.keyring, at)
            counts = run.carry_out(importing.Source(path=file, list_id=list_id, at=at))
    output.say(f"Imported: {_counts_text(counts)}")
    if yes:
        files.show_rejects(report)
        _show_remarks(run, report)
    return counts


def _show_difference(run: Import, difference: Difference, report: RejectReport) -> None:
    output.say(f"Not yet imported: {_counts_text(difference.counts)}")
    changes = list(islice(run.changes(), _MOST_SHOWN + 1))
    for each in changes[:_MOST_SHOWN]:
        output.say(f"  {each.address}  {_change_text(each)}")
    if len(changes) > _MOST_SHOWN:
        output.say("  and more changes")
    if difference.absent:
        output.say(f"{output.plural(difference.absent, 'contact')} of the list not in this file: left as they are.")
    files.show_rejects(report)
    _show_remarks(run, report)


def _show_remarks(run: Import, report: RejectReport) -> None:
    """Say what was mended in addresses, and what might be a slip of the pen in them."""
    remarks = run.remarks()
    if remarks:
        output.say("To be looked at; these rows are imported:")
    for each in remarks[:_MOST_REMARKS]:
        output.say(f"  {report.place(each.line)}: {each.words}")
    if len(remarks) > _MOST_REMARKS:
        output.say(f"  and {len(remarks) - _MOST_REMARKS:,} more")


def _finish_dry_run(run: Import, difference: Difference, *, json: bool) -> None:
    output.say("A dry run: nothing was imported.")
    if json:
        changes = [asdict(each) for each in islice(run.changes(), _MOST_LISTED)]
        output.emit({**difference.counts.as_json(), "absent": difference.absent, "changes": changes})


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

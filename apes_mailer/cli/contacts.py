"""Commands for lists."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apes_mailer.cli import output, typed
from apes_mailer.cli.context import Json, application_of
from apes_mailer.cli.help import Command
from apes_mailer.cli.rejects import RejectReport
from apes_mailer.errors import CancelledError, ContactsError

if TYPE_CHECKING:
    from apes_mailer.contacts.file_format import ContactsFile
    from apes_mailer.contacts.importing import Counts
    from apes_mailer.store.database import Connection
    from apes_mailer.wiring import Application

contacts_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

StoredList = Annotated[str, typer.Argument(metavar="LIST", help="The name of a list of the store.")]


@contacts_app.command("import", cls=Command)
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file; one column holds the addresses.")],
    list_name: Annotated[
        str, typer.Option("--list", metavar="LIST", help="The list; made when there is none of this name.")
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Import without asking.")] = False,
    json: Json = False,
) -> None:
    """Bring a file into a list of the store.

    Shows first what would change, and asks. Who is suppressed stays suppressed.
    """
    application = application_of(context)
    workspace = application.workspace
    taken = workspace.list_file(list_name)
    if taken is not None:
        raise ContactsError(
            f'"{list_name}" is the list kept in {workspace.shown(taken)}.', hint="Choose another name with --list."
        )
    if not yes:
        with RejectReport() as preview:
            _show_counts("Not yet imported", _run_import(application, file, list_name, preview, keep=False), preview)
        _ask_to_go_on()
    with RejectReport(workspace.contacts / "rejected" / f"{file.stem}.csv") as report:
        counts = _run_import(application, file, list_name, report, keep=True)
    _show_counts("Imported", counts, report)
    if report.count and report.path:
        output.say(f"Every rejected row is in {workspace.shown(report.path)}")
    if not counts.read:
        output.say(f"{_shown(application, file)} has no row below its first line: nobody was added to {list_name}.")
    if json:
        output.emit(counts)


class _PreviewOverError(Exception):
    pass


def _run_import(application: Application, file: Path, list_name: str, report: RejectReport, *, keep: bool) -> Counts:
    from contextlib import suppress

    from apes_mailer.contacts import importing, lists
    from apes_mailer.model.field import EMAIL

    at = application.clock()
    counts: list[Counts] = []
    database = application.database
    with suppress(_PreviewOverError), _opened(application, file) as opened, database.bulk(cache_mb=16) as connection:
        report.columns = opened.columns.in_file_order(EMAIL, opened.fields)
        list_id = lists.find_or_add(connection, list_name, application.keyring, at)
        run = importing.Import(connection, application.keyring, report.add, _show_rows)
        counts.append(run.run(opened, importing.Source(path=file, list_id=list_id, at=at)))
        _show_rows(None)
        if not keep:
            raise _PreviewOverError
    return counts[0]


def _opened(application: Application, file: Path) -> ContactsFile:
    from apes_mailer.contacts.file_format import open_contacts_file

    return open_contacts_file(file, shown=_shown(application, file))


def _shown(application: Application, file: Path) -> str:
    """Return a file as it was typed, or relative to the workspace when it is inside."""
    resolved = file.resolve()
    inside = resolved.is_relative_to(application.workspace.root)
    return application.workspace.shown(resolved) if inside else str(file)


def _show_rows(read: int | None) -> None:
    """Say on a terminal how far an import is; None wipes the line."""
    if sys.stderr.isatty() and (read is None or read % 50_000 == 0):
        sys.stderr.write("\r\x1b[K" + ("" if read is None else f"{read:,} rows read"))
        sys.stderr.flush()


def _show_counts(what: str, counts: Counts, report: RejectReport) -> None:
    output.say(
        f"{what}: {output.plural(counts.read, 'row')}, {counts.new:,} new, {counts.updated:,} updated, "
        f"{counts.unchanged:,} unchanged, {counts.suppressed:,} suppressed (they stay so), {counts.rejected:,} rejected"
    )
    for reject in report.first:
        output.say(f"  line {reject.line}: {reject.reason}")
    if report.count > len(report.first):
        output.say(f"  and {report.count - len(report.first):,} more")


def _ask_to_go_on() -> None:
    if not sys.stdin.isatty():
        raise CancelledError("Nothing was imported: this needs to be confirmed.", hint="In a script: --yes")
    output.say("Type yes to import, anything else to cancel:")
    if sys.stdin.readline().strip().lower() not in {"yes", "y", "oui", "o"}:
        raise CancelledError("Cancelled: nothing was imported.")


@contacts_app.command("list", cls=Command)
def list_(context: typer.Context, *, json: Json = False) -> None:
    """List the lists, kept as files or in the store."""
    from apes_mailer.contacts import lists

    application = application_of(context)
    with application.database.read() as connection:
        stored = [(each.name, "store", each.members) for each in lists.stored(connection)]
    workspace = application.workspace
    files = [(name, workspace.shown(path), None) for name, path in workspace.list_files().items()]
    found = sorted([*stored, *files], key=lambda each: each[:2])
    if json:
        output.emit([{"list": name, "kept": kept, "contacts": size} for name, kept, size in found])
        return
    for name, kept, size in found:
        output.show(f"{name:<24} {kept}" + ("" if size is None else f", {output.plural(size, 'contact')}"))
    for cure in workspace.unusable_lists():
        output.say(cure)


@contacts_app.command(cls=Command)
def show(
    context: typer.Context,
    list_name: StoredList,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many contacts to show; 20 by default.")] = 20,
    *,
    json: Json = False,
) -> None:
    """Show the first contacts of a list of the store."""
    from apes_mailer.contacts import lists

    application = application_of(context)
    with application.database.read() as connection:
        list_id = _stored_list(application, connection, list_name)
        found = list(lists.contacts(connection, list_id, limit=limit))
    if json:
        output.emit([{"EMAIL": each.address, **each.fields} for each in found])
        return
    for each in found:
        output.show("  ".join([each.address, *(f"{name}: {value}" for name, value in each.fields.items())]))


@contacts_app.command(cls=Command)
def export(
    context: typer.Context,
    list_name: StoredList,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write, a new one, say ana.csv.")],
) -> None:
    """Write a list of the store to a new CSV file for Excel."""
    from apes_mailer.contacts import exporting

    application = application_of(context)
    typed.refuse_existing(out)
    with application.database.read() as connection:
        count = exporting.export(connection, _stored_list(application, connection, list_name), out)
    output.say(f"{output.plural(count, 'contact')} written to {out}")


def _stored_list(application: Application, connection: Connection, name: str) -> int:
    from apes_mailer.contacts import lists

    list_id = lists.find(connection, name)
    if list_id is not None and lists.has_members(connection, list_id):
        return list_id
    known = ", ".join(each.name for each in lists.stored(connection)) or "none yet"
    file = application.workspace.list_file(name)
    hint = f'"{name}" is the file {application.workspace.shown(file)}; open that.' if file else ""
    raise ContactsError(f'There is no stored list "{name}".', hint=hint or f"Stored lists: {known}.")

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
    from apes_mailer.campaign.audience import Audience
    from apes_mailer.contacts.file_format import ContactsFile
    from apes_mailer.contacts.importing import Counts
    from apes_mailer.wiring import Application

contacts_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ListName = Annotated[str, typer.Argument(metavar="LIST", help="The name of a list.")]


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
        report.notice = opened.notice
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
    _show_rejects(report)


def _show_rejects(report: RejectReport) -> None:
    """Say which column was taken where that is not clear, and what became no contact."""
    if report.notice:
        output.say(report.notice)
    for reject in report.first:
        output.say(f"  line {reject.line}: {reject.reason}")
    if report.count > len(report.first):
        output.say(f"  and {report.count - len(report.first):,} more")


def _ask_to_go_on() -> None:
    if not sys.stdin.isatty():
        raise CancelledError("Nothing was imported: this needs to be confirmed.", hint="In a script: --yes")
    question = "Type yes to import, anything else to cancel:"
    if typed.answer(question, interrupted="Cancelled: nothing was imported.").lower() not in {"yes", "y", "oui", "o"}:
        raise CancelledError("Cancelled: nothing was imported.")


@contacts_app.command("list", cls=Command)
def list_(context: typer.Context, *, json: Json = False) -> None:
    """List the lists, kept as files or in the store."""
    from apes_mailer.contacts import lists

    application = application_of(context)
    workspace = application.workspace
    with application.database.read() as connection:
        found = [(each.name, "store", each.members) for each in lists.stored(connection)]
    faults: list[str] = []
    sizes = {name: _size(application, path, faults) for name, path in workspace.list_files().items()}
    kept = {name: workspace.shown(path) for name, path in workspace.list_files().items()}
    every = sorted([*found, *((name, kept[name], size) for name, size in sizes.items())], key=lambda each: each[:2])
    if json:
        policy = application.settings.policy_of
        output.emit(
            [{"list": name, "kept": where, "contacts": size, "policy": policy(name)} for name, where, size in every]
        )
    else:
        for name, where, size in every:
            count = "" if size is None else f", {output.plural(size, 'contact')}"
            output.show(f"{name:<24} {where}{count}, {application.settings.policy_of(name)}")
    for line in [*faults, *([] if json else workspace.unusable_lists())]:
        output.say(line)


def _size(application: Application, path: Path, faults: list[str]) -> int | None:
    """Return how many contacts are in a file, or None with the reason in ``faults``."""
    from apes_mailer.contacts import file_list

    count = 0
    try:
        with _opened(application, path) as file:
            if file.notice:
                faults.append(file.notice)
            for count, _ in enumerate(file_list.contacts(file, lambda _reject: None), start=1):
                _show_rows(count)
    except ContactsError as error:
        faults.append(str(error))
        return None
    finally:
        _show_rows(None)
    return count


@contacts_app.command(cls=Command)
def show(
    context: typer.Context,
    list_name: ListName,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many contacts to show; 20 by default.")] = 20,
    *,
    json: Json = False,
) -> None:
    """Show the first contacts of a list."""
    from itertools import islice

    from apes_mailer.contacts import file_list, lists

    application = application_of(context)
    found = _audience(application, list_name)
    report = RejectReport()
    if found.file is None:
        with application.database.read() as connection:
            contacts = list(lists.contacts(connection, lists.number(connection, list_name), limit=limit))
    else:
        with _opened(application, found.file) as file:
            report.notice = file.notice
            contacts = list(islice(file_list.contacts(file, report.add), limit))
    if json:
        output.emit([{"EMAIL": each.address, **each.fields} for each in contacts])
    else:
        for each in contacts:
            output.show("  ".join([each.address, *(f"{name}: {value}" for name, value in each.fields.items())]))
    _show_rejects(report)


@contacts_app.command(cls=Command)
def export(
    context: typer.Context,
    list_name: ListName,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write, a new one, say ana.csv.")],
    *,
    json: Json = False,
) -> None:
    """Write a list to a new CSV file for Excel."""
    from apes_mailer.contacts import exporting, file_list, lists

    application = application_of(context)
    typed.refuse_existing(out)
    found = _audience(application, list_name)
    report = RejectReport()
    if found.file is None:
        with application.database.read() as connection:
            count = exporting.export(connection, lists.number(connection, list_name), out)
    else:
        with _opened(application, found.file) as file:
            report.notice = file.notice
            count = exporting.write(file_list.contacts(file, report.add), file.fields, out)
    output.say(f"{output.plural(count, 'contact')} written to {out}")
    _show_rejects(report)
    if json:
        output.emit({"list": list_name, "file": str(out), "contacts": count, "rejected": report.count})


def _audience(application: Application, name: str) -> Audience:
    """Return the list of a name, kept as a file or in the store. Raises ``ContactsError`` when there is none."""
    from apes_mailer.campaign import audience

    return audience.find(application.workspace, application.database, name)

"""Commands for lists and suppressions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apes_mailer.cli import output
from apes_mailer.cli.context import Json, application_of
from apes_mailer.cli.rejects import RejectReport
from apes_mailer.errors import CancelledError, ContactsError, UsageError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from apes_mailer.contacts.importing import Counts
    from apes_mailer.wiring import Application

contacts_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
suppressions_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ListName = Annotated[str, typer.Option("--list", metavar="LIST", help="The list.")]


@contacts_app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file; one column holds the addresses.")],
    list_name: ListName,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Bring a file into a list; who is suppressed stays suppressed."""
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
    if json:
        output.emit(counts)


class _PreviewOverError(Exception):
    pass


def _run_import(application: Application, file: Path, list_name: str, report: RejectReport, *, keep: bool) -> Counts:
    from contextlib import suppress

    from apes_mailer.contacts import importing, lists
    from apes_mailer.contacts.file_format import open_contacts_file

    at = application.clock()
    counts: list[Counts] = []
    database = application.database
    with suppress(_PreviewOverError), open_contacts_file(file) as opened, database.bulk(cache_mb=16) as connection:
        list_id = lists.find_or_add(connection, list_name, application.keyring, at)
        run = importing.Import(connection, application.keyring, report.add, _show_rows)
        counts.append(run.run(opened, importing.Source(path=file, list_id=list_id, at=at)))
        _show_rows(None)
        if not keep:
            raise _PreviewOverError
    return counts[0]


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


@contacts_app.command("list")
def list_(context: typer.Context, *, json: Json = False) -> None:
    """List the lists."""
    from apes_mailer.contacts import lists

    application = application_of(context)
    with application.database.read() as connection:
        stored = [(each.name, "store", each.members) for each in lists.stored(connection)]
    files = [path for path in application.workspace.contacts.glob("*") if path.suffix in {".csv", ".tsv", ".txt"}]
    found = [*stored, *((path.stem, application.workspace.shown(path), None) for path in files)]
    found.sort(key=lambda each: each[:2])
    if json:
        output.emit([{"list": name, "kept": kept, "contacts": size} for name, kept, size in found])
        return
    for name, kept, size in found:
        output.show(f"{name:<24} {kept}" + ("" if size is None else f", {output.plural(size, 'contact')}"))


@contacts_app.command()
def show(
    context: typer.Context,
    list_name: Annotated[str, typer.Argument(metavar="LIST")],
    limit: Annotated[int, typer.Option(min=1, help="How many contacts to show.")] = 20,
    *,
    json: Json = False,
) -> None:
    """Show the first contacts of a stored list."""
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


@contacts_app.command()
def export(
    context: typer.Context,
    list_name: Annotated[str, typer.Argument(metavar="LIST")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="The file to write.")],
) -> None:
    """Write a stored list to a CSV file that Excel opens."""
    from apes_mailer.contacts import exporting

    application = application_of(context)
    with application.database.read() as connection:
        count = exporting.export(connection, _stored_list(application, connection, list_name), out)
    output.say(f"{output.plural(count, 'contact')} written to {out}")


def _stored_list(application: Application, connection: sa.Connection, name: str) -> int:
    from apes_mailer.contacts import lists

    list_id = lists.find(connection, name)
    if list_id is not None and lists.has_members(connection, list_id):
        return list_id
    known = ", ".join(each.name for each in lists.stored(connection)) or "none yet"
    file = application.workspace.list_file(name)
    hint = f'"{name}" is the file {application.workspace.shown(file)}; open that.' if file else ""
    raise ContactsError(f'There is no stored list "{name}".', hint=hint or f"Stored lists: {known}.")


Scope = Annotated[str | None, typer.Option("--list", metavar="LIST", help="Only for this list; otherwise for all.")]


@suppressions_app.command("list")
def list_suppressions(context: typer.Context, *, json: Json = False) -> None:
    """List the suppressions."""
    from apes_mailer.contacts import suppressions

    application = application_of(context)
    with application.database.read() as connection:
        found = list(suppressions.every(connection))
    if json:
        output.emit([output.suppression_json(each) for each in found])
        return
    for each in found:
        until = f", until {each.until[:10]}" if each.until else ""
        output.show(
            f"{each.address or '(erased)'}  {each.list_name or 'all lists'}  {each.cause}  {each.at[:10]}{until}"
        )


@suppressions_app.command("add")
def add_suppression(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS")],
    list_name: Scope = None,
    cause: Annotated[str, typer.Option(help="Why, in a word.")] = "manual",
) -> None:
    """Never mail an address again, on one list or on all."""
    from apes_mailer.contacts import lists, suppressions

    application = application_of(context)
    known = _normalised(address)
    key = application.keyring.contact_key(known)
    with application.database.write() as connection:
        lists.know(connection, key, known)
        list_id = _scope(application, connection, list_name)
        added = suppressions.add(connection, key, list_id=list_id, cause=cause, at=application.clock())
    where = f"on the list {list_name}" if list_name else "on every list"
    output.say(f"{known} is suppressed {where}." if added else f"{known} already was suppressed {where}.")


@suppressions_app.command("remove")
def remove_suppression(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS")],
    list_name: Scope = None,
) -> None:
    """Allow an address again, because its owner asked for it."""
    from apes_mailer.contacts import suppressions

    application = application_of(context)
    known = _normalised(address)
    key = application.keyring.contact_key(known)
    with application.database.write() as connection:
        list_id = _scope(application, connection, list_name)
        removed = suppressions.remove(connection, key, list_id=list_id)
        held = suppressions.holding(connection, key, at=application.clock())
    if not removed:
        where = f"for the list {list_name}" if list_name else "for all lists"
        raise ContactsError(
            f"{known} has no suppression {where}.", hint="See them all with: apes-mailer suppressions list"
        )
    still = ", ".join(f"on the list {each.list_name}" if each.list_name else "on every list" for each in held)
    rest = f"The suppression is removed; {known} is still suppressed {still}."
    output.say(rest if held else f"{known} may be mailed again.")


def _normalised(address: str) -> str:
    from apes_mailer.model import address as addresses

    try:
        return addresses.normalise(address)
    except addresses.AddressError as error:
        raise UsageError(f"{address} is not an address: {error.reason}") from error


def _scope(application: Application, connection: sa.Connection, list_name: str | None) -> int:
    from apes_mailer.contacts import lists
    from apes_mailer.store import schema

    if list_name is None:
        return schema.ALL_LISTS
    known = lists.find(connection, list_name)
    if known is None and application.workspace.list_file(list_name) is None:
        raise ContactsError(f'There is no list "{list_name}".', hint="See them with: apes-mailer contacts list")
    return lists.find_or_add(connection, list_name, application.keyring, application.clock())

"""Commands for lists and suppressions."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apes_mailer.cli import output
from apes_mailer.cli.context import Json, application_of
from apes_mailer.errors import CancelledError, ContactsError, UsageError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from apes_mailer.contacts.importing import Counts, Reject
    from apes_mailer.wiring import Application

contacts_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
suppressions_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ListName = Annotated[str, typer.Option("--list", metavar="LIST", help="The list.")]
_REJECTS_SHOWN = 10


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
    rejects: list[Reject] = []
    if not yes:
        counts = _run_import(application, file, list_name, rejects, keep=False)
        _show_counts(counts, rejects)
        _ask_to_go_on()
        rejects = []
    counts = _run_import(application, file, list_name, rejects, keep=True)
    if yes:
        _show_counts(counts, rejects)
    if rejects:
        report = _write_rejects(workspace.contacts / "rejected", file, rejects)
        output.say(f"Every rejected row is in {workspace.shown(report)}")
    if json:
        output.emit(counts)


class _PreviewOverError(Exception):
    pass


def _run_import(application: Application, file: Path, list_name: str, rejects: list[Reject], *, keep: bool) -> Counts:
    from contextlib import suppress

    from apes_mailer.contacts import importing, lists
    from apes_mailer.contacts.file_format import open_contacts_file

    at = application.clock()
    counts: list[Counts] = []
    database = application.database
    with suppress(_PreviewOverError), open_contacts_file(file) as opened, database.bulk(cache_mb=48) as connection:
        list_id = lists.find_or_add(connection, list_name, application.keyring, at)
        run = importing.Import(connection, application.keyring, rejects.append, _row_progress())
        counts.append(run.run(opened, importing.Source(path=file, list_id=list_id, at=at)))
        if not keep:
            raise _PreviewOverError
    return counts[0]


def _row_progress() -> Callable[[int], None]:
    terminal = sys.stderr.isatty()

    def show(rows: int) -> None:
        if terminal and rows % 50_000 == 0:
            sys.stderr.write(f"\r\x1b[K{rows:,} rows read")
            sys.stderr.flush()

    return show


def _show_counts(counts: Counts, rejects: list[Reject]) -> None:
    output.say(
        f"{counts.read:,} rows: {counts.new:,} new, {counts.updated:,} updated, {counts.unchanged:,} unchanged, "
        f"{counts.suppressed:,} suppressed (they stay so), {counts.rejected:,} rejected"
    )
    for reject in sorted(rejects, key=lambda each: each.line)[:_REJECTS_SHOWN]:
        output.say(f"  line {reject.line}: {reject.reason}")
    if len(rejects) > _REJECTS_SHOWN:
        output.say(f"  and {len(rejects) - _REJECTS_SHOWN:,} more")


def _ask_to_go_on() -> None:
    if not sys.stdin.isatty():
        raise CancelledError("Nothing was imported: this needs to be confirmed.", hint="In a script: --yes")
    output.say("Type yes to import, anything else to cancel:")
    if sys.stdin.readline().strip().lower() not in {"yes", "y", "oui", "o"}:
        raise CancelledError("Cancelled: nothing was imported.")


def _write_rejects(folder: Path, source: Path, rejects: list[Reject]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source.stem}.csv"
    # As Excel opens it by a double click: semicolons, and a byte order mark.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["LINE", "REASON"])
        writer.writerows((reject.line, reject.reason) for reject in sorted(rejects, key=lambda each: each.line))
    return path


@contacts_app.command("list")
def list_(context: typer.Context, *, json: Json = False) -> None:
    """List the lists."""
    from apes_mailer.contacts import lists

    application = application_of(context)
    with application.database.read() as connection:
        found: dict[str, tuple[str, int | None]] = {
            each.name: ("store", each.members) for each in lists.stored(connection)
        }
    for path in sorted(application.workspace.contacts.glob("*")):
        if path.suffix in {".csv", ".tsv", ".txt"}:
            found[path.stem] = (application.workspace.shown(path), None)
    if json:
        output.emit([{"list": name, "kept": kept, "contacts": size} for name, (kept, size) in sorted(found.items())])
        return
    for name, (kept, size) in sorted(found.items()):
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
        list_id = _stored_list(connection, list_name)
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
        count = exporting.export(connection, _stored_list(connection, list_name), out)
    output.say(f"{output.plural(count, 'contact')} written to {out}")


def _stored_list(connection: sa.Connection, name: str) -> int:
    from apes_mailer.contacts import lists

    list_id = lists.find(connection, name)
    if list_id is None or not lists.has_members(connection, list_id):
        known = ", ".join(each.name for each in lists.stored(connection)) or "none yet"
        raise ContactsError(f'There is no stored list "{name}".', hint=f"Stored lists: {known}.")
    return list_id


Scope = Annotated[str | None, typer.Option("--list", metavar="LIST", help="Only for this list; otherwise for all.")]


@suppressions_app.command("list")
def list_suppressions(context: typer.Context, *, json: Json = False) -> None:
    """List the suppressions."""
    from apes_mailer.contacts import suppressions

    application = application_of(context)
    with application.database.read() as connection:
        found = list(suppressions.every(connection))
    if json:
        output.emit(
            [
                {
                    "address": s.address,
                    "list": s.list_name or None,
                    "cause": s.cause,
                    "at": s.at,
                    "until": s.until or None,
                }
                for s in found
            ]
        )
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
    with application.database.write() as connection:
        list_id = _scope(application, connection, list_name)
        removed = suppressions.remove(connection, application.keyring.contact_key(known), list_id=list_id)
    if not removed:
        where = f"for the list {list_name}" if list_name else "for all lists"
        raise ContactsError(
            f"{known} has no suppression {where}.", hint="See them all with: apes-mailer suppressions list"
        )
    output.say(f"{known} may be mailed again.")


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

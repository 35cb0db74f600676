"""Commands for lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apes_mailer.cli import answers, files, output, typed
from apes_mailer.cli.context import Json, Where, application_of
from apes_mailer.cli.rejects import RejectReport
from apes_mailer.errors import ContactsError

if TYPE_CHECKING:
    from apes_mailer.campaign.audience import Audience
    from apes_mailer.contacts.lists import StoredContact
    from apes_mailer.model.slip import Slip
    from apes_mailer.store.database import Connection
    from apes_mailer.wiring import Application

contacts_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ListName = Annotated[str, typer.Argument(metavar="LIST", help="The name of a list.")]


def list_(context: typer.Context, *, json: Json = False) -> None:
    """List the lists, kept as files or in the store."""
    from apes_mailer.contacts import lists

    application = application_of(context)
    workspace = application.workspace
    with application.database.read() as connection:
        found = [(each.name, "store", each.members) for each in lists.stored(connection)]
        silent = list(_silent(application, connection, [name for name, *_ in found]))
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
    for line in [*faults, *silent, *([] if json else workspace.unusable_lists())]:
        output.say(line)


def _silent(application: Application, connection: Connection, names: list[str]) -> Iterator[str]:
    """Yield a warning for each list with contacts who have given no sign for years."""
    from apes_mailer.contacts import lists, retention

    for name in names:
        if count := retention.count(connection, lists.number(connection, name), application.clock()):
            many = output.plural(count, "contact")
            yield (
                f"{name}: {many} without a sign for {retention.YEARS} years. Look with: apes-mailer contacts stale "
                f"--list {name} --export FILE"
            )


def _size(application: Application, path: Path, faults: list[str]) -> int | None:
    """Return how many contacts are in a file, or None with the reason in ``faults``."""
    from apes_mailer.contacts import file_list

    count = 0
    try:
        with files.opened(application, path) as file:
            if file.notice:
                faults.append(file.notice)
            for count, _ in enumerate(file_list.contacts(file, lambda _reject: None), start=1):
                files.show_rows(count)
    except ContactsError as error:
        faults.append(str(error))
        return None
    finally:
        files.show_rows(None)
    return count


def show(
    context: typer.Context,
    list_name: Annotated[str, typer.Argument(metavar="LIST", help="The name of a list, or an address.")],
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many contacts to show; 20 by default.")] = 20,
    where: Where = None,
    *,
    json: Json = False,
) -> None:
    """Show the first contacts of a list, or all that is known of one contact."""
    application = application_of(context)
    if "@" in list_name:
        _show_contact(application, typed.address(list_name), json=json)
        return
    found, report = _audience(application, list_name, where), RejectReport()
    contacts, slips = _first(application, found, limit, report)
    if json:
        output.emit([{"EMAIL": each.address, **each.fields} for each in contacts])
    else:
        for each in contacts:
            output.show("  ".join([each.address, *(f"{name}: {value}" for name, value in each.fields.items())]))
    files.show_rejects(report)
    for each in slips:
        output.say(f"  line {each.line}: {each.words}")
    if found.where is not None:
        from apes_mailer.campaign import audience

        with application.database.read() as connection:
            counted = audience.count(connection, found)
        output.say(f"{counted.inside:,} of {output.plural(counted.contacts, 'contact')}: {found.where}")


def _first(
    application: Application, found: Audience, limit: int, report: RejectReport
) -> tuple[list[StoredContact], list[Slip]]:
    """Return the first contacts of a list, and likely slips among those of a file."""
    from itertools import islice

    from apes_mailer.contacts import lists, segments
    from apes_mailer.contacts.slips import Domains

    if found.file is None:
        with application.database.read() as connection:
            rows = segments.of_list(connection, lists.number(connection, found.name), found.where)
            return list(lists.contacts_of(connection, rows, limit=limit)), []
    domains = Domains()
    with files.opened(application, found.file) as file:
        report.notice = file.notice
        contacts = list(islice(segments.of_file(file, found.where, report.add, domains), limit))
    return contacts, list(domains.slips())


def _show_contact(application: Application, address: str, *, json: bool) -> None:
    from apes_mailer.campaign import person

    found = person.export(
        application.database, application.keyring, application.workspace, address, at=application.clock()
    )
    if json:
        output.emit(found)
    else:
        output.show(answers.contact_text(found))


def export(
    context: typer.Context,
    list_name: ListName,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write, a new one, say ana.csv.")],
    where: Where = None,
    *,
    json: Json = False,
) -> None:
    """Write a list to a new CSV file for Excel."""
    from apes_mailer.contacts import exporting, lists, segments

    application = application_of(context)
    typed.refuse_existing(out)
    found, report = _audience(application, list_name, where), RejectReport()
    if found.file is None:
        with application.database.read() as connection:
            count = exporting.export(connection, lists.number(connection, list_name), out, found.where)
    else:
        with files.opened(application, found.file) as file:
            report.notice = file.notice
            count = exporting.write(segments.of_file(file, found.where, report.add), file.fields, out)
    output.say(f"{output.plural(count, 'contact')} written to {out}")
    files.show_rejects(report)
    if json:
        output.emit({"list": list_name, "file": str(out), "contacts": count, "rejected": report.count})


def _audience(application: Application, name: str, where: str | None) -> Audience:
    """Return the list of a name, or a segment of it. Raises ``ContactsError`` when there is none."""
    from apes_mailer.campaign import audience

    segment = typed.segment(application, where)
    return audience.find(application.workspace, application.database, name, where=segment)

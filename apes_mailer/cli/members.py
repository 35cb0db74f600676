"""Commands on who is on a list: count, tag, remove, stale."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apes_mailer.cli import files, output, typed
from apes_mailer.cli.context import Json, Where, application_of
from apes_mailer.errors import ContactsError, UsageError

if TYPE_CHECKING:
    from apes_mailer.store.database import Connection
    from apes_mailer.wiring import Application

ListOption = Annotated[str, typer.Option("--list", metavar="LIST", help="The name of the list.")]
Addresses = Annotated[list[str], typer.Argument(metavar="ADDRESS", help="An email address; several are possible.")]


def count(context: typer.Context, list_name: ListOption, where: Where = None, *, json: Json = False) -> None:
    """Count the contacts of a list, or of a part of it."""
    from apes_mailer.campaign import audience

    application = application_of(context)
    segment = typed.segment(application, where)
    found = audience.find(application.workspace, application.database, list_name, where=segment)
    with application.database.read() as connection:
        counted = audience.count(connection, found)
    if json:
        body = {
            "list": list_name,
            "contacts": counted.contacts,
            "segment": str(segment or ""),
            "inside": counted.inside,
        }
        output.emit(body)
    elif segment is None:
        output.show(f"{list_name}: {output.plural(counted.contacts, 'contact')}")
    else:
        output.show(f"{list_name}: {counted.inside:,} of {output.plural(counted.contacts, 'contact')}: {segment}")
    for line in counted.unmet:
        output.say(line)


def tag(
    context: typer.Context,
    addresses: Addresses,
    add: Annotated[
        list[str] | None, typer.Option("--add", metavar="TAG", help="A tag to give. Can be repeated.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="TAG", help="A tag to take away. Can be repeated.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Give contacts of the store tags, or take them away.

    Tags are what a contact has in the column TAGS; a letter and --where ask for them.
    """
    from apes_mailer.contacts import lists

    add, remove = add or [], remove or []
    _require_tags([*add, *remove])
    application = application_of(context)
    known = list(map(typed.address, addresses))
    found: dict[str, list[str]] = {}
    with application.database.write() as connection:
        for each in known:
            number = _contact(application, connection, each)
            found[each] = lists.change_tags(connection, number, add=add, remove=remove, at=application.clock())
    if json:
        output.emit([{"address": each, "tags": tags} for each, tags in found.items()])
    else:
        for each, tags in found.items():
            output.show(f"{each}  {'; '.join(tags) or '(no tag)'}")


def remove(context: typer.Context, addresses: Addresses, list_name: ListOption, *, json: Json = False) -> None:
    """Take contacts off a list of the store.

    Nothing else of them changes. An import can put them on it again: to be sure that somebody is never mailed, use
    suppressions add.
    """
    from apes_mailer.contacts import lists

    application = application_of(context)
    _require_stored(application, list_name)
    known = list(map(typed.address, addresses))
    with application.database.write() as connection:
        list_id = lists.number(connection, list_name)
        for each in known:
            number = lists.contact_id(connection, application.keyring.contact_key(each))
            if number is None or not lists.leave(connection, number, list_id):
                raise ContactsError(
                    f"{each} is not on the list {list_name}. Nobody was removed.",
                    hint=f"See who is with: apes-mailer contacts export {list_name} --out FILE",
                )
    output.say(f"{output.plural(len(known), 'contact')} taken off {list_name}.")
    if json:
        output.emit({"list": list_name, "removed": len(known)})


def stale(
    context: typer.Context,
    list_name: ListOption,
    out: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write them to a new CSV file, say stale.csv.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Count the contacts of a list of whom nothing was heard for three years.

    Of a list kept as a file these are contacts who were in a campaign before that. Their addresses should not be kept:
    ask them whether they want to stay, or erase them. Nothing is deleted by itself.
    """
    from apes_mailer.campaign import audience
    from apes_mailer.contacts import retention

    application = application_of(context)
    kept_in = audience.find(application.workspace, application.database, list_name).file
    if out is not None:
        typed.refuse_existing(out)
    at = application.clock()
    if kept_in is None:
        found = _stale_in_store(application, list_name, out, at)
    else:
        found = _stale_in_file(application, kept_in, out, at)
    since = retention.limit(at).astimezone().date().isoformat()
    output.say(f"{list_name}: {output.plural(found, 'contact')} without a sign since {since}.")
    if out is not None:
        output.say(f"They are written to {out}")
    if json:
        output.emit({"list": list_name, "since": since, "contacts": found, "file": str(out) if out else None})


def _stale_in_store(application: Application, list_name: str, out: Path | None, at: dt.datetime) -> int:
    from apes_mailer.contacts import exporting, lists, retention

    with application.database.read() as connection:
        list_id = lists.number(connection, list_name)
        if out is None:
            return retention.count(connection, list_id, at)
        names = lists.field_names(connection, list_id)
        return exporting.write(retention.stale(connection, list_id, at), names, out)


def _stale_in_file(application: Application, kept_in: Path, out: Path | None, at: dt.datetime) -> int:
    from apes_mailer.contacts import exporting, file_list, retention

    with files.opened(application, kept_in) as file, application.database.read() as connection:
        contacts = file_list.contacts(file, lambda _reject: None)
        silent = retention.stale_in_file(connection, contacts, application.keyring.contact_key, at)
        return sum(1 for _ in silent) if out is None else exporting.write(silent, file.fields, out)


def _require_tags(tags: list[str]) -> None:
    from apes_mailer.model.variant import values_in

    if not tags:
        raise UsageError("Which tag?", hint="Give one with --add TAG, take one away with --remove TAG.")
    for each in tags:
        if len(values_in(each)) != 1:
            raise UsageError(
                f"“{each}” is not one tag.", hint="Use letters and digits, without , ; / or |; repeat --add for more."
            )


def _contact(application: Application, connection: Connection, address: str) -> int:
    from apes_mailer.contacts import lists

    number = lists.contact_id(connection, application.keyring.contact_key(address))
    if number is None:
        raise ContactsError(
            f"The store does not know {address}. No tag was changed.",
            hint="In a list kept as a file, write the tag into its column TAGS.",
        )
    return number


def _require_stored(application: Application, list_name: str) -> None:
    """Raise ``ContactsError`` unless this is a list of the store."""
    from apes_mailer.campaign import audience

    found = audience.find(application.workspace, application.database, list_name, may_be_made=False)
    if found.file is not None:
        raise ContactsError(
            f'"{list_name}" is the list kept in {found.shown}, and not in the store.',
            hint="Change the file itself, with a spreadsheet or an editor.",
        )

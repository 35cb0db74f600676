"""Commands for suppressions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from apes_mailer.cli import output, typed
from apes_mailer.cli.context import Json, application_of
from apes_mailer.cli.help import Command
from apes_mailer.errors import ContactsError, UsageError

if TYPE_CHECKING:
    from apes_mailer.store.database import Connection
    from apes_mailer.wiring import Application

suppressions_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Scope = Annotated[str | None, typer.Option("--list", metavar="LIST", help="For this list only; for all by default.")]


@suppressions_app.command("list", cls=Command)
def list_suppressions(context: typer.Context, *, json: Json = False) -> None:
    """List the addresses that are never mailed."""
    from apes_mailer.contacts import suppressions

    application = application_of(context)
    with application.database.read() as connection:
        found = list(suppressions.every(connection))
    if json:
        output.emit([output.suppression_json(each) for each in found])
        return
    for each in found:
        until = f", until {output.day(each.until)}" if each.until else ""
        since = f"{each.cause}  {output.day(each.at)}{until}"
        output.show(f"{each.address or '(erased)'}  {each.list_name or 'all lists'}  {since}")


@suppressions_app.command("add", cls=Command)
def add_suppressions(
    context: typer.Context,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="The email address; - reads one a line from standard input.")
    ],
    list_name: Scope = None,
    cause: Annotated[str, typer.Option(metavar="WORD", help="Why, in a word; manual by default.")] = "manual",
    *,
    json: Json = False,
) -> None:
    """Never mail an address again, on one list or on all."""
    from apes_mailer.contacts import lists, suppressions

    application = application_of(context)
    wrong: list[str] = []
    known = [typed.address(address)] if address != "-" else list(_piped(wrong))
    added: list[str] = []
    with application.database.write() as connection:
        list_id = _scope(application, connection, list_name)
        for each in known:
            key = application.keyring.contact_key(each)
            lists.know(connection, key, each)
            if suppressions.add(connection, key, list_id=list_id, cause=cause, at=application.clock()):
                added.append(each)
    where = f"on the list {list_name}" if list_name else "on every list"
    if address != "-":
        output.say(f"{known[0]} {'is' if added else 'already was'} suppressed {where}.")
    else:
        output.say(f"{output.plural(len(known), 'address')} read, {len(added):,} newly suppressed {where}.")
    if json and not wrong:
        output.emit({"read": len(known), "added": len(added), "list": list_name})
    if wrong:
        raise ContactsError(
            "\n".join(wrong), hint="Correct these lines and give them again; the others are suppressed."
        )


def _piped(wrong: list[str]) -> Iterator[str]:
    """Yield the addresses of standard input, one a line; what is none is described in ``wrong``."""
    for number, line in enumerate(sys.stdin, start=1):
        text = line.strip("\ufeff \t\r\n")
        if text:
            try:
                yield typed.address(text)
            except UsageError as error:
                wrong.append(f"line {number}: {error.message}")


@suppressions_app.command("remove", cls=Command)
def remove_suppression(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The email address.")],
    list_name: Scope = None,
    *,
    json: Json = False,
) -> None:
    """Allow an address again, because its owner asked for it."""
    from apes_mailer.contacts import suppressions

    application = application_of(context)
    known = typed.address(address)
    key = application.keyring.contact_key(known)
    with application.database.write() as connection:
        list_id = _scope(application, connection, list_name)
        removed = suppressions.remove(connection, key, list_id=list_id)
        held = suppressions.holding(connection, key, at=application.clock())
    still = ", ".join(f"on the list {each.list_name}" if each.list_name else "on every list" for each in held)
    if not removed:
        where = f"for the list {list_name}" if list_name else "for all lists"
        raise ContactsError(
            f"{known} has no suppression {where}" + (f"; it is suppressed {still}." if held else "."),
            hint="Remove it with: " + _removing(known, held[0].list_name)
            if held
            else "See who has one with: apes-mailer suppressions list",
        )
    rest = f"The suppression is removed; {known} is still suppressed {still}."
    output.say(rest if held else f"{known} may be mailed again.")
    if json:
        left = [output.suppression_json(each) for each in held]
        output.emit({"address": known, "list": list_name, "suppressions": left})


def _removing(address: str, list_name: str) -> str:
    return f"apes-mailer suppressions remove {address}" + (f" --list {list_name}" if list_name else "")


def _scope(application: Application, connection: Connection, list_name: str | None) -> int:
    from apes_mailer.contacts import lists
    from apes_mailer.contacts.suppressions import ALL_LISTS

    if list_name is None:
        return ALL_LISTS
    known = lists.find(connection, list_name)
    if known is None and application.workspace.list_file(list_name) is None:
        raise ContactsError(f'There is no list "{list_name}".', hint="See them with: apes-mailer contacts list")
    return lists.find_or_add(connection, list_name, application.keyring, application.clock())

"""Commands for suppressions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from apes_mailer.cli import answers, output, typed
from apes_mailer.cli.context import Json, application_of
from apes_mailer.cli.help import Command
from apes_mailer.errors import ContactsError, UsageError
from apes_mailer.model.suppression import NEEDS_REASON, NEVER_WITH_OTHERS, Cause

if TYPE_CHECKING:
    from apes_mailer.contacts.suppressions import Suppression
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
        found = suppressions.every(connection)
        if json:
            output.emit_each(map(answers.suppression_json, found))
            return
        for each in found:
            output.show(f"{each.address or '(address not kept)'}  {answers.suppression_text(each)}")


@suppressions_app.command("add", cls=Command)
def add_suppressions(
    context: typer.Context,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="The email address; - reads one a line from standard input.")
    ],
    list_name: Scope = None,
    cause: Annotated[
        Cause, typer.Option(metavar="WORD", help=f"Why: {', '.join(Cause)}. It is {Cause.MANUAL} by default.")
    ] = Cause.MANUAL,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Only until this day: 2027-09-01.")] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="What you know of it, in your own words.")] = "",
    *,
    json: Json = False,
) -> None:
    """Never mail an address again, on one list or on all."""
    application = application_of(context)
    why = _why(cause, until, note, application.clock())
    wrong: list[str] = []
    known = [typed.address(address)] if address != "-" else list(_addresses(typed.lines(address), wrong))
    added = _add(application, known, list_name, why)
    where = f"on the list {list_name}" if list_name else "on every list"
    if address != "-":
        output.say(f"{known[0]} {'is' if added else 'already was'} suppressed {where}.")
    else:
        output.say(f"{output.plural(len(known), 'address')} read, {added:,} newly suppressed {where}.")
    if json and not wrong:
        output.emit({"read": len(known), "added": added, "list": list_name})
    if wrong:
        raise ContactsError(
            "\n".join(wrong), hint="Correct these lines and give them again; the others are suppressed."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Why:
    cause: Cause
    at: dt.datetime
    until: dt.datetime | None
    note: str


def _why(cause: Cause, until: str | None, note: str, at: dt.datetime) -> _Why:
    if cause is Cause.ERASED:
        raise UsageError(
            "Whoever is erased is suppressed on the way.", hint="Erase with: apes-mailer contacts erase-person ADDRESS"
        )
    if cause is Cause.PAUSED and until is None:
        raise UsageError("A pause has an end.", hint="Say until which day, for example: --until 2027-09-01")
    return _Why(cause=cause, at=at, until=None if until is None else typed.coming_day(until, after=at), note=note)


def _add(application: Application, known: list[str], list_name: str | None, why: _Why) -> int:
    from apes_mailer.contacts import lists, suppressions

    added = 0
    with application.database.write() as connection:
        list_id = scope(application, connection, list_name)
        erased = suppressions.erased_keys(connection)
        for each in known:
            key = application.keyring.contact_key(each)
            if key not in erased:
                lists.know(connection, key, each)
            added += suppressions.add(
                connection,
                key,
                list_id=list_id,
                cause=why.cause,
                at=why.at,
                until=why.until,
                source=suppressions.BY_HAND,
                evidence=why.note,
            )
    return added


def _addresses(lines: Sequence[tuple[str, str]], wrong: list[str]) -> Iterator[str]:
    """Yield the addresses among lines; what is none is described in ``wrong``."""
    for place, text in lines:
        try:
            yield typed.address(text)
        except UsageError as error:
            wrong.append(f"{place}{error.message}")


@suppressions_app.command("remove", cls=Command)
def remove_suppression(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The email address.")],
    list_name: Scope = None,
    cause: Annotated[
        Cause | None,
        typer.Option(metavar="WORD", help="Only the suppression with this cause; complained and erased must be named."),
    ] = None,
    because: Annotated[
        str, typer.Option(metavar="TEXT", help="How you know that the person wants letters again.")
    ] = "",
    *,
    json: Json = False,
) -> None:
    """Allow an address again, because its owner asked for it."""
    from apes_mailer.contacts import let_backs, opting_in, suppressions

    application = application_of(context)
    known = typed.address(address)
    key, at = application.keyring.contact_key(known), application.clock()
    with application.database.write() as connection:
        list_id = scope(application, connection, list_name)
        ended = opting_in.let_back(connection, key, list_id=list_id, cause=cause, because=because, at=at)
        held = suppressions.holding(connection, key, at=at)
        asked = let_backs.providers(connection, key)
    if not ended:
        raise _nothing_to_end(known, list_name, cause, held)
    rest = f"The suppression is removed; {known} is still suppressed {_where(held)}."
    output.say(rest if held else f"{known} may be mailed again.")
    if asked:
        output.say(
            f"Still to be asked to mail it again: {', '.join(asked)}. The next send does it, or now: "
            "apes-mailer suppressions sync"
        )
    if json:
        left = [answers.suppression_json(each) for each in held]
        output.emit({"address": known, "list": list_name, "suppressions": left})


def _nothing_to_end(
    address: str, list_name: str | None, cause: Cause | None, held: Sequence[Suppression]
) -> ContactsError:
    where = f"for the list {list_name}" if list_name else "for all lists"
    what = f"{address} has no suppression {where}" + (f" with the cause {cause}" if cause else "")
    if not held:
        return ContactsError(f"{what}.", hint="See who has one with: apes-mailer suppressions list")
    return ContactsError(
        f"{what}; it is suppressed {_where(held)}.", hint="Remove it with: " + _removing(address, held[0])
    )


def _where(held: Sequence[Suppression]) -> str:
    return ", ".join(
        f"{f'on the list {each.list_name}' if each.list_name else 'on every list'} ({each.cause})" for each in held
    )


def _removing(address: str, held: Suppression) -> str:
    scope = f" --list {held.list_name}" if held.list_name else ""
    named = f" --cause {held.cause}" if held.cause in NEVER_WITH_OTHERS else ""
    reason = ' --because "…"' if held.cause in NEEDS_REASON else ""
    return f"apes-mailer suppressions remove {address}{scope}{named}{reason}"


def scope(application: Application, connection: Connection, list_name: str | None) -> int:
    """Return the number of a list, or the one for all lists. Raises ``ContactsError`` when there is no such list."""
    from apes_mailer.campaign import audience
    from apes_mailer.contacts import lists
    from apes_mailer.contacts.suppressions import ALL_LISTS

    if list_name is None:
        return ALL_LISTS
    known = lists.find(connection, list_name)
    if known is None and application.workspace.list_file(list_name) is None:
        stored = [each.name for each in lists.stored(connection)]
        raise audience.no_list(application.workspace, list_name, stored, may_be_made=False)
    return lists.find_or_add(connection, list_name, application.keyring, application.clock())


@suppressions_app.command("sync", cls=Command)
def sync_suppressions(
    context: typer.Context,
    provider: Annotated[
        str | None,
        typer.Option(metavar="P", callback=typed.provider, help="By default the one of the settings."),
    ] = None,
    *,
    whole: Annotated[bool, typer.Option("--all", help="Read everything again, not only what is new.")] = False,
    json: Json = False,
) -> None:
    """Ask the provider who may not be mailed any more.

    Bounces, complaints, wrong addresses and unsubscriptions become suppressions; send and resume do it too.
    """
    from apes_mailer.cli import accounts

    synced = accounts.sync(application_of(context), provider, whole=whole)
    if json:
        output.emit(accounts.sync_json(synced))
    else:
        output.show(accounts.sync_text(synced))
    if synced.refused_key:
        raise synced.refused_key
    for error in synced.troubles[1:]:
        output.say(str(error))
    if synced.troubles:
        raise synced.troubles[0]

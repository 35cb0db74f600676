"""Commands for what one person may ask: to see everything that is kept, and to have it erased."""

from __future__ import annotations

import json as documents
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apes_mailer.cli import output, typed
from apes_mailer.cli.context import Json, application_of
from apes_mailer.errors import CancelledError, ContactsError

if TYPE_CHECKING:
    from apes_mailer.campaign.erasure import Erased
    from apes_mailer.wiring import Application

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The email address of the person.")]


def export_person(
    context: typer.Context,
    address: Address,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it to a new file, say person.json.")
    ] = None,
) -> None:
    """Give out everything that is kept of one person, as JSON."""
    from apes_mailer.campaign import person
    from apes_mailer.workspace.private_file import write_private

    application = application_of(context)
    known = typed.address(address)
    if out is not None:
        typed.refuse_existing(out)
    found = person.export(
        application.database, application.keyring, application.workspace, known, at=application.clock()
    )
    if out is None:
        output.emit(found)
    else:
        write_private(out, documents.dumps(found, ensure_ascii=True, indent=2) + "\n")
        output.say(f"{out} holds everything that is kept of this person; delete it once it is handed over.")
    if not _kept(found):
        output.say(_unknown(known))
    for file in found["unreadable"]:
        output.say(f"Nobody could look into {file}: see for yourself whether the person is in it.")


def erase_person(
    context: typer.Context,
    address: Address,
    confirm: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="For scripts: the address again, to confirm.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Erase one person everywhere, and never write to the address again.

    Shows first what is kept, and asks. The provider is asked to erase the person too: by suppressions sync, or with the
    next send. Until then the address waits in the database, for that alone.
    """
    from apes_mailer.campaign import erasure, person, receipt
    from apes_mailer.cli.orders import actor

    application = application_of(context)
    known = typed.address(address)
    at = application.clock()
    kept = _kept(person.export(application.database, application.keyring, application.workspace, known, at=at))
    output.say(f"Kept of {known}: {', '.join(kept)}." if kept else _unknown(known))
    _confirm(known, confirm)
    erased = erasure.erase(application.database, application.keyring, application.workspace, known, at=at)
    text = receipt.text(erased, actor=actor(), language=application.language)
    shown = _receipt(application, erased, text)
    output.say(
        f"Erased: {output.plural(erased.lists, 'place')} on lists, {output.plural(erased.rows, 'row')} of files, "
        f"{output.plural(erased.campaigns, 'letter')}, {output.plural(erased.messages, 'message')} in the outbox. "
        "The address is never mailed again."
    )
    if erased.providers:
        output.say(
            f"Still to be asked to erase: {', '.join(erased.providers)}. Do it with: apes-mailer suppressions sync"
        )
    output.say(f"The receipt, which names nobody, is {shown}" if shown else text)
    if json:
        output.emit(_as_json(erased, shown, application))
    _tell_what_is_left(erased, application)


def _receipt(application: Application, erased: Erased, text: str) -> str | None:
    """Return where the receipt is kept; None, and say why, when it cannot be."""
    from apes_mailer.campaign import receipt

    try:
        return application.workspace.shown(receipt.keep(application.workspace, erased, text))
    except OSError as error:
        output.say(f"The receipt cannot be kept as a file ({error.strerror}): keep what follows.")
        return None


def _kept(found: Mapping[str, Any]) -> list[str]:
    """Return what is kept of a person in numbers, such as ``2 letters``; nothing when nobody knows the address."""
    words = {
        "lists": "list",
        "files": "row of a file",
        "imports": "import",
        "consents": "consent",
        "suppressions": "suppression",
        "wishes": "wish",
        "campaigns": "letter",
        "events": "event",
        "outbox": "message in the outbox",
    }
    numbers = [_number(len(found[name]), word) for name, word in words.items() if found[name]]
    return [*numbers, *(["the address"] if not numbers and found["fields"] is not None else [])]


def _number(count: int, words: str) -> str:
    first, _, rest = words.partition(" ")
    return f"{output.plural(count, first)} {rest}".rstrip()


def _unknown(address: str) -> str:
    return f"Nothing is kept of {address}. Is it spelt as the person writes it?"


def _as_json(erased: Erased, receipt: str | None, application: Application) -> dict[str, object]:
    counts = {name: getattr(erased, name) for name in ("lists", "rows", "campaigns", "notes", "messages")}
    left = [application.workspace.shown(path) for path in erased.left]
    providers = list(erased.providers)
    return {"reference": erased.reference, **counts, "providers": providers, "left": left, "receipt": receipt}


def _confirm(address: str, confirmed: str | None) -> None:
    if confirmed is None:
        if not sys.stdin.isatty():
            raise CancelledError(
                "Nothing was erased: this needs to be confirmed.", hint="In a script: --confirm ADDRESS, once more."
            )
        question = "This cannot be undone. Type the address again to erase the person, anything else to cancel:"
        confirmed = typed.answer(question, interrupted="Cancelled: nothing was erased.")
    if confirmed.strip().lower() != address:
        raise CancelledError("Cancelled: nothing was erased.", hint="The address typed to confirm is another one.")


def _tell_what_is_left(erased: Erased, application: Application) -> None:
    left = [f"  {application.workspace.shown(path)}" for path in erased.left]
    if erased.log_left:
        left.append(f"  the log of {application.database.path.name}, which another program keeps open")
    if left:
        raise ContactsError(
            "\n".join(["The address still stands here, or may:", *left]),
            hint="These are not ours to change: take it out or delete the file, end other programs that use the "
            "database, and run the command again.",
        )

"""The command for what readers ask by mail: their messages name them by a token, in the subject."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from apes_mailer.cli import output, typed
from apes_mailer.cli.context import Json, application_of
from apes_mailer.errors import ContactsError

if TYPE_CHECKING:
    from apes_mailer.model.keys import Keyring, TokenContent

_WORD = re.compile(r"[A-Za-z0-9_-]+")
_MOST_SHOWN = 60  # characters of a line in a message


def unsubscribe(
    context: typer.Context,
    subject: Annotated[
        str,
        typer.Argument(metavar="SUBJECT", help="The subject of the message; - reads one a line from standard input."),
    ],
    *,
    json: Json = False,
) -> None:
    """Do what a reader asked for by mail: never mail them again.

    A message from the unsubscribe link of a letter has a subject that stands for the reader, whoever wrote it.
    """
    from apes_mailer.campaign import unsubscribe as unsubscribing

    application = application_of(context)
    lines = typed.lines(subject)
    wrong: list[str] = []
    links: list[TokenContent] = []
    for place, line in lines:
        link = _link(application.keyring, line)
        if link is None:
            wrong.append(f'{place}"{line.strip()[:_MOST_SHOWN]}" names nobody: it has no token of this workspace.')
        else:
            links.append(link)
    for link in links:
        unsubscribing.unsubscribe(application.database, link, application.clock())
    if links:
        output.say(f"Unsubscribed: {output.plural(len(links), 'reader')}.")
    if json and not wrong:
        output.emit({"read": len(lines), "unsubscribed": len(links)})
    if wrong:
        raise ContactsError(
            "\n".join(wrong),
            hint="Copy the whole subject. If a reader has changed it, go by the address of the message: "
            "apes-mailer suppressions add ADDRESS --cause unsubscribed",
        )


def _link(keyring: Keyring, subject: str) -> TokenContent | None:
    """Return what the token in a subject says; an answer may have words before it, and a mail program cut its line."""
    words = _WORD.findall(subject)
    return next((link for word in words if (link := keyring.read_token(word)) is not None), None)

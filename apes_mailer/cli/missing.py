"""What could stand where a word is missing on the command line: the campaigns and the lists that there are."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from apes_mailer.cli.context import application_of
from apes_mailer.errors import ApesMailerError

if TYPE_CHECKING:
    from apes_mailer.wiring import Application


def choices(error: Any) -> str:
    """Return the names for the argument or option whose lack is the error, in a line; nothing for another error."""
    parameter, context = getattr(error, "param", None), getattr(error, "ctx", None)
    if type(error).__name__ != "MissingParameter" or parameter is None or context is None:
        return ""
    with suppress(ApesMailerError):
        if parameter.metavar == "NAME" and context.info_name != "new":
            names = application_of(context).workspace.campaign_names()
            return f"Campaigns here: {', '.join(names) or 'none yet, make one with: apes-mailer new NAME'}"
        if parameter.metavar == "LIST":
            return lists_here(application_of(context))
    return ""


def lists_here(application: Application) -> str:
    """Return the names of the lists, in a line."""
    return f"Lists here: {', '.join(_lists(application)) or 'none yet, put a file contacts/NAME.csv there'}"


def _lists(application: Application) -> list[str]:
    """Return the names of the lists; a database that is not there yet is not made for this."""
    from apes_mailer.campaign import contact_preview

    workspace = application.workspace
    if not application.settings.database_url and not workspace.database.exists():
        return list(workspace.list_files())
    return contact_preview.list_names(workspace, application.database)

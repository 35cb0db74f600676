"""Questions about a file that does not explain itself: which column holds the addresses, which sheet the list."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from apes_mailer.cli import files, output, typed
from apes_mailer.errors import CancelledError, ContactsError, UsageError

if TYPE_CHECKING:
    from apes_mailer.contacts.columns import UnclearColumnsError
    from apes_mailer.contacts.meanings import Meanings
    from apes_mailer.contacts.table import ContactsTable
    from apes_mailer.wiring import Application

_MOST_OFFERED = 30
_CANCELLED = "Cancelled: nothing was imported."


def open_asking(
    application: Application, file: Path, columns: Sequence[str], sheet: str
) -> tuple[ContactsTable, Meanings]:
    """Open a file to be imported; on a terminal, ask what it does not say.

    ``columns`` are those given as ``Courriel pro=EMAIL``. Raises ``ContactsError`` where nobody can be asked, with the
    option that says it.
    """
    from apes_mailer.contacts.bundle import open_contacts
    from apes_mailer.contacts.columns import UnclearColumnsError
    from apes_mailer.contacts.meanings import FILE_NAME, Meanings
    from apes_mailer.contacts.spreadsheet import SeveralSheetsError

    told = dict(map(_parsed, columns))
    meanings = Meanings(application.workspace.contacts / FILE_NAME, columns=told, sheet=sheet)
    while True:
        try:
            table = open_contacts(file, shown=files.shown(application, file), meanings=meanings)
        except UnclearColumnsError as error:
            if len(set(error.candidates)) < 2 or not sys.stdin.isatty():
                raise _with_option(error, column_option(error.candidates[0], "EMAIL")) from error
            meanings = meanings.and_columns(_ask_for_column(error))
        except SeveralSheetsError as error:
            if not sys.stdin.isatty():
                raise _with_option(error, f"--sheet '{error.sheets[0]}'") from error
            meanings = meanings.and_sheet(_choice(f"{error.message}.\nOn which one is the list?", error.sheets))
        else:
            _refuse_unused(table, meanings)
            return table, meanings


def column_option(header: str, field: str) -> str:
    """Return how to say what a column is, as it can be typed in a shell."""
    said = f"{' '.join(header.split())}={field}"
    return f'--column "{said}"' if "'" in said else f"--column '{said}'"


def _parsed(option: str) -> tuple[str, str]:
    """Return the header and the field of a ``--column``; the field is empty when the column is to be ignored."""
    from apes_mailer.model.field import field_named

    header, equals, name = option.rpartition("=")
    field = field_named(name)
    if not equals or not header.strip() or (name.strip() and not field):
        raise UsageError(
            f"--column {option} does not say which column is which field.",
            hint="Write the name of the column, = and the field, as in: --column 'Courriel pro=EMAIL'",
        )
    return header, field


def _ask_for_column(error: UnclearColumnsError) -> dict[str, str]:
    """Return the column that is chosen as that of the addresses; others that are called so are ignored."""
    from apes_mailer.model.field import EMAIL, field_named

    question = f"{error.message}.\nWhich column holds the addresses that letters are to go to?"
    chosen = _choice(question, error.candidates)
    return {header: "" for header in error.headers if field_named(header) == EMAIL} | {chosen: EMAIL}


def _choice(question: str, offered: Sequence[str]) -> str:
    output.say(question)
    for number, each in enumerate(offered[:_MOST_OFFERED], start=1):
        output.say(f"  {number:>2}  {' '.join(each.split())}")
    typed_in = typed.answer("Type a number, anything else to cancel:", interrupted=_CANCELLED)
    if not typed_in.isdecimal() or not 1 <= int(typed_in) <= min(len(offered), _MOST_OFFERED):
        raise CancelledError(_CANCELLED)
    return offered[int(typed_in) - 1]


def _with_option(error: ContactsError, option: str) -> ContactsError:
    return ContactsError(error.message, hint=f"{error.hint}\nOr say it with the import: {option}")


def _refuse_unused(table: ContactsTable, meanings: Meanings) -> None:
    if unused := meanings.unused():
        with table:
            names = ", ".join(f"“{' '.join(header.split())}”" for header in table.columns.headers)
        raise UsageError(f"{table.shown} has no column “{unused[0]}”.", hint=f"Its columns are {names}.")

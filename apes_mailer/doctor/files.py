"""The secret and the database: there, whole, private, and the ones that belong together."""

from __future__ import annotations

import datetime as dt
import os
import stat
from pathlib import Path

from apes_mailer.doctor.diagnosis import Sheet
from apes_mailer.errors import ApesMailerError
from apes_mailer.store.database import Database
from apes_mailer.wiring import Application

_KNOWS_MODES = os.name == "posix"


def secret(application: Application) -> Sheet:
    """Look at the file of the secret; a workspace without any data gets one, as with every other command."""
    sheet, workspace = Sheet("secret"), application.workspace
    name = workspace.shown(workspace.secret_file)
    with sheet.noting():
        _ = application.keyring
        if _KNOWS_MODES and (mode := _open_to_others(workspace.secret_file)):
            sheet.error(
                f"others on this computer can read it (its mode is {mode}), and forge unsubscribe links with it",
                name,
                f"chmod 600 {name}",
            )
        else:
            sheet.ok("is there" + (", and only its owner can read it" if _KNOWS_MODES else ""), name)
    return sheet


def database(application: Application) -> tuple[Sheet, Database | None]:
    """Look at the database; return it when others can go on with it."""
    sheet = Sheet("database")
    try:
        found = application.database
    except ApesMailerError as error:
        sheet.error(error.message, cure=error.hint)
        return sheet, None
    name = application.workspace.shown(found.path)
    if faults := found.faults():
        cure = "Send nothing. Keep a copy of it, and bring the last good one back from a backup."
        sheet.error(f"is damaged: {faults[0]}", name, cure)
    else:
        sheet.ok(f"is whole; its tables are those of version {found.version}", name)
    if _KNOWS_MODES and (mode := _open_to_others(found.path)):
        sheet.warning(
            f"holds people's addresses, and others on this computer can read it (its mode is {mode})",
            name,
            f"chmod 600 {name}",
        )
    _mark(application, found, sheet)
    return sheet, found


def _mark(application: Application, found: Database, sheet: Sheet) -> None:
    """Say whether it may be an old copy, and how old its mark is, which each request to a provider renews."""
    instance = application.instance
    with found.read() as connection:
        doubt = instance.doubt(connection)
    name = application.workspace.shown(instance.mark_file)
    if doubt:
        cure = "What the next send makes of that is in docs/how-to/move-to-another-computer.md."
        sheet.warning(doubt, name, cure)
    elif instance.mark_file.exists():
        written = dt.datetime.fromtimestamp(instance.mark_file.stat().st_mtime, dt.UTC)
        sheet.ok(f"agrees with the database; letters were last handed over on {_day(written)}", name)
    else:
        sheet.info("is not there: no letter was handed over from here yet, not even a rehearsal", name)


def _open_to_others(path: Path) -> str:
    """Return the mode of a file when others than its owner have some right to it; else nothing."""
    mode = stat.S_IMODE(path.stat().st_mode)
    return f"{mode:04o}" if mode & 0o077 else ""


def _day(at: dt.datetime) -> str:
    return at.astimezone().date().isoformat()

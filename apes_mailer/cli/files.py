"""Contacts files that commands read, and what is said of their rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from apes_mailer.cli import output

if TYPE_CHECKING:
    from apes_mailer.cli.rejects import RejectReport
    from apes_mailer.contacts.file_format import ContactsFile
    from apes_mailer.wiring import Application


def opened(application: Application, file: Path) -> ContactsFile:
    """Open a contacts file; messages call it as :func:`shown` does."""
    from apes_mailer.contacts.file_format import open_contacts_file

    return open_contacts_file(file, shown=shown(application, file))


def shown(application: Application, file: Path) -> str:
    """Return a file as it was typed, or relative to the workspace when it is inside."""
    resolved = file.resolve()
    inside = resolved.is_relative_to(application.workspace.root)
    return application.workspace.shown(resolved) if inside else str(file)


def show_rows(read: int | None) -> None:
    """Say on a terminal how many rows are read; None wipes the line."""
    if sys.stderr.isatty() and (read is None or read % 50_000 == 0):
        sys.stderr.write("\r\x1b[K" + ("" if read is None else f"{read:,} rows read"))
        sys.stderr.flush()


def show_rejects(report: RejectReport) -> None:
    """Say which column was taken where that is not clear, and what became no contact."""
    if report.notice:
        output.say(report.notice)
    for reject in report.first:
        # On a screen only: what is written to a file may be a log, and no address belongs there.
        words = report.words(reject) if sys.stderr.isatty() else f"{report.place(reject.line)}: {reject.reason}"
        output.say(f"  {words}")
    if report.count > len(report.first):
        output.say(f"  and {report.count - len(report.first):,} more")

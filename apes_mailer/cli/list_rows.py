"""What a check says of the rows of a list kept as a file: those that give no recipient, and likely slips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from apes_mailer.cli import files
from apes_mailer.errors import Problem
from apes_mailer.model.finding import Finding

if TYPE_CHECKING:
    from apes_mailer.contacts.file_rows import Rows
    from apes_mailer.wiring import Application


def problems(application: Application, list_name: str) -> list[Problem]:
    """Return a warning for each such row, ten at most, and for each slip; nothing of a list in the store.

    Raises ``ContactsError`` when the file cannot be read.
    """
    from apes_mailer.contacts import file_rows

    path = application.workspace.list_file(list_name)
    if path is None:
        return []
    with files.opened(application, path) as file:
        rows = file_rows.look(file)
    return list(_told(application, application.workspace.shown(path), rows))


def _told(application: Application, shown: str, rows: Rows) -> Iterator[Problem]:
    from apes_mailer.check import catalogue

    def problem(finding: Finding, line: int | None) -> Problem:
        words = catalogue.told(finding, application.language)
        return Problem(file=shown, line=line, message=words.message, hint=words.cure, rule=finding.rule)

    for each in rows.first:
        yield problem(catalogue.finding("list-row.first", reason=each.reason.rstrip(".")), each.line)
    if more := rows.unusable - len(rows.first):
        yield problem(catalogue.finding("list-row.more", count=more), None)
    for slip in rows.slips:
        yield problem(catalogue.finding("list-slip", domain=slip.domain, meant=slip.meant), slip.line)

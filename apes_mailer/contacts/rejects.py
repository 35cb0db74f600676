"""Rows of a file that became no contact, and what a person is told of each."""

from __future__ import annotations

from dataclasses import dataclass

from apes_mailer.contacts.columns import Columns
from apes_mailer.contacts.rows import OptOut, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row that was not imported: its line in the file, why, and its cells in the order of the file.

    ``cells`` is empty when they cannot be told apart.
    """

    line: int
    reason: str
    cells: tuple[str, ...] = ()


def unusable(row: Row | OptOut, reason: str, columns: Columns) -> Reject:
    """Return the reject for a row whose address cannot be used; the column where another one stands is named."""
    if not row.address and (elsewhere := columns.other_address(row.values, row.aside)):
        reason = f"{reason} There is one in “{elsewhere}”."
    return Reject(line=row.line, reason=reason, cells=columns.in_file_order(row.address, row.values, row.aside))

"""Which column of a contacts file holds the address, and what the others are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apes_mailer.errors import ContactsError
from apes_mailer.model.field import EMAIL, canonical_field
from apes_mailer.model.merge import field_name

_SHOWN = 40  # characters of a header in a message
_LISTED = 20  # headers in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a contacts file: their number, the place of the address, the fields and their places."""

    width: int
    address: int
    fields: tuple[str, ...]
    places: tuple[int, ...]

    def in_file_order(self, address: str, values: Sequence[str]) -> tuple[str, ...]:
        """Return an address and the values of the fields in the order of the file's columns."""
        cells = [""] * self.width
        for place, value in zip((self.address, *self.places), (address, *values), strict=True):
            cells[place] = value
        return tuple(cells)


def column_field(header: str) -> str:
    """Return the field that a column header names: ``Adresse e-mail`` is EMAIL, ``Prénom`` is PRENOM.

    Empty when the header cannot name a field, see :func:`apes_mailer.model.merge.field_name`.
    """
    return canonical_field(field_name(header))


def read_columns(headers: Sequence[str], *, place: str) -> Columns:
    """Return the columns that the header cells name; ``place`` (file and line) begins each message.

    Columns without a header at the end of the line do not count. Raises ``ContactsError`` when there is no address
    column, when a header names no field, or when two headers name the same.
    """
    named = list(headers)
    while named and not named[-1].strip():
        named.pop()
    found: dict[str, int] = {}
    for index, header in enumerate(named):
        field = column_field(header)
        if not field:
            raise _nameless(header, index, place)
        if field in found:
            raise _doubled(field, named[found[field]], header, place)
        found[field] = index
    if EMAIL not in found:
        raise _no_address(named, place)
    address = found.pop(EMAIL)
    return Columns(width=len(named), address=address, fields=tuple(found), places=tuple(found.values()))


def _nameless(header: str, index: int, place: str) -> ContactsError:
    if not header.strip():
        return ContactsError(
            f"{place}: column {index + 1} has no name",
            hint="Write a name into its first cell, or delete the column.",
        )
    return ContactsError(
        f"{place}: the column {_quoted(header)} cannot be named in a letter",
        hint="Rename it so that it begins with a letter from A to Z, for example ANNEE_2025 for 2025.",
    )


def _doubled(field: str, first: str, second: str, place: str) -> ContactsError:
    return ContactsError(
        f"{place}: the columns {_quoted(first)} and {_quoted(second)} are both the field {field}",
        hint="Rename one of them, or delete it.",
    )


def _no_address(headers: Sequence[str], place: str) -> ContactsError:
    names = ", ".join(map(_quoted, headers[:_LISTED])) + (", …" if len(headers) > _LISTED else "")
    return ContactsError(
        f"{place}: no column holds the addresses; the columns are {names}",
        hint=f"Rename the column with the addresses to {EMAIL}. The column names must be the first line of the file.",
    )


def _quoted(header: str) -> str:
    text = " ".join(header.split())
    return f"“{text}”" if len(text) <= _SHOWN else f"“{text[:_SHOWN]}…”"

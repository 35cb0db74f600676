"""Noes in rows that are rejected: the row is no contact, and still nobody who is named in it is written to.

The same person may stand in another row of the file, where all is well and nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from apes_mailer.contacts import repair
from apes_mailer.contacts.columns import Columns
from apes_mailer.contacts.opt_outs import Mark, Marks
from apes_mailer.contacts.rows import BadRow, OptOut


def keep(row: BadRow, marks: Marks, columns: Columns) -> BadRow:
    """Return a damaged row with the noes that it holds: of each address in it, when a mark can be read in it."""
    mark = next(filter(None, map(marks.of, _readings(row.cells, columns))), None) if row.cells else None
    return row if mark is None else replace(row, noes=tuple(_noes(row.line, " ".join(row.cells), mark)))


def of(row: OptOut | BadRow) -> Sequence[OptOut]:
    """Return the noes of a row that is rejected, damaged or without one usable address; addresses are normalised."""
    if isinstance(row, BadRow):
        return row.noes
    text = " ".join((row.address, *row.values, *row.aside))
    return list(_noes(row.line, text, Mark(row.cause, row.at, row.evidence)))


def _noes(line: int, text: str, mark: Mark) -> Iterator[OptOut]:
    return (OptOut(line, each, (), *mark) for each in repair.addresses_in(text))


def _readings(cells: Sequence[str], columns: Columns) -> Iterator[list[str]]:
    """Yield the values of a row as its cells stand, then with each cell moved by as many as are too much."""
    padded = [*cells, *[""] * columns.width]
    for moved in range(max(0, len(cells) - columns.width) + 1):
        yield [padded[place + moved] for place in columns.places]

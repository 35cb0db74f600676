"""What an import and a send need to know of a file with contacts, whatever is inside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self

from apes_mailer.contacts.columns import Columns
from apes_mailer.contacts.consent_columns import ConsentColumns
from apes_mailer.contacts.rows import BadRow, OptOut, Row


class ContactsTable(Protocol):
    """Rows of contacts under names: a contacts file, or a ZIP file of several."""

    @property
    def shown(self) -> str:
        """What messages call it."""
        ...

    @property
    def columns(self) -> Columns:
        """Where the address and the fields stand in a row."""
        ...

    @property
    def layouts(self) -> Sequence[tuple[str, Columns]]:
        """The columns of each table that it consists of, as they are in the files, after the name of the file."""
        ...

    @property
    def fields(self) -> tuple[str, ...]:
        """What the values of a row are; the address is not among them."""
        ...

    @property
    def notice(self) -> str:
        """How it was read, where that is not clear; else nothing."""
        ...

    @property
    def consent(self) -> ConsentColumns | None:
        """What finds the consent in the values of a row; None when no column tells of one."""
        ...

    def place(self, line: int) -> str:
        """Return where a row stands, for a person."""
        ...

    def __iter__(self) -> Iterator[Row | OptOut | BadRow]:
        """Yield the rows."""
        ...

    def __enter__(self) -> Self:
        """Close it at the end of the context."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

"""What became no contact of a file: the first rows for the screen, every row for a file that Excel opens."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from apes_mailer.contacts.rejects import Reject

SHOWN = 10
_WIDEST = 60  # characters of a row on a screen


class RejectReport:
    """Takes rejected rows one by one, in the order of their lines; as a context manager.

    The file replaces the report of an earlier import when the context is left without an exception; when nothing was
    rejected, there is none. Without a path nothing is written. ``columns`` are the names of the cells of a row,
    ``notice`` says which of them was taken for the addresses where that is not clear, ``place`` where a line is.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.count = 0
        self.first: list[Reject] = []
        self.columns: tuple[str, ...] = ()
        self.notice = ""
        self.place: Callable[[int], str] = "line {}".format
        self.path = path
        self._stack = ExitStack()
        self._writer: Any = None

    def add(self, reject: Reject) -> None:
        """Take a row."""
        from apes_mailer.contacts.rows import marked

        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(reject)
        if self.path is not None:
            self._writer = self._writer or self._open(self.path)
            self._writer.writerow(
                (self.place(reject.line).removeprefix("line "), reject.reason, *map(marked, reject.cells))
            )

    def words(self, reject: Reject) -> str:
        """Return the line of a row and why it was rejected, with what stands where its address should: for a screen."""
        place = dict(zip(self.columns, reject.cells, strict=False)).get("EMAIL", "")
        shown = place or "; ".join(filter(None, reject.cells))
        shown = f"“{shown[:_WIDEST]}{'…' if len(shown) > _WIDEST else ''}”: " if shown else ""
        return f"{self.place(reject.line)}: {shown}{reject.reason}"

    def _open(self, path: Path) -> Any:
        path.parent.mkdir(parents=True, exist_ok=True)
        # As Excel opens it by a double click: semicolons, and a byte order mark.
        file = self._stack.enter_context(_part(path).open("w", encoding="utf-8-sig", newline=""))
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["LINE", "REASON", *self.columns])
        return writer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        if self.path is None:
            return
        if kind is not None:
            _part(self.path).unlink(missing_ok=True)
            with suppress(OSError):  # with other reports in it, or never made
                self.path.parent.rmdir()
        elif self.count:
            _part(self.path).replace(self.path)
        else:
            self.path.unlink(missing_ok=True)


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")

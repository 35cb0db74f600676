"""What people said about files that do not explain themselves: which column is which, and which sheet holds the list.

Kept in ``columns.json`` beside the lists: columns for every file with the same header line, sheets for every file of
the same name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from apes_mailer.errors import ContactsError

FILE_NAME = "columns.json"

_Kept = dict[str, dict[str, dict[str, str]]]


class Meanings:
    """What is known of files: given with a command, or remembered from an earlier one.

    ``columns`` maps headers to fields, as in ``Courriel pro`` to ``EMAIL``; to nothing when a column is to be ignored.
    ``kept_in`` is the file where meanings are remembered, if they are.
    """

    def __init__(
        self, kept_in: Path | None = None, *, columns: Mapping[str, str] | None = None, sheet: str = ""
    ) -> None:
        self._kept_in = kept_in
        self._columns = {_tidy(header): field for header, field in (columns or {}).items()}
        self._sheet = sheet
        self._met: list[tuple[str, ...]] = []  # the header lines that were asked about

    def columns(self, headers: Sequence[str]) -> dict[str, str]:
        """Return the fields of those columns of a header line that somebody named, by the header as it is written."""
        self._met.append(tuple(headers))
        fields = {**self._kept()["columns"].get(_key(headers), {}), **self._columns}
        return {header: fields[_tidy(header)] for header in headers if _tidy(header) in fields}

    def sheet(self, file_name: str) -> str:
        """Return the sheet that somebody chose for files of this name; nothing when nobody did."""
        return self._sheet or self._kept()["sheets"].get(file_name, {}).get("sheet", "")

    def unused(self) -> list[str]:
        """Return the given columns that are in none of the header lines that were asked about."""
        return sorted(self._columns.keys() - {_tidy(header) for headers in self._met for header in headers})

    def remembered(self) -> dict[str, str]:
        """Return what was remembered of the header lines that were asked about, and was not given with the command."""
        kept = self._kept()["columns"]
        return {
            header: fields[_tidy(header)]
            for headers in self._met
            if (fields := kept.get(_key(headers)))
            for header in headers
            if _tidy(header) in fields and _tidy(header) not in self._columns
        }

    def remembered_sheet(self, file_name: str) -> str:
        """Return the sheet that was remembered for files of this name, and was not given with the command."""
        return "" if self._sheet else self.sheet(file_name)

    def and_columns(self, columns: Mapping[str, str]) -> Meanings:
        """Return these meanings with more columns."""
        return Meanings(self._kept_in, columns={**self._columns, **columns}, sheet=self._sheet)

    def and_sheet(self, sheet: str) -> Meanings:
        """Return these meanings with the sheet that was chosen."""
        return Meanings(self._kept_in, columns=self._columns, sheet=sheet)

    def remember(self, file_name: str) -> None:
        """Keep what was given for files with the header lines that were asked about, and for files of this name."""
        if self._kept_in is None or not (self._columns or self._sheet):
            return
        kept = self._kept()
        for headers in self._met:
            names = set(map(_tidy, headers))
            if given := {name: field for name, field in self._columns.items() if name in names}:
                kept["columns"].setdefault(_key(headers), {}).update(given)
        if self._sheet:
            kept["sheets"][file_name] = {"sheet": self._sheet}
        self._kept_in.parent.mkdir(parents=True, exist_ok=True)
        self._kept_in.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    def _kept(self) -> _Kept:
        kept: _Kept = {"columns": {}, "sheets": {}}
        if self._kept_in is not None and self._kept_in.is_file():
            try:
                kept.update(_checked(json.loads(self._kept_in.read_text(encoding="utf-8"))))
            except ValueError as error:
                raise ContactsError(
                    f"{self._kept_in}, where the meaning of columns is kept, is damaged",
                    hint="Delete it; what it knew is asked again.",
                ) from error
        return kept


def _checked(read: object) -> _Kept:
    """Return what was read from a file of meanings when it has their shape; raises ``ValueError``."""
    import pydantic

    return pydantic.TypeAdapter(_Kept).validate_python(read)


def _key(headers: Sequence[str]) -> str:
    return " | ".join(map(_tidy, headers))


def _tidy(header: str) -> str:
    return " ".join(header.split())

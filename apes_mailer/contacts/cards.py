"""Address books in vCard form (2.1, 3.0 and 4.0), as the table that a spreadsheet would make of them."""

from __future__ import annotations

import csv
import io
import logging
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from apes_mailer.contacts.encoding import detect
from apes_mailer.errors import ContactsError
from apes_mailer.model.field import EMAIL

MOST_BYTES = 256 << 20
"""Of an address book; it is read in one go, and pictures of people are nearly all of it."""

_COLUMNS = (EMAIL, "PRENOM", "NOM", "STRUCTURE", "FONCTION", "TELEPHONE", "CODE_POSTAL", "VILLE")
_LEAST_PREFERRED = 100  # RFC 6350 5.3: PREF is a number from 1, the most preferred, to 100


class _Card(NamedTuple):
    line: int
    text: str


def is_address_book(head: bytes) -> bool:
    """Tell by the first bytes of a file whether it is an address book, in whatever encoding."""
    return head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")[:11].upper() == b"BEGIN:VCARD"


def as_table(file: BinaryIO, shown: str) -> BinaryIO:
    """Return the cards as an open CSV file without a name; each is on a line where it is in the address book.

    Of several addresses of a card the preferred one counts, else the first. Groups are passed over. Raises
    ``ContactsError`` for a card that cannot be read, with its line.
    """
    encoding = detect(file, shown)
    if file.seek(0, io.SEEK_END) > MOST_BYTES:
        raise ContactsError(
            f"{shown} is too large for an address book", hint="Export it again without pictures, or as CSV."
        )
    file.seek(0)
    table = io.StringIO(newline="")
    _write(file.read().decode(encoding.name), table, shown)
    binary = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    binary.write(table.getvalue().encode())
    binary.seek(0)
    return binary


def _write(text: str, out: io.StringIO, shown: str) -> None:
    writer = csv.writer(out, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    written = 1
    for card in _cards(text, shown):
        line, cells = _row(card, shown)
        if cells:
            out.write("\n" * (line - written - 1))
            writer.writerow(cells)
            written = line


def _cards(text: str, shown: str) -> Iterator[_Card]:
    """Yield the cards of an address book, each with the line where it begins."""
    lines: list[str] = []
    first = 0
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(keepends=True), start=1):
        mark = line.strip().upper()
        if mark == "BEGIN:VCARD":
            if lines:
                break
            first = number
        if first:
            lines.append(line)
        if mark == "END:VCARD" and lines:
            yield _Card(first, "".join(lines))
            lines, first = [], 0
    if lines:
        raise ContactsError(
            f"{shown}:{first}: the card that begins in this line has no end",
            hint="The export was cut short: make it again.",
        )


def _row(card: _Card, shown: str) -> tuple[int, list[str]]:
    """Return the line and the cells of a card; no cells for a group of people."""
    found = _parsed(card, shown)
    contents: dict[str, list[Any]] = found.contents
    if any(str(each.value).lower() == "group" for each in contents.get("kind", [])):
        return card.line, []
    chosen = min(contents.get("email", []), key=_rank, default=None)
    name: Any = contents["n"][0].value if "n" in contents else None
    address: Any = contents["adr"][0].value if "adr" in contents else None
    full = _line(contents["fn"][0].value) if "fn" in contents else ""
    given, family = _line(getattr(name, "given", "")), _line(getattr(name, "family", ""))
    cells = [
        _line(chosen.value) if chosen else "",
        given,
        family if given or family else full,
        _line(contents["org"][0].value[:1]) if "org" in contents else "",
        _line(contents["title"][0].value) if "title" in contents else "",
        _line(contents["tel"][0].value) if "tel" in contents else "",
        _line(getattr(address, "code", "")),
        _line(getattr(address, "city", "")),
    ]
    line: int = chosen.lineNumber if chosen and chosen.lineNumber else 2
    return card.line + line - 1, cells


def _parsed(card: _Card, shown: str) -> Any:
    import vobject

    library: Any = vobject
    # It would write to the screen, past the command's own words, which lines it passes over.
    logging.getLogger("vobject").setLevel(logging.CRITICAL)
    try:
        return library.readOne(card.text, ignoreUnreadable=True, allowQP=True)
    except Exception as error:
        raise ContactsError(
            f"{shown}:{card.line}: the card that begins in this line cannot be read",
            hint="Delete it from the file, or enter the person again in your address book and export once more.",
        ) from error


def _rank(address: Any) -> int:
    """Return how preferred an address of a card is; the smallest number is the first choice."""
    params: dict[str, list[str]] = address.params
    flags = {word.upper() for word in [*params.get("TYPE", []), *address.singletonparams]}
    number = "".join(params.get("PREF", []))
    if number.isdecimal():
        return int(number)
    return 1 if "PREF" in flags else _LEAST_PREFERRED + 1


def _line(value: Any) -> str:
    """Return a value of a card, or its parts, as text on one line."""
    parts: list[Any] = [*value] if isinstance(value, list) else [value]
    return " ".join(" ".join(map(str, parts)).split())

"""Which column of a contacts file holds the address, and what the others are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from apes_mailer.errors import ContactsError
from apes_mailer.model import address
from apes_mailer.model.field import EMAIL, field_name, field_named

_SHOWN = 40  # characters of a header in a message
_LISTED = 20  # headers in a message
_UNTOLD: Mapping[str, str] = MappingProxyType({})
_TAKEN = f"no column is called {EMAIL}; the addresses are those of the column"
_MAIL_WORDS = {"EMAIL", "EMAILS", "MAIL", "MAILS", "MEL", "MELS", "COURRIEL", "COURRIELS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a contacts file: their number, the place of the address, the fields and their places."""

    width: int
    address: int
    fields: tuple[str, ...]
    places: tuple[int, ...]
    headers: tuple[str, ...] = ()
    """What the columns are called in the file."""
    notice: str = ""
    """Which column was taken for the addresses, when its name alone does not say so; a sentence for the person."""
    settled: frozenset[str] = frozenset()
    """The fields of the columns of which a person said what they are."""
    left_out: tuple[int, ...] = ()
    """The places of the columns that are no fields, because a person said so."""

    @property
    def named(self) -> dict[str, str]:
        """What the columns of the address and of each field are called in the file; empty where they have no names."""
        fields = zip((EMAIL, *self.fields), (self.address, *self.places), strict=True)
        return {field: self.headers[place] for field, place in fields if place < len(self.headers)}

    @property
    def headings(self) -> tuple[str, ...]:
        """What a report calls the columns: each name is a field of its own, those that are left out are among them."""
        aside = [f"LEFT OUT {place + 1}: {self.headers[place]}" for place in self.left_out]
        return self.in_file_order(EMAIL, self.fields, aside)

    def in_file_order(self, address: str, values: Sequence[str], aside: Sequence[str] = ()) -> tuple[str, ...]:
        """Return an address, the values of the fields and what is left out in the order of the file's columns."""
        cells = [""] * self.width
        places = (self.address, *self.places, *self.left_out)
        # Tables of a ZIP file leave out columns of their own, which have no place among those of all.
        for place, value in zip(places, (address, *values, *aside), strict=False):
            cells[place] = value
        return tuple(cells)

    def other_address(self, values: Sequence[str], aside: Sequence[str]) -> str:
        """Return the name of the only other column in which a row has an address; mostly nothing."""
        names = (*self.fields, *(self.headers[place] for place in self.left_out))
        found = [name for name, cell in zip(names, (*values, *aside), strict=False) if _is_address(cell)]
        return found[0] if len(found) == 1 else ""


class UnclearColumnsError(ContactsError):
    """A person has to say which column holds the addresses: one of ``candidates``, of all ``headers`` of the file."""

    def __init__(self, message: str, *, hint: str, headers: Sequence[str], candidates: Sequence[str]) -> None:
        super().__init__(message, hint=hint)
        self.headers = tuple(headers)
        self.candidates = tuple(candidates)


def read_columns(
    headers: Sequence[str],
    *,
    place: str,
    sample: Sequence[Sequence[str]] = (),
    told: Mapping[str, str] = _UNTOLD,
) -> Columns:
    """Return the columns that the header cells name; ``place`` (file and line) begins each message.

    ``told`` has what a person said of headers: their fields, nothing for columns that are to be ignored; where it names
    the column of the addresses, others that are called so are ignored, too. Where no header is a name for addresses,
    the only column that holds some in the first rows, ``sample``, is taken. Columns without a header at the end of the
    line do not count. Raises ``UnclearColumnsError`` when there is no address column or it cannot be told from another,
    ``ContactsError`` when a header names no field or two name the same.
    """
    named = list(headers)
    while named and not named[-1].strip():
        named.pop()
    found: dict[str, int] = {}
    for index, header in enumerate(named):
        field = told.get(header, field_named(header))
        if field == EMAIL and header not in told and EMAIL in told.values():
            continue
        if not field and header not in told:
            raise _nameless(header, index, place)
        if field in found:
            raise _doubled(field, named[found[field]], header, place, named)
        if field:
            found[field] = index
    chosen, notice = found.get(EMAIL), ""
    if chosen is None:
        chosen, notice = _likely_address(named, sample, place)
    others = {field: index for field, index in found.items() if index != chosen}
    used = {chosen, *others.values()}
    return Columns(
        width=len(named),
        address=chosen,
        fields=tuple(others),
        places=tuple(others.values()),
        headers=tuple(named),
        notice=notice,
        settled=frozenset(filter(None, told.values())),
        left_out=tuple(index for index in range(len(named)) if index not in used),
    )


def _likely_address(headers: Sequence[str], sample: Sequence[Sequence[str]], place: str) -> tuple[int, str]:
    """Return the only column that can be meant for the addresses, and the words that say so; never one of several."""
    cells = [[row[index].strip() for row in sample if index < len(row)] for index in range(len(headers))]
    holding = [index for index, column in enumerate(cells) if _holds_addresses(column)]
    if len(holding) > 1:
        raise _several_addresses([headers[index] for index in holding], headers, place)
    if holding:
        name = _quoted(headers[holding[0]])
        return holding[0], f"{place}: {_TAKEN} {name}, the only one with addresses in its first rows"
    by_name = [index for index, header in enumerate(headers) if _MAIL_WORDS & set(field_name(header).split("_"))]
    if len(by_name) != 1 or any(cells[by_name[0]]):
        raise _no_address(headers, place)
    name = _quoted(headers[by_name[0]])
    return by_name[0], f"{place}: {_TAKEN} {name}, the only one whose name speaks of mail"


def _holds_addresses(cells: Sequence[str]) -> bool:
    """Tell whether most of what is written in a column are addresses."""
    written = list(filter(None, cells))
    return sum(map(_is_address, written)) * 2 > len(written)


def _is_address(text: str) -> bool:
    try:
        address.normalise(text)
    except address.AddressError:
        return False
    return True


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


def _doubled(field: str, first: str, second: str, place: str, headers: Sequence[str]) -> ContactsError:
    message = f"{place}: the columns {_quoted(first)} and {_quoted(second)} are both the field {field}"
    hint = "Rename one of them, or delete it."
    if field != EMAIL:
        return ContactsError(message, hint=hint)
    candidates = [header for header in headers if field_named(header) == EMAIL]
    return UnclearColumnsError(message, hint=hint, headers=headers, candidates=candidates)


def _several_addresses(holding: Sequence[str], headers: Sequence[str], place: str) -> ContactsError:
    return UnclearColumnsError(
        f"{place}: several columns hold addresses, and none is called {EMAIL}: {' and '.join(map(_quoted, holding))}",
        hint=f"Rename the one that the letter is to go to: {EMAIL}.",
        headers=headers,
        candidates=holding,
    )


def _no_address(headers: Sequence[str], place: str) -> ContactsError:
    names = ", ".join(map(_quoted, headers[:_LISTED])) + (", …" if len(headers) > _LISTED else "")
    return UnclearColumnsError(
        f"{place}: no column holds the addresses; the columns are {names}",
        hint=f"Rename the column with the addresses to {EMAIL}. The column names must be on a line of their own above "
        "the first contact.",
        headers=headers,
        candidates=headers,
    )


def _quoted(header: str) -> str:
    text = " ".join(header.split())
    return f"“{text}”" if len(text) <= _SHOWN else f"“{text[:_SHOWN]}…”"

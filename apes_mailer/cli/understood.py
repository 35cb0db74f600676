"""How an import understood a file, for whoever has to say yes to it: its columns, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

from apes_mailer.cli import output
from apes_mailer.cli.asking import column_option

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apes_mailer.contacts.columns import Columns
    from apes_mailer.contacts.importing import Import
    from apes_mailer.contacts.meanings import Meanings
    from apes_mailer.contacts.questions import Questions
    from apes_mailer.contacts.table import ContactsTable

_WANTS = "NEWSLETTER"
"""A field in which a no is one to the letter."""
_MOST_COLUMNS = 10  # that one line names


class Understanding:
    """How a file is read: which of its columns is what, from what is known of it beforehand."""

    def __init__(self, table: ContactsTable, meanings: Meanings, *, file_name: str) -> None:
        self.table = table
        self._columns = list(_columns(table, meanings, file_name))

    def show_columns(self) -> None:
        """Say which column was taken for what."""
        for line in self._columns:
            output.say(line)

    def show_open(self, run: Import) -> None:
        """Say what may be a no, and which days of consent are not known, before the rows count as recipients."""
        headers = {field: header for _, layout in self.table.layouts for field, header in layout.named.items()}
        incoming = run.incoming
        for line in _questions(incoming.questions, headers, self.table.place):
            output.say(f"  {line}")
        for each in incoming.unread_dates:
            where = f" in {_quoted(headers.get(each.field, each.field))}" if each.field else ""
            place = self.table.place(each.line)
            output.say(f"  {place}: “{each.written}”{where}, the day of a consent, {each.why}{_more(each.cells)}.")
        if incoming.undated:
            many = output.plural(incoming.undated, "consent")
            output.say(f"  {many} as of today: the file has no day for {'it' if incoming.undated == 1 else 'them'}")


def _columns(table: ContactsTable, meanings: Meanings, file_name: str) -> Iterator[str]:
    from apes_mailer.contacts.meanings import FILE_NAME

    several = len(table.layouts) > 1
    for name, layout in table.layouts:
        for line in [*_by_name(name), *_layout(layout)]:
            yield f"{name}: {line}" if several else line
    remembered = [f"{_quoted(header)} is {field or 'left out'}" for header, field in meanings.remembered().items()]
    if sheet := meanings.remembered_sheet(file_name):
        remembered.append(f"the sheet is {_quoted(sheet)}")
    if remembered:
        yield f"Remembered in contacts/{FILE_NAME}: {', '.join(remembered)}."


def _by_name(file_name: str) -> Iterator[str]:
    """Yield what the name of a file alone says of everybody in it."""
    from apes_mailer.contacts import opt_outs

    if opt_outs.find((), file_name):
        yield "by its name a file of people who get no letters: who left, or whose address is dead"


def _layout(layout: Columns) -> Iterator[str]:
    """Yield which column holds the addresses, and which of the others goes by another name or tells of a no."""
    from apes_mailer.contacts import letter_columns
    from apes_mailer.model.field import EMAIL, field_name

    named = layout.named
    if not named:
        return
    address = named.pop(EMAIL)
    renamed = [f"{field}: {_quoted(header)}" for field, header in named.items() if field_name(header) != field]
    others = len(named) - len(renamed)
    kept = [f"{output.plural(others, 'other column')}"] if others else []
    yield "; ".join([f"Addresses: {_quoted(address)}", *renamed, *kept])
    company = list(named.values())
    if heard := [header for header in company if letter_columns.says_whether(header, beside=company)]:
        yield f"Yes or no to letters: {_listed(heard)}"


def _questions(questions: Questions, headers: Mapping[str, str], place: Callable[[int], str]) -> Iterator[str]:
    from apes_mailer.model.field import EMAIL

    free = (name for number in count(1) if (name := f"{_WANTS}_{number}".removesuffix("_1")) not in headers)
    for answers in questions.answers():
        header = headers.get(answers.field, answers.field)
        yield (
            f"{_quoted(header)}: {answers.noes:,} no, {answers.yeses:,} yes. Is a no in it one to the letter?\n"
            f"    If so: {column_option(header, next(free))}   else: {column_option(header, answers.field)}"
        )
    for unclear in questions.unclear():
        words = ", ".join(f"“{word}”" for word in unclear.words)
        name = _quoted(headers.get(unclear.field, unclear.field))
        yield f"{name}: {words} is neither yes nor no, and says nothing ({output.plural(unclear.cells, 'row')})"
    for aside in questions.asides():
        name = _quoted(headers.get(aside.field, aside.field))
        yield (
            f"{place(aside.line)}: {name} says “{aside.words}”{_more(aside.cells)}. If that is a no to the letter, "
            "write it into a column “Désinscrit”"
        )
    for field in questions.addresses():
        header = headers.get(field, field)
        yield (
            f"{_quoted(header)} holds addresses too, which get no letter.\n"
            f"    To write to those: {column_option(header, EMAIL)}"
        )


def _more(cells: int) -> str:
    return f" ({cells - 1:,} more)" if cells > 1 else ""


def _listed(headers: list[str]) -> str:
    more = len(headers) - _MOST_COLUMNS
    return ", ".join(map(_quoted, headers[:_MOST_COLUMNS])) + (f" and {more} more" if more > 0 else "")


def _quoted(header: str) -> str:
    return f"“{' '.join(header.split())}”"

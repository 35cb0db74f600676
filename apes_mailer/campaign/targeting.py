"""From what contacts have in their columns to the letters that they get, and what is wrong with audiences on a list."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from apes_mailer.campaign import waiving
from apes_mailer.campaign.compose import problem
from apes_mailer.campaign.order import Order
from apes_mailer.campaign.variants import MOST, VariantLetter
from apes_mailer.check import catalogue
from apes_mailer.errors import CheckFailedError
from apes_mailer.ledger.freeze import AbsentValue
from apes_mailer.ledger.sorting import Letter, Letters
from apes_mailer.model.finding import Finding
from apes_mailer.model.spelling import alike
from apes_mailer.model.variant import Condition, values_in

_MOST_VALUES_NAMED = 8


class Targeting:
    """Chooses the letter for each combination of values, and remembers what the list has in the columns that decide."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._variants = order.composition.variants
        self._audiences = self._variants.audiences
        self._letters: dict[str, VariantLetter] = {}
        self._cells: dict[str, dict[str, str]] = {name: {} for name in self._audiences.fields}

    def letters(self) -> Letters:
        """Return what freezing asks: one letter for all of a test, otherwise that of each contact."""
        only = self._order.only
        wanted = self._order.tracking
        if only is not None:
            letter = Letter(variant=only.variant.name, template=only.letter.template)
            return Letters(letter_of=lambda _: letter, tracking=wanted)
        return Letters(fields=self._audiences.fields, letter_of=self._letter_of, tracking=wanted)

    def _letter_of(self, values: Sequence[str]) -> Letter:
        contact = dict(zip(self._audiences.fields, values, strict=True))
        for name, cell in contact.items():
            self._cells[name].update(values_in(cell))
        found = self._variants.for_contact(contact)
        if found is None:
            has = ", ".join(f"{name}: {cell or '–'}" for name, cell in contact.items())
            self._refuse(catalogue.finding("audience-empty.sure", self._first_place, contact=has))
        self._letters[found.variant.name] = found
        if len(self._letters) > MOST:
            self._refuse(catalogue.finding("audience-variants", self._first_place, most=MOST))
        return Letter(variant=found.variant.name if self._variants.differ else "", template=found.letter.template)

    @property
    def _first_place(self) -> str:
        return next((path for paths in self._audiences.paths.values() for path in paths), "")

    def _refuse(self, finding: Finding) -> NoReturn:
        told = [problem(self._order.composition, finding)]
        raise CheckFailedError(f'The letter does not fit the list "{self._order.audience.name}".', told)

    def require_sound(self) -> None:
        """Raise ``CheckFailedError`` when a check found an error in a letter that somebody on the list gets.

        Contacts with several values in a column may get letters that nobody has looked at before.
        """
        for letter in self._letters.values():
            waiving.require_sound(self._order.composition, self._order.waivers, findings=letter.findings)

    def require_readers(self, columns: Callable[[], Sequence[str]]) -> None:
        """Raise ``CheckFailedError`` when a part of the letter is for nobody; ``columns`` gives those of the list."""
        if self._order.only is not None or self._order.audience.corrected is not None:
            return  # of those who were reached, perhaps nobody is meant by a part; it was checked for the whole list
        met = {condition for letter in self._letters.values() for condition in letter.variant.conditions}
        found = [
            self._nobody(condition, path, columns)
            for condition, paths in self._audiences.paths.items()
            if condition not in met
            for path in paths
        ]
        if found:
            told = [problem(self._order.composition, finding) for finding in found]
            raise CheckFailedError(
                f'Parts of the letter are for nobody on the list "{self._order.audience.name}"; nothing was sent.', told
            )

    def _nobody(self, condition: Condition, path: str, columns: Callable[[], Sequence[str]]) -> Finding:
        for name, wanted in condition.fields:
            cells = self._cells[name]
            if not cells:
                known = columns()
                meant = _nearest(name, {each: each for each in known})
                return _finding("audience-nobody.column", path, meant, column=name, known=", ".join(known) or "–")
            if not wanted & cells.keys():
                meant = next(filter(None, (_nearest(value, cells) for value in sorted(wanted))), "")
                values = {"column": name, "value": condition.words, "known": _some(cells)}
                return _finding("audience-nobody.value", path, meant, **values)
        return catalogue.finding("audience-nobody.together", path, value=condition.words)

    def absent_values(self) -> list[AbsentValue]:
        """Return the values of audiences that nobody on the list has, though somebody has another value of theirs."""
        if self._order.only is not None:
            return []
        return [
            AbsentValue(field=path, column=column, value=value, meant=_nearest(alike(value), self._cells[column]))
            for path, column, value in self._audiences.values()
            if not values_in(value).keys() & self._cells[column].keys()
        ]


def absent_finding(absent: AbsentValue) -> Finding:
    """Return what the checks say of a value that nobody on a list has."""
    return _finding("audience-value.absent", absent.field, absent.meant, column=absent.column, value=absent.value)


def _finding(name: str, path: str, meant: str, **values: str) -> Finding:
    """Return a finding, in the words for a misspelt name when it is clear what was meant."""
    if not meant:
        return catalogue.finding(name, path, **values)
    return catalogue.finding(f"{name}-misspelt", path, **{**values, "meant": meant})


def _nearest(word: str, known: Mapping[str, str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return known[close[0]] if close else ""


def _some(cells: Mapping[str, str]) -> str:
    names = [cells[value] for value in sorted(cells)]
    return ", ".join(names[:_MOST_VALUES_NAMED]) + (", …" if len(names) > _MOST_VALUES_NAMED else "")

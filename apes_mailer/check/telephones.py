"""Telephone numbers: a touch calls them, and calls the right one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check import prose
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import document
from apes_mailer.model import merge
from apes_mailer.model.finding import Finding

_SEPARATORS = re.compile(r"[\s.\-/()]+")
# At most fifteen digits with the country's (ITU-T E.164); the shortest are those of emergencies.
_NUMBER = re.compile(r"\+?[0-9]{2,15}")
# Ten digits in the whole of France, none of them left out within a department (Arcep, numbering plan).
_FRENCH = re.compile(r"0[1-9][0-9]{8}")


def numbers(letter: CheckedLetter) -> Iterator[Finding]:
    """Each number of a contact is one that can be called, and a link calls it; so is each ``tel:`` of a text."""
    contacts = [(path, value) for path, value in letter.values if path.endswith(".phone") and isinstance(value, str)]
    sound: list[tuple[str, str]] = []
    for path, number in contacts:
        if any(merge.find(number)):
            continue
        if unclear := _unclear(letter, path, number):
            yield unclear
        else:
            sound.append((path, number))
    yield from _untouched(letter, sound)
    for path, address in prose.addresses(letter):
        if address.lower().startswith("tel:") and not any(merge.find(address)):
            unclear = _unclear(letter, path, address[4:])
            yield from [unclear] if unclear else []


def _unclear(letter: CheckedLetter, path: str, number: str) -> Finding | None:
    dialled = _dialled(number)
    if not _NUMBER.fullmatch(dialled):
        return finding("phone-link.unclear", path, number=number)
    if letter.issue.language == "fr" and dialled.startswith("0") and not dialled.startswith("00"):
        return None if _FRENCH.fullmatch(dialled) else finding("phone-link.length", path, number=number)
    return None


def _untouched(letter: CheckedLetter, contacts: list[tuple[str, str]]) -> Iterator[Finding]:
    links = [link.attributes.get("href", "") for link in document.read(letter.html).all("a")] if contacts else []
    called = {_dialled(link[4:]) for link in links if link.startswith("tel:")}
    for path, number in contacts:
        if _dialled(number) not in called:
            yield finding("phone-link.untouched", path, number=number)


def _dialled(number: str) -> str:
    """Return what is dialled; the (0) of +33 (0)3 … is not."""
    return _SEPARATORS.sub("", number.replace("(0)", ""))

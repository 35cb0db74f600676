"""What people type on a command line, and what is said of a slip."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from apes_mailer.cli.output import say
from apes_mailer.errors import InterruptedByUserError, UsageError

if TYPE_CHECKING:
    from apes_mailer.model.segment import Condition
    from apes_mailer.wiring import Application


def address(text: str, place: str = "") -> str:
    """Return an address in normal form. Raises ``UsageError`` when it is none; ``place`` says where it stands."""
    from apes_mailer.model.address import AddressError, normalise

    try:
        return normalise(text)
    except AddressError as error:
        raise UsageError(
            f"{place}{text} is not an address: {error.reason}", hint="Write one address alone, such as ana@example.org."
        ) from error


def lines(argument: str) -> list[tuple[str, str]]:
    """Return what an argument gives, or for ``-`` each line of standard input that is not empty, with its place.

    A place is ``line 3: `` before what is said of a line, and nothing for the argument itself.
    """
    if argument != "-":
        return [("", argument)]
    numbered = ((number, line.strip("\ufeff \t\r\n")) for number, line in enumerate(sys.stdin, start=1))
    return [(f"line {number}: ", line) for number, line in numbered if line]


def day(text: str) -> dt.date:
    """Return a day written as 2027-09-01. Raises ``UsageError`` for anything else, with the day that may be meant."""
    from apes_mailer.contacts.moments import moment

    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        meant = moment(text)
        if meant is None:
            raise UsageError(f"{text} is no day.", hint="Write year, month and day: 2027-09-01") from error
        raise UsageError(
            f"{text} is not written as year, month and day.", hint=f"Write {meant.date()}, if that is the day."
        ) from error


def coming_day(text: str, *, after: dt.datetime) -> dt.datetime:
    """Return the beginning of a day here. Raises ``UsageError`` when the text names none, or one that has begun."""
    begins = dt.datetime.combine(day(text), dt.time()).astimezone()
    if begins <= after:
        raise UsageError(f"{text} is not in the future.", hint="Write a day that is still to come.")
    return begins


def answer(question: str, *, interrupted: str) -> str:
    """Ask, and return the line that is typed; Ctrl-C raises ``InterruptedByUserError`` with these words."""
    try:
        say(question)  # in here, for whoever reads it may press Ctrl-C at once
        return sys.stdin.readline().strip()
    except KeyboardInterrupt as error:
        raise InterruptedByUserError(interrupted) from error


def refuse_existing(path: Path) -> None:
    """Raise ``UsageError`` when something stands where a command would write."""
    if path.exists() or path.is_symlink():
        raise UsageError(
            f"{path} is there already; it was left as it is.", hint="Choose another name, or delete it first."
        )


def segment(application: Application, expression: str | None) -> Condition | None:
    """Return the segment of ``--where``, None when there is none. Raises ``UsageError`` when it is not understood."""
    if expression is None:
        return None
    from apes_mailer.model.segment import SegmentError, parse

    try:
        return parse(expression, application.settings.segments)
    except SegmentError as error:
        raise UsageError(f"--where: {error.reason}.", hint=error.cure) from error


def provider(name: str | None) -> str | None:
    """Return the name of a provider that there is, or None when none was typed. Raises ``UsageError``."""
    if name is None:
        return None
    from apes_mailer.settings import PROVIDERS
    from apes_mailer.workspace.names import did_you_mean

    if name not in PROVIDERS:
        raise UsageError(
            f"--provider {name}: there is no provider of this name.",
            hint=f"{did_you_mean(name, PROVIDERS)}Providers: {', '.join(PROVIDERS)}.",
        )
    return name

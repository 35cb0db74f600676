"""What a person says of the consent of everybody in a file, on the command line of an import."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from apes_mailer.errors import UsageError

if TYPE_CHECKING:
    from apes_mailer.contacts.file_consent import FileConsent
    from apes_mailer.contacts.table import ContactsTable


def of_file(source: str, on: dt.date | None, wording: str, basis: str, *, now: dt.datetime) -> FileConsent | None:
    """Return the consent that the options tell of, None when they tell of none.

    Raises ``UsageError`` for a proof without a source, and for a day to come.
    """
    from apes_mailer.contacts.file_consent import FileConsent

    source, wording, basis = source.strip(), wording.strip(), basis.strip()
    if not source:
        if on or wording or basis:
            raise UsageError(
                "--consent-source is missing: nothing was imported.",
                hint='Say where everybody in the file agreed: --consent-source "membership form 2027"',
            )
        return None
    if on and on > now.astimezone().date():
        raise UsageError(f"--consent-date {on} is still to come.", hint="Write the day on which they agreed.")
    at = min(dt.datetime.combine(on, dt.time(12), dt.UTC), now) if on else None
    return FileConsent(source=source, at=at, wording=wording, basis=basis)


def require_silent(table: ContactsTable) -> None:
    """Raise ``UsageError`` when the rows of a file tell of consents themselves: what they leave open is not a yes."""
    if table.consent is not None:
        column = table.consent.names[0]
        raise UsageError(
            f"{table.shown} says itself who agreed, in its column {column}; --consent-source would speak over it.",
            hint="Leave out --consent-source. If that column means something else, leave it out, by its name in the "
            "file: --column 'NAME='",
        )

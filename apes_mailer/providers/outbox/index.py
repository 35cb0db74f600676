"""The pages of a rehearsal: what it was, and every message of it, to be read in a browser without a server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from apes_mailer.model.batch import Batch, Envelope
from apes_mailer.model.message import Slot
from apes_mailer.providers.outbox import pages
from apes_mailer.render import fill, web

MESSAGES = "messages"
"""The folder of a run that holds its messages."""

PAGE = 250
"""Messages on one page."""

VIEWS = 1000
"""Messages that can be read in a browser too. Their files weigh as much again as the messages themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message: its recipient, the subject line, and its files, which are named ``stem`` with a suffix."""

    address: str
    subject: str
    stem: str
    has_views: bool


class Index:
    """The pages that list the messages of one run: ``index.html``, ``page-2.html`` and so on.

    They grow with the run, and each is replaced as a whole, so that whoever looks at it meanwhile sees a sound page.
    In memory are the first page and the last.
    """

    def __init__(self, folder: Path, batch: Batch, *, at: dt.datetime) -> None:
        """``at`` is when the run began."""
        self._folder = folder
        self._language = pages.language_for(batch.template.language)
        self._texts = pages.words(self._language)
        self._letter = _letter(batch, at, self._language)
        self._first: Entry | None = None
        # Each row is rendered once: small batches write the same page many times.
        self._rows: list[str] = []
        self._first_rows = self._rows
        self._pages = 1
        self._count = 0

    def add(self, entries: Sequence[Entry]) -> None:
        """List more messages. Raises ``OSError`` when a page cannot be written."""
        for entry in entries:
            self._first = self._first or entry
            if len(self._rows) == PAGE:
                self._pages += 1
                if self._pages > 2:
                    self._write(self._pages - 1, self._rows)
                self._rows = []
            self._rows.append(pages.render("row.html", {**self._letter, "entry": entry}))
        self._count += len(entries)
        if self._pages > 1:
            self._write(self._pages, self._rows)
        self._write(1, self._first_rows)

    def _write(self, number: int, rows: list[str]) -> None:
        values: dict[str, object] = {
            **self._letter,
            "number": number,
            "pages": self._pages,
            "count": self._counted(),
            "cut": pages.number(VIEWS, self._language) if self._count > VIEWS else "",
            "first": self._first,
            "rows": Markup("").join(map(Markup, rows)),
            "page_name": page_name,
        }
        pages.write(self._folder / page_name(number), "page.html", values)

    def _counted(self) -> str:
        return (
            self._texts["one"] if self._count == 1 else self._texts["many"] % pages.number(self._count, self._language)
        )


def page_name(number: int) -> str:
    """Return the file name of a page, counted from 1."""
    return "index.html" if number == 1 else f"page-{number}.html"


def _letter(batch: Batch, at: dt.datetime, language: str) -> dict[str, object]:
    """Return what every page says of the letter."""
    envelope, texts = batch.envelope, pages.words(language)
    return {
        "t": texts,
        "language": language,
        "subject": subject_of(batch),
        "personal": any(isinstance(part, Slot) for part in batch.template.subject),
        "server": envelope.public_url,
        "unsubscribe": texts["by_page"]
        if envelope.has_page
        else texts["by_mail" if envelope.mailto else "by_provider"],
        "folder": MESSAGES,
        "facts": [
            (texts["written"], pages.moment(at, language)),
            (texts["campaign"], batch.campaign),
            (texts["list"], list_of(envelope)),
            (texts["sender"], f"{envelope.from_name}, {envelope.from_address}"),
        ],
    }


def subject_of(batch: Batch) -> str:
    """Return the subject as nobody in particular reads it; the name of the campaign when nothing of it is left."""
    envelope = batch.envelope
    words = web.neutral(batch.template.subject, fill.Links(pictures=envelope.pictures_url)).strip()
    return f"{envelope.subject_mark}{words or batch.campaign}"


def list_of(envelope: Envelope) -> str:
    """Return the name of the list, which its ``List-Id`` begins with."""
    return envelope.list_id.strip("<>").removesuffix(f".{envelope.from_address.rpartition('@')[2]}")

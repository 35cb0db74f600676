"""The pages of a rehearsal: what it was, and every message of it, to be read in a browser without a server."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from markupsafe import Markup

from apes_mailer.model.batch import Batch, Envelope
from apes_mailer.model.message import Slot
from apes_mailer.render import dates, fill, own_page

MESSAGES = "messages"
"""The folder of a run that holds its messages."""

PAGE = 250
"""Messages on one page."""

VIEWS = 1000
"""Messages that can be read in a browser too. Their files weigh as much again as the messages themselves."""

_FOLDER = Path(__file__).parent
_LANGUAGES = ("fr", "en")


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
        self._language = batch.template.language if batch.template.language in _LANGUAGES else _LANGUAGES[0]
        self._texts = words(self._language)
        self._letter = _letter(batch, at, self._language, self._texts)
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
            self._rows.append(_render("row.html", {**self._letter, "entry": entry}))
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
            "cut": _number(VIEWS, self._language) if self._count > VIEWS else "",
            "first": self._first,
            "rows": Markup("").join(map(Markup, rows)),
            "css": own_page.css(_FOLDER / "page.css"),
            "page_name": page_name,
        }
        path = self._folder / page_name(number)
        part = path.with_suffix(".part")
        part.write_text(_render("page.html", values), encoding="utf-8")
        part.replace(path)

    def _counted(self) -> str:
        return self._texts["one"] if self._count == 1 else self._texts["many"] % _number(self._count, self._language)


def page_name(number: int) -> str:
    """Return the file name of a page, counted from 1."""
    return "index.html" if number == 1 else f"page-{number}.html"


@functools.cache
def words(language: str) -> Mapping[str, str]:
    """Return the words of the pages by their names."""
    text = (_FOLDER / f"strings.{language}.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def _render(template: str, values: dict[str, object]) -> str:
    return own_page.environment(_FOLDER).get_template(template).render(values)


def _letter(batch: Batch, at: dt.datetime, language: str, texts: Mapping[str, str]) -> dict[str, object]:
    """Return what every page says of the letter."""
    envelope = batch.envelope
    subject = fill.show_tags(batch.template.subject, fill.Links(pictures=envelope.pictures_url))
    return {
        "t": texts,
        "language": language,
        "subject": f"{envelope.subject_mark}{subject}",
        "personal": any(isinstance(part, Slot) for part in batch.template.subject),
        "server": envelope.public_url,
        "unsubscribe": texts["by_page"]
        if envelope.has_page
        else texts["by_mail" if envelope.mailto else "by_provider"],
        "folder": MESSAGES,
        "facts": [
            (texts["written"], _moment(at, language, texts)),
            (texts["campaign"], batch.campaign),
            (texts["list"], _list_of(envelope)),
            (texts["sender"], f"{envelope.from_name}, {envelope.from_address}"),
        ],
    }


def _list_of(envelope: Envelope) -> str:
    """Return the name of the list, which its ``List-Id`` begins with."""
    return envelope.list_id.strip("<>").removesuffix(f".{envelope.from_address.rpartition('@')[2]}")


def _moment(at: dt.datetime, language: str, texts: Mapping[str, str]) -> str:
    """Return a time as the clock on the wall of this computer's owner shows it."""
    local = at.astimezone()
    zone = f"UTC{local.isoformat(timespec='minutes')[16:]}".removesuffix("+00:00")
    return texts["when"] % {"date": dates.weekday_date(local.date(), language), "time": f"{local:%H:%M}", "zone": zone}


def _number(number: int, language: str) -> str:
    from babel.numbers import format_decimal

    return format_decimal(number, locale=language)

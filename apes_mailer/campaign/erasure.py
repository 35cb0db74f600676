"""Erasing one person from all that is kept here (GDPR, article 17).

What stays is a keyed hash among the suppressions, so that nobody mails the address again, and numbers: how many people
a letter went to.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from apes_mailer.contacts import file_erasing, lists, meanings, provider_tasks
from apes_mailer.contacts import person as of_lists
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.errors import ContactsError
from apes_mailer.ledger import notices, person
from apes_mailer.model import mentions
from apes_mailer.model.address import spellings
from apes_mailer.model.keys import Keyring
from apes_mailer.providers.outbox import erasing as outbox
from apes_mailer.store.database import Database
from apes_mailer.workspace import Workspace

_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".svg", ".pdf"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was taken out, in numbers, and what is left to a person: files that nobody but their owner may change.

    ``reference`` is the opaque name by which providers knew the person. ``log_left``: another program was reading the
    database, and its log will hold the address until it stops. ``providers`` have still to be asked to erase the
    person; for that alone the address waits in the database.
    """

    reference: str
    at: dt.datetime
    lists: int
    rows: int
    campaigns: int
    notes: int
    messages: int
    left: Sequence[Path] = ()
    log_left: bool = False
    providers: Sequence[str] = ()


def erase(database: Database, keyring: Keyring, workspace: Workspace, address: str, *, at: dt.datetime) -> Erased:
    """Erase an address, in normal form, and suppress its key for all lists.

    Doing it again looks through everything once more. Raises ``BusyError``, ``DiskFullError`` or another
    ``LedgerError``; the database is then as it was, or the person is suppressed and gone from it.
    """
    key, mentioned = keyring.contact_key(address), mentions.pattern(address)
    mark = keyring.recipient_mark(key)
    with database.write() as connection:
        number = lists.contact_id(connection, key)
        known = number is not None and person.is_known(connection, number)
        left_lists = of_lists.erase(connection, key, at=at, keep_number=known)
        taken = person.take_out(connection, number, mentions.part(address), mentioned)
        notices.forget_applied(connection)  # as they came from the provider, with addresses
        notices.take_out(connection, mentions.pattern_with(address, mark))
        providers = provider_tasks.queue_erasure(connection, address, at=at)
    rows, left = _erase_files(workspace, address)
    messages = outbox.erase(workspace.outbox, address, mark)
    log_left = not database.forget(spellings(address), mentions.part(address), mentioned)
    return Erased(
        reference=mark,
        at=at,
        lists=left_lists,
        rows=rows,
        campaigns=taken.campaigns,
        notes=taken.notes,
        messages=messages,
        left=[*left, *_others(workspace, database.path, mentioned)],
        log_left=log_left,
        providers=providers,
    )


def _erase_files(workspace: Workspace, address: str) -> tuple[int, list[Path]]:
    """Return how many rows went, and the files of ``contacts/`` that hold the person still, or may."""
    gone, left = 0, list[Path]()
    files = (each for each in workspace.contacts.rglob("*") if each.is_file() and each.name != meanings.FILE_NAME)
    for path in sorted(files):
        shown = workspace.shown(path)
        try:
            if path.suffix.lower() in file_erasing.TEXT_SUFFIXES:
                gone += file_erasing.erase(path, address, shown=shown)
                continue
            with open_contacts_file(path, shown=shown) as file:
                if file_erasing.rows_of(file, address):
                    left.append(path)
        except ContactsError:
            left.append(path)
    return gone, left


def _others(workspace: Workspace, database: Path, mentioned: re.Pattern[str]) -> Iterator[Path]:
    """Yield the other files that name the address, such as a letter that gives it as a contact."""
    for path in sorted(workspace.root.rglob("*")):
        inside = path.relative_to(workspace.root)
        if inside.parts[0] in {"contacts", "outbox", ".git", ".cache"} or path.suffix.lower() in _PICTURES:
            continue
        if path.resolve().parent == database.parent and path.name.startswith(database.name):
            continue  # its log and locks too: to open and close them here would end the locks that SQLite has on them
        if path.is_file() and mentioned.search(_text(path)):
            yield path


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")

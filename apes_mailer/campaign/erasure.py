"""Erasing one person from all that is kept here (GDPR, article 17).

What stays is a keyed hash among the suppressions, so that nobody mails the address again, and numbers: how many people
a letter went to.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Collection, Iterator, Sequence
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
from apes_mailer.store.database import BusyError, Database
from apes_mailer.workspace import Workspace

_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".svg", ".pdf"})
_OF_PROGRAMS = frozenset({".cache", ".git", ".hg", ".svn", "__pycache__", "node_modules"})
_VENV = "pyvenv.cfg"  # stands in a folder of installed packages, whatever that is called (PEP 405)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was taken out, in numbers, and what is left to a person: files that nobody but their owner may change.

    Files and folders that could not be read or changed are among ``left`` too: the address may stand in them.
    ``reference`` is the opaque name by which providers knew the person. ``log_left``: another program was using the
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

    Doing it again looks through everything once more. Raises ``BusyError`` before anything is erased, ``DiskFullError``
    or another ``LedgerError`` also afterwards: the person is then suppressed, and gone from the database.
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
    rows, in_contacts = _erase_files(workspace, address)
    messages, in_outbox = outbox.erase(workspace.outbox, address, mark)
    return Erased(
        reference=mark,
        at=at,
        lists=left_lists,
        rows=rows,
        campaigns=taken.campaigns,
        notes=taken.notes,
        messages=messages,
        left=[*in_contacts, *in_outbox, *_others(workspace, database.path, mentioned)],
        log_left=_is_left_in_log(database, address, mentioned),
        providers=providers,
    )


def _erase_files(workspace: Workspace, address: str) -> tuple[int, list[Path]]:
    """Return how many rows went, and the files of ``contacts/`` that hold the person still, or may."""
    gone, left = 0, list[Path]()
    for path in _files(workspace.contacts, left):
        shown = workspace.shown(path)
        try:
            if path.name == meanings.FILE_NAME or not path.is_file():
                continue
            if path.suffix.lower() in file_erasing.TEXT_SUFFIXES:
                gone += file_erasing.erase(path, address, shown=shown)
                continue
            with open_contacts_file(path, shown=shown) as file:
                if file_erasing.rows_of(file, address):
                    left.append(path)
        except (ContactsError, OSError):
            left.append(path)
    return gone, left


def _others(workspace: Workspace, database: Path, mentioned: re.Pattern[str]) -> list[Path]:
    """Return the other files that name the address, such as a letter that gives it as a contact, or that may."""
    left: list[Path] = []
    for path in _files(workspace.root, left, but={workspace.contacts, workspace.outbox}):
        if path.suffix.lower() in _PICTURES:
            continue
        if path.name.startswith(database.name) and path.resolve().parent == database.parent:
            continue  # its log and locks too: to open and close them here would end the locks that SQLite has on them
        try:
            if path.is_file() and mentioned.search(path.read_bytes().decode("utf-8", errors="replace")):
                left.append(path)
        except FileNotFoundError:
            continue  # somebody has deleted it since
        except OSError:
            left.append(path)
    return left


def _files(folder: Path, closed: list[Path], *, but: Collection[Path] = ()) -> Iterator[Path]:
    """Yield what is below a folder and no folder itself, but not what programs keep there for themselves.

    The folders into which nobody can look are added to ``closed``.
    """

    def note(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            closed.append(Path(error.filename))

    for parent, folders, names in os.walk(folder, onerror=note):
        here = Path(parent)
        if _VENV in names and here != folder:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if name not in _OF_PROGRAMS and here / name not in but)
        yield from (here / name for name in sorted(names))


def _is_left_in_log(database: Database, address: str, mentioned: re.Pattern[str]) -> bool:
    try:
        return not database.forget(spellings(address), mentions.part(address), mentioned)
    except BusyError:
        return True  # the person is gone and suppressed by now, and what was done is to be said

"""Knowing a copied or restored ledger for what it is.

A ``mailer.db`` that comes from a backup, or from another computer through a synchronised folder, says ``pending`` for
people who were mailed since. So the ledger remembers which file on which computer it is, and a small mark beside it,
with a second one in the user's own state folder, remembers how many attempts it has made and for which campaigns, and
how often somebody's no or yes was recorded. A ledger that knows of fewer than its mark, or that finds itself elsewhere,
is not to be trusted as it is.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from apes_mailer.errors import LedgerError, SettingsError
from apes_mailer.ledger import campaigns, marks
from apes_mailer.ledger.marks import Mark
from apes_mailer.store import schema
from apes_mailer.store.database import Database

_WORDS = "SELECT coalesce(sum(seq), 0) FROM sqlite_sequence WHERE name IN ('suppression', 'consent')"


def computer_id() -> str:
    """Return what tells this computer from another; empty when nothing reliable is there."""
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        with suppress(OSError, UnicodeDecodeError):
            if found := Path(path).read_text(encoding="ascii").strip():
                return found
    if sys.platform == "win32":
        import winreg

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    node = uuid.getnode()
    return "" if node >> 40 & 1 else f"{node:012x}"  # the multicast bit says that Python made the number up


class Instance:
    """The identity of one ledger file on one computer."""

    def __init__(self, database: Path, *, state_folder: Path | None, computer: str) -> None:
        self._database = database
        self._beside = database.with_name(f"{database.name}-mark")
        self._state_folder = state_folder
        self._computer = computer
        self._heard = 0

    @property
    def mark_file(self) -> Path:
        """The mark beside the database; made with the first attempt, and written anew with each."""
        return self._beside

    def register(self, database: Database, fingerprint: str) -> None:
        """Give a new ledger its identity, or check that an existing one belongs to this workspace's secret.

        From now on the marks know of each suppression and consent that this program commits. Raises ``SettingsError``
        when it does not.
        """
        with database.read() as connection:
            known = _get(connection, "secret")
        if known is None:
            with database.write() as connection:
                if _get(connection, "secret") is None:
                    _set(connection, "secret", fingerprint)
                    _set(connection, "ledger", uuid.uuid4().hex)
                    self.adopt(connection)
        elif known != fingerprint:
            raise SettingsError(
                f"secret.key is not the one that {self._database.name} was made with.",
                hint="Bring both back from the same backup: unsubscribe links and suppressions depend on the secret.",
            )
        self._note_if_older(database)
        database.on_commit = self._count_words

    def _note_if_older(self, database: Database) -> None:
        """Keep in the ledger that it is older than its marks: what is recorded from now on would hide that."""
        with database.read() as connection:
            if not self.older(connection):
                return
        with database.write() as connection:
            if why := self.older(connection):
                _set(connection, "older", why)

    def doubt(self, connection: sa.Connection) -> str:
        """Say why this ledger may be an old or foreign copy; empty when it may be trusted.

        ``connection`` must not have read anything yet, or be one that writes: a sender at work counts its claims in
        the mark after it commits them, so a view of the ledger that is older than the mark would raise a false alarm.
        """
        return self.older(connection) or self._copied(connection)

    def older(self, connection: sa.Connection) -> str:
        """Say how this ledger is certainly older than what was done here; for ``connection`` see :meth:`doubt`."""
        found = self._all_marks()
        if noted := _get(connection, "older"):
            return noted
        ledger = _ledger(connection)
        for mark in found:
            if mark.ledger == ledger and mark.attempts > _attempts(connection):
                return (
                    f"{self._database.name} is older than what was sent from this computer: it knows of "
                    f"{_attempts(connection)} requests to a provider, and {mark.attempts} were made. "
                    "It does not know either who has unsubscribed since."
                )
            missing = mark.words - _words(connection)
            if mark.ledger == ledger and missing > 0:
                return (
                    f"{self._database.name} is older than what people said since: {missing} times somebody's no or yes "
                    "was recorded on this computer, and it does not know of that. It would mail people who have left."
                )
        return ""

    def _copied(self, connection: sa.Connection) -> str:
        if _get(connection, "place") != self._place():
            return (
                f"{self._database.name} was copied: it comes from another computer, another disk or a backup, "
                "and may not know who has unsubscribed since."
            )
        return ""

    def touched_since(self, connection: sa.Connection) -> tuple[str, ...]:
        """Names of campaigns that the marks know to have started.

        A mark of another ledger counts when it lies beside the database, or is of the same secret in the same folder:
        that ledger was here, and is lost, or it is a second one for the same letters.
        """
        ledger, home = _ledger(connection), self._home(connection)
        beside = marks.read(self._beside)
        known = [mark for mark in self._all_marks() if mark.ledger == ledger or mark.home == home]
        return tuple(sorted({name for mark in [*known, *([beside] if beside else [])] for name in mark.campaigns}))

    def adopt(self, connection: sa.Connection) -> None:
        """Accept the ledger as it is now, here; what was in doubt must have been dealt with in this transaction."""
        _set(connection, "place", self._place())
        connection.execute(sa.delete(schema.meta).where(schema.meta.c.name == "older"))
        made = max((mark.attempts for mark in self._marks(connection)), default=0)
        if made > _attempts(connection):
            # Attempts are numbered on from where they were before the copy, so that the next copy is noticed too.
            _set(connection, "attempts", str(made))
            _number_on(connection, "attempt", made)
        heard = max((mark.words for mark in self._marks(connection)), default=0)
        if heard > (known := _words(connection)):
            newest = connection.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'suppression'")).scalar()
            _number_on(connection, "suppression", int(newest or 0) + heard - known)

    def mark(self, connection: sa.Connection) -> Mark:
        """Return what is to be remembered now."""
        names = connection.execute(sa.select(schema.campaign.c.name).where(campaigns.was_sent())).scalars()
        known = tuple(sorted({*map(str, names), *self.touched_since(connection)}))
        return Mark(
            ledger=_ledger(connection),
            attempts=_attempts(connection),
            campaigns=known,
            words=_words(connection),
            home=self._home(connection),
        )

    def remember(self, mark: Mark) -> None:
        """Write the marks; to be called in a write transaction, so that programs at work never erase each other's.

        A place that cannot be written is left alone: the marks are a second line of defence.
        """
        for path in self._mark_files(mark.ledger):
            with suppress(OSError):
                marks.write(path, mark)

    def count(self, mark: Mark) -> None:
        """Write the number of attempts alone, in place: after a claim is committed and before its request leaves.

        The number never goes down, for two campaigns may be under way at once.
        """
        for path in self._mark_files(mark.ledger):
            marks.raise_attempts(path, mark.attempts)

    def _count_words(self, connection: sa.Connection) -> Callable[[], None]:
        """See to it that the marks know what is about to be committed as soon as it is, and not before."""
        words = int(connection.exec_driver_sql(_WORDS).scalar_one())
        if words == self._heard:
            return lambda: None
        ledger = _ledger(connection)
        files = self._mark_files(ledger)
        if not all(map(marks.counts_words, files)):
            # Neither the words nor an attempt of this transaction: it may yet fail.
            made = max((mark.attempts for mark in self._marks(connection)), default=0)
            self.remember(replace(self.mark(connection), words=0, attempts=made))

        def note() -> None:
            self._heard = words
            for path in files:
                marks.raise_words(path, words)

        return note

    def _marks(self, connection: sa.Connection) -> list[Mark]:
        ledger = _ledger(connection)
        return [mark for mark in self._all_marks() if mark.ledger == ledger]

    def _all_marks(self) -> list[Mark]:
        """Every mark in reach, whatever ledger it is of."""
        own = sorted(self._state_folder.glob("*")) if self._state_folder else []
        return [mark for path in (self._beside, *own) if (mark := marks.read(path)) is not None]

    def _mark_files(self, ledger: str) -> list[Path]:
        own = [self._state_folder / ledger] if self._state_folder else []
        return [self._beside, *own]

    def _home(self, connection: sa.Connection) -> str:
        return f"{_get(connection, 'secret')}:{self._database.resolve().parent}"

    def _place(self) -> str:
        # The number of the file on its disk: a copy gets another one, renaming or moving the folder keeps it.
        return f"{self._computer}:{self._database.stat().st_ino}"


def _number_on(connection: sa.Connection, table: str, made: int) -> None:
    """Let the next row of a table get the number after ``made``."""
    named = {"name": table, "made": made}
    connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), named)
    connection.execute(sa.text("INSERT INTO sqlite_sequence VALUES (:name, :made)"), named)


def _words(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql(_WORDS).scalar_one())


def _ledger(connection: sa.Connection) -> str:
    ledger = _get(connection, "ledger")
    if ledger is None:
        raise LedgerError("The ledger has no identity yet.")
    return ledger


def _attempts(connection: sa.Connection) -> int:
    newest = connection.execute(sa.select(sa.func.coalesce(sa.func.max(schema.attempt.c.id), 0))).scalar_one()
    return max(int(newest), int(_get(connection, "attempts") or 0))


def _get(connection: sa.Connection, name: str) -> str | None:
    return connection.execute(sa.select(schema.meta.c.value).where(schema.meta.c.name == name)).scalar()


def _set(connection: sa.Connection, name: str, value: str) -> None:
    table = schema.meta
    connection.execute(
        insert(table)
        .values(name=name, value=value)
        .on_conflict_do_update(index_elements=[table.c.name], set_={"value": value})
    )

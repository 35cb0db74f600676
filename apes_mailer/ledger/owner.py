"""Who is sending a campaign: a lock of the operating system, which is free at once when its holder dies."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from apes_mailer.errors import LedgerError
from apes_mailer.ledger.states import Kind

_PATIENCE_SECONDS = 2.0  # a glance by "status" holds the lock for an instant
_GLANCE_SECONDS = 0.1  # two glances at once must not take each other for an owner


def lock_name(campaign: str, kind: Kind) -> str:
    """Return the name of the lock of a campaign, or of its rehearsals; no campaign can have that one."""
    return campaign if kind is Kind.SEND else f"{campaign}~rehearsal"


class AlreadyRunningError(LedgerError):
    """Another program is sending this campaign at this moment."""


class OwnerLock:
    """The lock of one campaign, beside the database."""

    def __init__(self, database: Path, campaign: str) -> None:
        folder = database.with_name(f"{database.name}.locks")
        self._campaign = campaign
        self._lock_file = folder / f"{campaign}.lock"
        self._owner_file = folder / f"{campaign}.owner"

    @contextmanager
    def held(self) -> Generator[str, None, None]:
        """Hold the lock; yields the owner's name for the ledger. Raises ``AlreadyRunningError``."""
        self._lock_file.parent.mkdir(exist_ok=True)
        lock = FileLock(self._lock_file, timeout=_PATIENCE_SECONDS, poll_interval=0.02, thread_local=False)
        try:
            lock.acquire()
        except Timeout as error:
            raise AlreadyRunningError(
                f'"{self._campaign}" is being sent at this moment by {self._holder()}. This command did nothing.',
                hint=f"Watch it with: apes-mailer status {self._campaign}",
            ) from error
        try:
            owner = f"{socket.gethostname()}:{os.getpid()}"
            with suppress(OSError):  # it only says who to wait for; the lock is what counts
                self._owner_file.write_text(json.dumps({"owner": owner}), encoding="utf-8")
            yield owner
        finally:
            lock.release()

    def alive(self) -> bool:
        """Whether somebody holds the lock now."""
        if not self._lock_file.exists():
            return False
        lock = FileLock(self._lock_file, timeout=_GLANCE_SECONDS, poll_interval=0.005, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            return True
        lock.release()
        return False

    def _holder(self) -> str:
        try:
            owner = str(json.loads(self._owner_file.read_text(encoding="utf-8"))["owner"])
        except (OSError, ValueError, KeyError):
            return "another program"
        host, _, pid = owner.rpartition(":")
        return f"process {pid} on {host}"

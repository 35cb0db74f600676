"""What providers report comes home: kept as it came, then applied.

Each notice is applied in one transaction. What comes of it is the same in whatever order notices come, and however
often something is reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from apes_mailer.campaign.applying import Application
from apes_mailer.errors import LedgerError, NoticeError
from apes_mailer.ledger import events, notices
from apes_mailer.ledger.notices import Counts, Notice
from apes_mailer.model.keys import Keyring
from apes_mailer.providers.base import Reading, Webhook
from apes_mailer.store.database import BusyError, Database, DiskFullError

_AT_ONCE = 5000  # events, each with some values for one statement: SQLite takes 32,766 of them
_REPEATS = dt.timedelta(days=2)  # providers go on reporting an event for a day when they get no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Takes the notices of one provider; bodies are kept for ``keep`` after they were applied."""

    database: Database
    keyring: Keyring
    webhook: Webhook
    clock: Callable[[], dt.datetime]
    keep: dt.timedelta

    def take(self, headers: Mapping[str, str], body: bytes) -> None:
        """Keep a notice durably, then apply all that waits; return once that is done.

        Raises ``NotSignedError`` for what the provider did not post just now, ``MalformedError`` for what is no
        notice, and ``LedgerError`` when the database cannot be written now: the provider shall try again; what was kept
        by then is applied with the next notice, or by :meth:`apply`.
        """
        self.webhook.require_signed(headers, body, now=self.clock())
        self.webhook.read(body)
        with self.database.write() as connection:
            notices.store(connection, self.webhook.name, body, at=self.clock())
        try:
            self.apply()
        except NoticeError:
            with self.database.read() as connection:
                if notices.waits(connection, self.webhook.name, body):
                    raise  # another that cannot be applied is no reason to post this one again

    def apply(self) -> int:
        """Apply every notice that waits, the oldest first; return how many.

        Raises ``LedgerError`` when the database cannot be written now; ``NoticeError`` after all the others, when one
        cannot be applied: it goes on waiting, and keeps no later one from its effect.
        """
        applied, last, failed = 0, 0, None
        while True:
            with self.database.read() as connection:
                notice = notices.next_waiting(connection, after=last)
            if notice is None:
                break
            last = notice.id
            try:
                applied += self._apply(notice)
            except (BusyError, DiskFullError):
                raise
            except (LedgerError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                failed = failed or NoticeError(f"Notice {notice.id} cannot be applied: {type(error).__name__}.")
        if failed:
            raise failed
        return applied

    def _apply(self, notice: Notice) -> bool:
        """Apply one notice; return False when another program was quicker."""
        read, now = self.webhook.read(notice.body), self.clock()
        with self.database.write() as connection:
            if not notices.is_waiting(connection, notice.id):
                return False
            application, counts = Application(connection, self.keyring, notice, now), Counts()
            for part in parts_of(read):
                counts += application.of(part)
            notices.close(connection, notice.id, counts, at=now)
            if notices.forget_applied(connection, before=now - self.keep):
                events.forget_nobodys(connection, before=now - max(self.keep, _REPEATS))
        return True


def parts_of(read: Reading) -> Iterator[Reading]:
    """Yield a notice in parts of which each can be looked up at once; how much of it is unreadable is in the first."""
    unreadable = read.unreadable
    for start in range(0, len(read.events), _AT_ONCE) or (0,):
        yield Reading(read.events[start : start + _AT_ONCE], unreadable)
        unreadable = 0

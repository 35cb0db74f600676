"""What providers report comes home: kept as it came, then applied.

Each notice is applied in one transaction. What comes of it is the same in whatever order notices come, and however
often something is reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from apes_mailer.campaign.applying import Application
from apes_mailer.ledger import events, notices
from apes_mailer.model.keys import Keyring
from apes_mailer.providers.base import Webhook
from apes_mailer.store.database import Database

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
        self.apply()

    def apply(self) -> int:
        """Apply every notice that waits, the oldest first; return how many. Raises ``LedgerError``."""
        applied = 0
        while True:
            with self.database.read() as connection:
                notice = notices.next_waiting(connection)
            if notice is None:
                return applied
            read, now = self.webhook.read(notice.body), self.clock()
            with self.database.write() as connection:
                if not notices.is_waiting(connection, notice.id):
                    continue  # another program was quicker
                notices.close(
                    connection, notice.id, Application(connection, self.keyring, notice, now).of(read), at=now
                )
                if notices.forget_applied(connection, before=now - self.keep):
                    events.forget_nobodys(connection, before=now - max(self.keep, _REPEATS))
            applied += 1

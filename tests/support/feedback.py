"""A ledger that takes what a provider reports of its campaign."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from apes_mailer.campaign.feedback import Feedback
from apes_mailer.contacts import suppressions
from apes_mailer.providers.sendgrid.webhook import Webhook
from tests.support.ledgers import Ledger, address
from tests.support.reporting import SigningKey, notice, reported

KEY = SigningKey()


@dataclass(slots=True)
class Told:
    """A ledger, and the provider that reports to it."""

    ledger: Ledger
    keep: dt.timedelta = dt.timedelta(days=30)
    webhook: Webhook = field(default_factory=lambda: Webhook([KEY.public]))

    @property
    def feedback(self) -> Feedback:
        """What takes the notices."""
        ledger = self.ledger
        return Feedback(
            database=ledger.database,
            keyring=ledger.keyring,
            webhook=self.webhook,
            clock=lambda: self.ledger.now,
            keep=self.keep,
        )

    def event(self, kind: str, number: int, attempt: str = "", **more: Any) -> dict[str, Any]:
        """An event of a numbered contact, with our marks."""
        mark = self.ledger.keyring.recipient_mark(self.ledger.key(number))
        return reported(kind, address(number), attempt=attempt, recipient=mark, **more)

    def post(self, *events: Any) -> None:
        """Report events in one notice."""
        body = notice(events)
        self.feedback.take(KEY.headers(body, self.ledger.now), body)

    def suppressed(self) -> set[tuple[int, str, str]]:
        """Who is suppressed: number, cause, and the list or nothing for all."""
        numbers = {address(number): number for number in range(100)}
        with self.ledger.database.read() as connection:
            found = list(suppressions.every(connection))
        return {(numbers.get(each.address, -1), str(each.cause), each.list_name) for each in found}

    def kept(self, columns: str = "kind, contact_id, campaign_id") -> list[Mapping[str, Any]]:
        """The events that are kept, in an order that does not depend on when they came."""
        rows = self.ledger.rows(f"SELECT {columns} FROM event")
        return sorted(rows, key=lambda row: repr(list(row.values())))

    def counts(self) -> Mapping[str, Any]:
        """What the newest notice was."""
        columns = "events, kept, foreign_events AS foreign_, unreadable"
        return self.ledger.rows(f"SELECT {columns} FROM notice ORDER BY id DESC LIMIT 1")[0]


def in_notices(events: Sequence[Any], cuts: Sequence[int]) -> list[list[Any]]:
    """Cut events into notices."""
    places = sorted({0, len(events), *(cut % (len(events) + 1) for cut in cuts)})
    return [list(events[start:end]) for start, end in pairwise(places)]

"""Notices as they came: kept until they are applied, and forgotten then only."""

from __future__ import annotations

import datetime as dt

from apes_mailer.ledger import notices
from apes_mailer.ledger.notices import Counts
from tests.support.ledgers import NOW, Ledger


def test_what_is_not_applied_yet_is_never_forgotten(ledger: Ledger) -> None:
    with ledger.database.write() as connection:
        assert notices.store(connection, "sendgrid", b"first", at=NOW)
        assert notices.store(connection, "sendgrid", b"second", at=NOW)
        first = notices.next_waiting(connection)
        assert first is not None
        assert first.body == b"first"
        notices.close(connection, first.id, Counts(events=3, kept=2, foreign=1), at=NOW)
        assert notices.forget_applied(connection, before=NOW) == 0
        assert notices.forget_applied(connection) == 1
        waiting = notices.next_waiting(connection)
        assert waiting is not None
        assert waiting.body == b"second"
        assert notices.forget_applied(connection, before=NOW + dt.timedelta(days=9)) == 0
        assert notices.overview(connection).notices == 1

"""Contacts of a list kept as a file of whom nothing was heard for three years."""

from __future__ import annotations

import datetime as dt

from apes_mailer.contacts import retention
from apes_mailer.contacts.lists import StoredContact
from apes_mailer.model.consent import State
from tests.support.ledgers import Ledger


def test_silence_is_counted_from_the_first_campaign_that_met_the_contact(ledger: Ledger) -> None:
    ledger.suppress(1)
    ledger.prepare()
    first = ledger.now
    ledger.now += dt.timedelta(days=400)
    ledger.say(2, State.GIVEN)
    ledger.prepare("next")
    later = first.replace(year=first.year + retention.YEARS)

    def stale(at: dt.datetime) -> list[str]:
        contacts = [StoredContact(address=str(number), fields={}) for number in (0, 1, 2, 99)]
        with ledger.database.read() as connection:
            found = retention.stale_in_file(connection, contacts, lambda address: ledger.key(int(address)), at)
            return [each.address for each in found]

    assert stale(later - dt.timedelta(days=1)) == []
    assert stale(later + dt.timedelta(days=1)) == ["0", "1"], "whoever was left out was on the list too"

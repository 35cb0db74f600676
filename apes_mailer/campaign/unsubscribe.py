"""Unsubscribing by the link in a letter, and taking it back."""

from __future__ import annotations

import datetime as dt

from apes_mailer.campaign.audience import STAFF
from apes_mailer.contacts import lists, suppressions
from apes_mailer.contacts.suppressions import ALL_LISTS
from apes_mailer.model.keys import TokenContent
from apes_mailer.store.database import Connection, Database

CAUSE = "unsubscribed"
"""The cause of a suppression that the contact asked for by the link in a letter."""


def unsubscribe(database: Database, link: TokenContent, at: dt.datetime) -> bool:
    """Suppress the contact of a link for all lists: the letter, whatever list it goes to next, does not come again.

    Colleagues who try the link of a test leave the staff list only.

    Return whether :func:`undo` can take it back: not where somebody else had suppressed the contact before. Doing it
    twice is doing it once. Raises ``BusyError``, ``DiskFullError`` or another ``LedgerError``; nothing was kept then.
    """
    with database.write() as connection:
        scope = _scope(connection, link)
        suppressions.add(connection, link.contact_key, list_id=scope, cause=CAUSE, at=at)
        return suppressions.caused(connection, link.contact_key, list_id=scope, cause=CAUSE)


def undo(database: Database, link: TokenContent, at: dt.datetime) -> bool:
    """End what the contact asked for by such a link, and no other suppression.

    Return whether the contact gets letters of the list again: not while another suppression holds. Raises as
    :func:`unsubscribe` does.
    """
    with database.write() as connection:
        scope = _scope(connection, link)
        suppressions.remove(connection, link.contact_key, list_id=scope, cause=CAUSE)
        list_id = lists.find_by_tag(connection, link.list_tag)
        others = suppressions.holding(
            connection, link.contact_key, list_id=scope if list_id is None else list_id, at=at
        )
        return not others


def _scope(connection: Connection, link: TokenContent) -> int:
    # A list is a file that gets another name next year; who said no must not depend on it.
    staff = lists.find(connection, STAFF)
    return staff if staff is not None and staff == lists.find_by_tag(connection, link.list_tag) else ALL_LISTS

"""Unsubscribing by the link in a letter, and taking it back."""

from __future__ import annotations

import datetime as dt

from apes_mailer.campaign.audience import STAFF
from apes_mailer.contacts import consents, lists, suppressions
from apes_mailer.contacts.suppressions import ALL_LISTS, Suppression
from apes_mailer.model.keys import TokenContent
from apes_mailer.model.suppression import Cause
from apes_mailer.store.database import Connection, Database
from apes_mailer.store.times import stamp

SOURCE = "the link in a letter"
"""The source of what is recorded here."""

PAGE = "the page of preferences"
"""The source of what is decided on the page behind that link."""

UNDO_FOR = dt.timedelta(days=30)
"""For how long the link takes back what it did. Letters are forwarded, and found again years later."""


def unsubscribe(database: Database, link: TokenContent, at: dt.datetime) -> bool:
    """Suppress the contact of a link for all lists: the letter, whatever list it goes to next, does not come again.

    Colleagues who try the link of a test leave the staff list only.

    Return whether :func:`undo` would end it: not where something else suppresses the contact as widely. Doing it twice
    is doing it once. Raises ``BusyError``, ``DiskFullError`` or another ``LedgerError``; nothing was kept then.
    """
    with database.write() as connection:
        scope = scope_of(connection, link)
        key, cause = link.contact_key, Cause.UNSUBSCRIBED
        if suppressions.add(connection, key, list_id=scope, cause=cause, at=at, source=SOURCE):
            consents.withdraw(connection, key, list_id=scope, at=at, source=SOURCE)
        return all(
            each.cause is cause and can_undo(each, at)
            for each in suppressions.holding(connection, key, list_id=scope, at=at)
        )


def undo(database: Database, link: TokenContent, at: dt.datetime) -> bool:
    """End what the contact asked for by such a link in the last :data:`UNDO_FOR`, and no other suppression.

    It is no consent: whoever holds the letter may have pressed the button. What had been agreed to before holds again.
    Return whether the contact gets letters of the list again: not while another suppression holds. Raises as
    :func:`unsubscribe` does.
    """
    with database.write() as connection:
        scope, key = scope_of(connection, link), link.contact_key
        held = suppressions.holding(connection, key, list_id=scope, at=at)
        if any(can_undo(each, at) and each.source == SOURCE for each in held):
            suppressions.remove(connection, key, list_id=scope, cause=Cause.UNSUBSCRIBED, source=SOURCE)
            consents.undo_withdrawal(connection, key, list_id=scope, source=SOURCE)
        list_id = lists.find_by_tag(connection, link.list_tag)
        return not suppressions.holding(connection, key, list_id=scope if list_id is None else list_id, at=at)


def can_undo(held: Suppression, at: dt.datetime) -> bool:
    """Whether the holder of a letter may end a suppression: what was lately said with a letter in hand, or a pause."""
    if held.cause is Cause.PAUSED:
        return True
    by_letter = held.cause is Cause.UNSUBSCRIBED and held.source in {SOURCE, PAGE}
    return by_letter and held.at > stamp(at - UNDO_FOR)


def scope_of(connection: Connection, link: TokenContent) -> int:
    """Return what a link is about: all lists, or the staff list alone."""
    # A list is a file that gets another name next year; who said no must not depend on it.
    staff = lists.find(connection, STAFF)
    return staff if staff is not None and staff == lists.find_by_tag(connection, link.list_tag) else ALL_LISTS


def was_erased(database: Database, link: TokenContent, at: dt.datetime) -> bool:
    """Whether the contact of a link was erased and has not come back: no letter goes there, and nothing is kept of it.

    Raises ``LedgerError`` when the database cannot be read.
    """
    with database.read() as connection:
        held = suppressions.holding(connection, link.contact_key, list_id=ALL_LISTS, at=at)
    return any(each.cause is Cause.ERASED for each in held)


def left(database: Database, link: TokenContent, at: dt.datetime) -> tuple[bool, bool]:
    """Return whether the contact of a link has unsubscribed from what it is about, and whether :func:`undo` ends that.

    Raises ``LedgerError`` when the database cannot be read.
    """
    with database.read() as connection:
        held = suppressions.holding(connection, link.contact_key, list_id=scope_of(connection, link), at=at)
    said_no = any(each.cause is Cause.UNSUBSCRIBED for each in held)
    return said_no, all(can_undo(each, at) and each.source == SOURCE for each in held)

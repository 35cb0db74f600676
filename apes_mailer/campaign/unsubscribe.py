"""Unsubscribing by the link in a letter, and taking it back."""

from __future__ import annotations

import datetime as dt

from apes_mailer.campaign.audience import STAFF
from apes_mailer.contacts import consents, lists, suppressions
from apes_mailer.contacts.consents import Proof
from apes_mailer.contacts.suppressions import ALL_LISTS
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.keys import TokenContent
from apes_mailer.model.suppression import Cause
from apes_mailer.store.database import Connection, Database

SOURCE = "the link in a letter"
"""The source of what is recorded here."""

_PROOF = Proof(source=SOURCE)


def unsubscribe(database: Database, link: TokenContent, at: dt.datetime) -> bool:
    """Suppress the contact of a link for all lists: the letter, whatever list it goes to next, does not come again.

    Colleagues who try the link of a test leave the staff list only.

    Return whether :func:`undo` would end it: not where something else suppresses the contact as widely. Doing it twice
    is doing it once. Raises ``BusyError``, ``DiskFullError`` or another ``LedgerError``; nothing was kept then.
    """
    with database.write() as connection:
        scope = scope_of(connection, link)
        key, cause = link.contact_key, Cause.UNSUBSCRIBED
        if suppressions.add(connection, key, list_id=scope, cause=cause, at=at, source=_PROOF.source):
            _record(connection, key, scope, State.WITHDRAWN, at)
        return all(each.cause is cause for each in suppressions.holding(connection, key, list_id=scope, at=at))


def undo(database: Database, link: TokenContent, at: dt.datetime) -> bool:
    """End what the contact asked for by such a link, and no other suppression.

    Return whether the contact gets letters of the list again: not while another suppression holds. Raises as
    :func:`unsubscribe` does.
    """
    with database.write() as connection:
        scope = scope_of(connection, link)
        if suppressions.remove(connection, link.contact_key, list_id=scope, cause=Cause.UNSUBSCRIBED):
            _record(connection, link.contact_key, scope, State.GIVEN, at)
        list_id = lists.find_by_tag(connection, link.list_tag)
        others = suppressions.holding(
            connection, link.contact_key, list_id=scope if list_id is None else list_id, at=at
        )
        return not others


def _record(connection: Connection, key: bytes, scope: int, state: State, at: dt.datetime) -> None:
    consents.record(connection, key, list_id=scope, purpose=Purpose.LETTER, state=state, at=at, proof=_PROOF)


def scope_of(connection: Connection, link: TokenContent) -> int:
    """Return what a link is about: all lists, or the staff list alone."""
    # A list is a file that gets another name next year; who said no must not depend on it.
    staff = lists.find(connection, STAFF)
    return staff if staff is not None and staff == lists.find_by_tag(connection, link.list_tag) else ALL_LISTS


def left(database: Database, link: TokenContent, at: dt.datetime) -> tuple[bool, bool]:
    """Return whether the contact of a link has unsubscribed from what it is about, and whether :func:`undo` ends that.

    Raises ``LedgerError`` when the database cannot be read.
    """
    with database.read() as connection:
        held = suppressions.holding(connection, link.contact_key, list_id=scope_of(connection, link), at=at)
    mine = [each for each in held if each.cause is Cause.UNSUBSCRIBED]
    return bool(mine), len(mine) == len(held)

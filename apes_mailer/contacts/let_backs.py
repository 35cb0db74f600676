"""Whom providers have still to be asked to mail again: who has come back here is held back by their own lists.

Only keys wait. The address is looked up when a provider is asked, so whoever is erased meanwhile waits no longer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from apes_mailer.contacts import provider_tasks
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

_KEPT_THERE = {
    Cause.AT_PROVIDER: Cause.AT_PROVIDER,
    Cause.ERASED: Cause.AT_PROVIDER,  # what was said there before is not known here any more
    Cause.COMPLAINED: Cause.COMPLAINED,
    Cause.BOUNCED: Cause.BOUNCED,
    Cause.INVALID: Cause.INVALID,
}
"""For what ended here, the cause of the lists of providers that may go on holding the letters back."""

_table = schema.let_back


class LetBack(NamedTuple):
    """An address that a provider shall mail again: it is to be taken off the lists that it keeps for this cause."""

    key: bytes
    address: str
    cause: Cause


def queue(connection: sa.Connection, key: bytes, ended: Collection[Cause], *, at: dt.datetime) -> list[str]:
    """Have providers asked to mail a person again whose suppressions with these causes ended; return their names."""
    causes = {_KEPT_THERE[cause] for cause in ended if cause in _KEPT_THERE}
    providers = provider_tasks.known(connection) if causes else []
    for provider in providers:
        for cause in causes:
            row = {"provider": provider, "key": key, "cause": cause, "queued_at": stamp(at)}
            connection.execute(insert(_table).values(row).on_conflict_do_nothing())
    return providers


def came_back(connection: sa.Connection, key: bytes, list_id: int, *, provider: str) -> bool:
    """Whether the last that a person said of the letters of a list is a yes, in person and not with this provider."""
    consent = schema.consent
    of_list = (consent.c.purpose == Purpose.LETTER, consent.c.list_id.in_([schema.ALL_LISTS, list_id]))
    query = sa.select(consent.c.state, consent.c.source).where(
        consent.c.key == key, *of_list, consent.c.import_id.is_(None)
    )
    said = connection.execute(query.order_by(consent.c.id.desc()).limit(1)).first()
    return said is not None and said.state == State.GIVEN and said.source != provider


def waiting(connection: sa.Connection, provider: str) -> list[LetBack]:
    """Return whom to ask a provider for, the longest waiting first.

    Left out are those who have no address here any more, and those who are suppressed anew by the same cause.
    """
    contact, suppression = schema.contact, schema.suppression
    anew = sa.exists().where(
        suppression.c.key == _table.c.key,
        suppression.c.list_id == schema.ALL_LISTS,
        suppression.c.cause == _table.c.cause,
    )
    query = (
        sa.select(_table.c.key, contact.c.address, _table.c.cause)
        .join(contact, contact.c.key == _table.c.key)
        .where(_table.c.provider == provider, contact.c.address != "", ~anew)
        .order_by(_table.c.queued_at)
    )
    return [LetBack(key, address, Cause(cause)) for key, address, cause in connection.execute(query)]


def providers(connection: sa.Connection, key: bytes) -> list[str]:
    """Return the providers that have still to be asked to mail somebody again."""
    query = sa.select(_table.c.provider).where(_table.c.key == key).distinct()
    return list(connection.execute(query.order_by(_table.c.provider)).scalars())


def finish(connection: sa.Connection, provider: str, done: LetBack) -> None:
    """Forget what a provider has done."""
    same = (_table.c.provider == provider, _table.c.key == done.key, _table.c.cause == done.cause)
    connection.execute(sa.delete(_table).where(*same))

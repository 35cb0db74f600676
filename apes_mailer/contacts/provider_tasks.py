"""What providers have still to be asked for: to erase what they know of a person who wants to be forgotten.

The address waits here, and only here, until the provider has taken the order; then it is dropped, and the provider's
number of the order stays as the proof. It waits encoded, so that erasing the same person here once more, which takes
out every mention, does not take the order with it.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from apes_mailer.store import schema
from apes_mailer.store.times import stamp

_KEEP_NOTHING = {"outbox"}  # what it wrote lies in a folder here


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An erasure that a provider has not been asked for yet."""

    id: int
    address: str


def known(connection: sa.Connection) -> list[str]:
    """Return the providers that ever carried letters from here, of a campaign or to confirm a wish, by their names."""
    campaign, carrier = schema.campaign, schema.carrier
    used = sa.union(sa.select(campaign.c.provider), sa.select(carrier.c.provider))
    return sorted(set(connection.execute(used).scalars()) - _KEEP_NOTHING)


def note_carrier(connection: sa.Connection, provider: str) -> None:
    """Keep that a provider carries a letter of no campaign."""
    connection.execute(insert(schema.carrier).values(provider=provider).on_conflict_do_nothing())


def queue_erasure(connection: sa.Connection, address: str, *, at: dt.datetime) -> list[str]:
    """Have every provider that ever carried letters from here asked to erase a person; return their names.

    Asking twice for the same address does nothing more.
    """
    task, providers = schema.provider_task, known(connection)
    encoded = base64.b64encode(address.encode())
    waits = sa.select(task.c.provider).where(task.c.address == encoded)
    waiting = set(connection.execute(waits).scalars())
    for provider in providers:
        if provider not in waiting:
            connection.execute(sa.insert(task).values(provider=provider, address=encoded, queued_at=stamp(at)))
    return providers


def of_address(connection: sa.Connection, address: str) -> list[dict[str, str]]:
    """Return which providers have still to be asked to erase an address, and since when."""
    task = schema.provider_task
    query = sa.select(task.c.provider, task.c.queued_at).where(task.c.address == base64.b64encode(address.encode()))
    return [{"provider": name, "cause": "erased", "queued_at": at} for name, at in connection.execute(query)]


def waiting(connection: sa.Connection, provider: str, *, most: int, after: int = 0) -> list[Task]:
    """Return the erasures to ask a provider for, oldest first, from the one after a number."""
    task = schema.provider_task
    rows = connection.execute(
        sa.select(task.c.id, task.c.address)
        .where(task.c.provider == provider, task.c.done_at.is_(None), task.c.id > after)
        .order_by(task.c.id)
        .limit(most)
    )
    return [Task(id=number, address=base64.b64decode(address).decode()) for number, address in rows]


def finish(connection: sa.Connection, tasks: Sequence[Task], *, reference: str, at: dt.datetime) -> None:
    """Drop the addresses of erasures that the provider has taken the order for; keep its number."""
    task = schema.provider_task
    connection.execute(
        sa.update(task)
        .where(task.c.id.in_([each.id for each in tasks]))
        .values(address=None, done_at=stamp(at), reference=reference)
    )

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

from apes_mailer.store import schema
from apes_mailer.store.times import stamp

_KEEP_NOTHING = ("outbox",)  # what it wrote lies in a folder here


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An erasure that a provider has not been asked for yet."""

    id: int
    address: str


def queue_erasure(connection: sa.Connection, address: str, *, at: dt.datetime) -> list[str]:
    """Have every provider that ever carried letters from here asked to erase a person; return their names.

    Asking twice for the same address does nothing more.
    """
    campaign, task = schema.campaign, schema.provider_task
    used = sa.select(campaign.c.provider).where(campaign.c.provider.not_in(_KEEP_NOTHING)).distinct()
    providers = [str(name) for name in connection.execute(used.order_by(campaign.c.provider)).scalars()]
    encoded = base64.b64encode(address.encode())
    waits = sa.select(task.c.provider).where(task.c.address == encoded)
    waiting = set(connection.execute(waits).scalars())
    for provider in providers:
        if provider not in waiting:
            connection.execute(sa.insert(task).values(provider=provider, address=encoded, queued_at=stamp(at)))
    return providers


def waiting(connection: sa.Connection, provider: str, *, most: int) -> list[Task]:
    """Return the erasures to ask a provider for, oldest first."""
    task = schema.provider_task
    rows = connection.execute(
        sa.select(task.c.id, task.c.address)
        .where(task.c.provider == provider, task.c.done_at.is_(None))
        .order_by(task.c.id)
        .limit(most)
    )
    return [Task(id=number, address=base64.b64decode(address).decode()) for number, address in rows]


def finish(connection: sa.Connection, tasks: Sequence[Task], *, reference: str, at: dt.datetime) -> None:
    """Drop the addresses of erasures that the provider has taken the order for; keep its number.

    To be called in a transaction that overwrites what it deletes.
    """
    task = schema.provider_task
    connection.execute(
        sa.update(task)
        .where(task.c.id.in_([each.id for each in tasks]))
        .values(address=None, done_at=stamp(at), reference=reference)
    )

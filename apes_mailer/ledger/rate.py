"""A provider's rate, kept in the ledger so that it holds across threads and programs.

The generic cell rate algorithm: one number, the moment from which the next request may leave.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from apes_mailer.store import schema

_LONGEST_SECONDS = 120
_LARGEST_BATCH = 1000


def reserve(connection: sa.Connection, provider: str, count: int, *, per_second: int, at: dt.datetime) -> float:
    """Reserve room for ``count`` recipients; return how many seconds to wait before using it.

    Whatever is reserved further ahead than two minutes and two large batches comes from a clock that was set back.
    """
    now = int(at.timestamp() * 1_000_000)
    table = schema.rate
    stored = connection.execute(sa.select(table.c.next_free).where(table.c.provider == provider)).scalar()
    step = count * 1_000_000 // per_second
    furthest = now + (_LONGEST_SECONDS + 2 * _LARGEST_BATCH / per_second) * 1_000_000
    free = now if stored is None or stored > furthest else max(stored, now)
    taken = {"next_free": free + step}
    connection.execute(
        insert(table)
        .values(provider=provider, **taken)
        .on_conflict_do_update(index_elements=[table.c.provider], set_=taken)
    )
    return (free - now) / 1_000_000

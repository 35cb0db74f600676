"""Which findings a person waived to send a campaign: lines of its history, so that a report can name who and why."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

import sqlalchemy as sa

from apes_mailer.ledger import history
from apes_mailer.model.waiver import Waived, Waiver
from apes_mailer.store import schema

_EVENT = "waived"


def record(
    connection: sa.Connection, campaign_id: int, waivers: Sequence[Waiver], *, at: dt.datetime, actor: str
) -> None:
    """Keep the waivers of a preparation, in its transaction."""
    for waiver in waivers:
        note = json.dumps({"rule": waiver.rule, "because": waiver.because}, ensure_ascii=False)
        history.append(connection, campaign_id=campaign_id, at=at, event=_EVENT, actor=actor, note=note)


def of_campaign(connection: sa.Connection, campaign_id: int) -> list[Waived]:
    """Return what was waived for a preparation, in the order it was written."""
    table = schema.history
    rows = connection.execute(
        sa.select(table.c.note, table.c.actor, table.c.at)
        .where(table.c.campaign_id == campaign_id, table.c.event == _EVENT)
        .order_by(table.c.id)
    )
    return [Waived(**json.loads(row.note), by=row.actor, at=row.at) for row in rows]

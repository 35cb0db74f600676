"""Rehearsals: tests and runs into the outbox, which are recorded and never count as the campaign having been sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from apes_mailer.ledger import campaigns
from apes_mailer.ledger.campaigns import Kept
from apes_mailer.ledger.states import BatchState, Kind, Outcome
from apes_mailer.store import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A test or a run into the outbox: recorded, and never counted as a send.

    ``digest`` is that of the first of its letters.
    """

    kind: str
    provider: str
    list_name: str
    prepared_at: str
    run: str
    recipients: int
    submitted: int
    refused: int
    unknown: int
    digest: str
    letters: Sequence[Kept]


def of_name(connection: sa.Connection, name: str, *, owner_alive: bool) -> list[Rehearsal]:
    """Return the rehearsals of a campaign, oldest first; what is ``submitting`` without an owner is in doubt."""
    campaign, lists, batch = schema.campaign, schema.contact_list, schema.batch
    doubtful = [state for state in BatchState if state.seen(owner_alive=owner_alive) is BatchState.UNKNOWN]

    def total(count: Any) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(count), 0)

    def left_in(*states: BatchState) -> sa.ColumnElement[int]:
        return total(sa.case((batch.c.state.in_(states), batch.c.size - _left_their_batch()), else_=0))

    query = (
        sa.select(
            campaign.c.id,
            campaign.c.kind,
            campaign.c.provider,
            campaign.c.prepared_at,
            lists.c.name.label("list_name"),
            total(batch.c.size).label("recipients"),
            left_in(BatchState.SUBMITTED).label("submitted"),
            total(_left_their_batch(Outcome.REFUSED)).label("refused"),
            left_in(*doubtful).label("unknown"),
        )
        .join(lists, lists.c.id == campaign.c.list_id)
        .join(batch, batch.c.campaign_id == campaign.c.id, isouter=True)
        .where(campaign.c.name == name, campaign.c.kind != Kind.SEND)
        .group_by(campaign.c.id)
        .order_by(campaign.c.id)
    )
    found: list[Rehearsal] = []
    for row in connection.execute(query).mappings().all():
        counted: dict[str, Any] = dict(row)
        letters_of = campaigns.letters(connection, counted.pop("id"))
        digest = letters_of[0].digest if letters_of else ""
        found.append(
            Rehearsal(
                run=campaigns.run_name(row["prepared_at"], row["kind"]), digest=digest, letters=letters_of, **counted
            )
        )
    return found


def _left_their_batch(*outcomes: Outcome) -> sa.ScalarSelect[int]:
    """Count who left the batch of the enclosing query, for whatever reason or for one of these."""
    batch, recipient = schema.batch, schema.recipient
    left = sa.select(sa.func.count()).where(
        recipient.c.campaign_id == batch.c.campaign_id,
        recipient.c.batch_no == batch.c.no,
        recipient.c.outcome.in_(outcomes) if outcomes else recipient.c.outcome.is_not(None),
    )
    return left.scalar_subquery()

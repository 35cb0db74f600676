"""What the ledger holds of one contact in one campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.ledger import claims, requests
from apes_mailer.ledger.states import BatchState, Outcome
from apes_mailer.model.message import MessageTemplate
from apes_mailer.store import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt, a request that this recipient was in."""

    seq: int
    state: str
    started_at: str
    provider_id: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A contact as frozen into a campaign; ``outcome`` is None while it goes, or went, with its batch."""

    contact_id: int
    address: str
    key: bytes
    values: Mapping[str, str]
    outcome: Outcome | None
    reason: str
    attempt_seq: int | None
    """The last attempt whose request it was in, once it has left its batch."""
    variant: str
    digest: str
    template: MessageTemplate
    batch_no: int
    batch_state: BatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Why a candidate did not become a recipient."""

    reason: str
    detail: str


def recipient(connection: sa.Connection, campaign_id: int, contact_id: int) -> Recipient | None:
    """Return a contact as frozen into a campaign, or None when it is not among the recipients."""
    frozen, contact, template, batch = schema.recipient, schema.contact, schema.template, schema.batch
    row = connection.execute(
        sa.select(
            frozen,
            contact.c.address,
            contact.c.key,
            template.c.variant,
            template.c.digest,
            template.c.body,
            batch.c.no,
            batch.c.state,
        )
        .join(contact, contact.c.id == frozen.c.contact_id)
        .join(template, template.c.id == frozen.c.template_id)
        .join(batch, requests.in_batch())
        .where(frozen.c.campaign_id == campaign_id, frozen.c.contact_id == contact_id)
    ).first()
    if row is None:
        return None
    return Recipient(
        contact_id=row.contact_id,
        address=row.address,
        key=row.key,
        values=claims.merge_values(row.address, row.merge_values),
        outcome=Outcome(row.outcome) if row.outcome else None,
        reason=row.reason or "",
        attempt_seq=row.attempt_seq,
        variant=row.variant,
        digest=row.digest,
        template=MessageTemplate.from_json(row.body),
        batch_no=row.no,
        batch_state=BatchState(row.state),
    )


def exclusion(connection: sa.Connection, campaign_id: int, contact_id: int) -> Exclusion | None:
    """Return why a contact is not a recipient of a campaign, or None when nothing says so."""
    table = schema.exclusion
    row = connection.execute(
        sa.select(table.c.reason, table.c.detail).where(
            table.c.campaign_id == campaign_id, table.c.contact_id == contact_id
        )
    ).first()
    return Exclusion(reason=row.reason, detail=row.detail or "") if row else None


def attempts(connection: sa.Connection, campaign_id: int, frozen: Recipient) -> Sequence[Attempt]:
    """Return the requests that a recipient was in, oldest first."""
    table, link = schema.attempt, schema.batch_attempt
    query = (
        sa.select(table.c.seq, table.c.state, table.c.started_at, table.c.provider_id, table.c.note)
        .select_from(requests.attempts())
        .where(link.c.campaign_id == campaign_id, link.c.batch_no == frozen.batch_no)
    )
    if frozen.attempt_seq is not None:
        query = query.where(table.c.seq <= frozen.attempt_seq)
    return [Attempt(**row) for row in connection.execute(query.order_by(table.c.seq)).mappings()]

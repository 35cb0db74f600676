"""Looking at campaigns: where they stand, and what was rehearsed."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.campaign.send import run_name
from apes_mailer.ledger import status
from apes_mailer.ledger.owner import OwnerLock
from apes_mailer.ledger.states import BatchState, Kind
from apes_mailer.ledger.status import Status
from apes_mailer.store import schema
from apes_mailer.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A test or a run into the outbox: recorded, and never counted as a send."""

    kind: str
    provider: str
    list_name: str
    prepared_at: str
    run: str
    recipients: int
    submitted: int
    digest: str


def of_campaign(database: Database, name: str) -> Status:
    """Return where the campaign of a name stands."""
    alive = OwnerLock(database.path, name).alive()
    with database.read() as connection:
        campaign = schema.campaign
        found = connection.execute(
            sa.select(campaign.c.id).where(campaign.c.name == name, campaign.c.kind == Kind.SEND)
        ).scalar()
        return status.none(name) if found is None else status.of(connection, found, owner_alive=alive)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A send that a provider was asked for; ``prepared_at`` is a UTC stamp."""

    campaign: str
    list_name: str
    prepared_at: str


def sends_of_letter(database: Database, digest: str) -> list[Sent]:
    """Return the sends of exactly this letter under whatever campaign name, oldest first."""
    campaign, template, attempt = schema.campaign, schema.template, schema.attempt
    query = (
        sa.select(
            campaign.c.name.label("campaign"), schema.contact_list.c.name.label("list_name"), campaign.c.prepared_at
        )
        .join(schema.contact_list, schema.contact_list.c.id == campaign.c.list_id)
        .where(
            campaign.c.kind == Kind.SEND,
            sa.exists().where(template.c.campaign_id == campaign.c.id, template.c.digest == digest),
            sa.exists().where(attempt.c.campaign_id == campaign.c.id),
        )
        .order_by(campaign.c.id)
    )
    with database.read() as connection:
        return [Sent(**row) for row in connection.execute(query).mappings()]


def rehearsals(database: Database, name: str) -> list[Rehearsal]:
    """Return the rehearsals of a campaign, oldest first."""
    campaign, batch, template, recipient = schema.campaign, schema.batch, schema.template, schema.recipient
    left_it = sa.select(sa.func.count()).where(
        recipient.c.campaign_id == batch.c.campaign_id,
        recipient.c.batch_no == batch.c.no,
        recipient.c.outcome.is_not(None),
    )
    size = sa.func.coalesce(sa.func.sum(batch.c.size), 0)
    reached = sa.case((batch.c.state == BatchState.SUBMITTED, batch.c.size - left_it.scalar_subquery()), else_=0)
    submitted = sa.func.coalesce(sa.func.sum(reached), 0)
    with database.read() as connection:
        rows = connection.execute(
            sa.select(
                campaign.c.kind,
                campaign.c.provider,
                campaign.c.prepared_at,
                schema.contact_list.c.name,
                template.c.digest,
                size.label("size"),
                submitted.label("submitted"),
            )
            .join(schema.contact_list, schema.contact_list.c.id == campaign.c.list_id)
            .join(template, template.c.campaign_id == campaign.c.id)
            .join(batch, batch.c.campaign_id == campaign.c.id, isouter=True)
            .where(campaign.c.name == name, campaign.c.kind != Kind.SEND)
            .group_by(campaign.c.id)
            .order_by(campaign.c.id)
        ).all()
    return [
        Rehearsal(
            kind=row.kind,
            provider=row.provider,
            list_name=row.name,
            prepared_at=row.prepared_at,
            run=run_name(row.prepared_at, row.kind),
            recipients=row.size,
            submitted=row.submitted,
            digest=row.digest,
        )
        for row in rows
    ]

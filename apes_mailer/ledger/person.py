"""What the ledger holds of one person, and taking the person out of it without changing a single count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.store import residue, schema

_LEFT_OUT = "…"  # what stands in a note for the address that it named


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken out of the ledger: from how many campaigns and rehearsals, and from how many notes."""

    campaigns: int
    notes: int


def campaigns_of(connection: sa.Connection, contact_id: int) -> Iterator[int]:
    """Yield the campaigns and rehearsals that a contact was asked for, oldest first."""
    campaign, recipient, exclusion = schema.campaign, schema.recipient, schema.exclusion
    frozen = sa.exists().where(recipient.c.campaign_id == campaign.c.id, recipient.c.contact_id == contact_id)
    excluded = sa.exists().where(exclusion.c.campaign_id == campaign.c.id, exclusion.c.contact_id == contact_id)
    query = sa.select(campaign.c.id).where(sa.or_(frozen, excluded)).order_by(campaign.c.id)
    yield from connection.execute(query).scalars().all()


def take_out(connection: sa.Connection, contact_id: int | None, text: str, pattern: re.Pattern[str]) -> Taken:
    """Leave of a contact only that somebody was there: no values for merge tags, no words that name the address.

    Without a contact only notes that name the address are cleaned. ``text`` is part of whatever the pattern finds. A
    batch that has not left excludes whoever has no address when it is claimed.
    """
    found = [] if contact_id is None else list(campaigns_of(connection, contact_id))
    recipient, exclusion = schema.recipient, schema.exclusion
    for campaign_id in found:
        mine = sa.and_(recipient.c.campaign_id == campaign_id, recipient.c.contact_id == contact_id)
        connection.execute(sa.update(recipient).where(mine).values(merge_values=None))
        residue.replace(connection, recipient.c.reason, text, pattern, by=_LEFT_OUT, among=mine)
        mine = sa.and_(exclusion.c.campaign_id == campaign_id, exclusion.c.contact_id == contact_id)
        connection.execute(sa.update(exclusion).where(mine).values(detail=""))
        told = sa.and_(schema.event.c.campaign_id == campaign_id, schema.event.c.contact_id == contact_id)
        connection.execute(sa.update(schema.event).where(told).values(reason=""))  # may name the person
    notes = sum(
        residue.replace(connection, column, text, pattern, by=_LEFT_OUT)
        for column in (
            schema.attempt.c.note,
            schema.history.c.note,
            schema.exclusion.c.detail,
            schema.event.c.reason,
            schema.event.c.detail,
        )
    )
    return Taken(campaigns=len(found), notes=notes)


def is_known(connection: sa.Connection, contact_id: int) -> bool:
    """Whether any line of the ledger refers to a contact."""
    told = sa.select(schema.event.c.id).where(schema.event.c.contact_id == contact_id).limit(1)
    known = next(campaigns_of(connection, contact_id), None) is not None
    return known or connection.execute(told).first() is not None


def events_of(connection: sa.Connection, contact_id: int) -> list[dict[str, object]]:
    """Return what providers told of the letters to a contact, oldest first; times are those of the provider."""
    table, campaign = schema.event, schema.campaign
    query = (
        sa.select(table.c.provider, table.c.kind, table.c.at, campaign.c.name.label("campaign"), table.c.detail)
        .join(campaign, campaign.c.id == table.c.campaign_id, isouter=True)
        .where(table.c.contact_id == contact_id)
        .order_by(table.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]

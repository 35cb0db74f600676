"""Which campaigns the ledger holds, and what was frozen with each of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from apes_mailer.errors import LedgerError
from apes_mailer.ledger.states import BatchState, Kind
from apes_mailer.model.batch import Envelope
from apes_mailer.model.consent import Policy
from apes_mailer.model.message import MessageTemplate
from apes_mailer.store import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One preparation: a send, or a rehearsal; ``prepared_at`` is a UTC stamp.

    ``correction_of`` is the name of the campaign whose recipients it goes to; empty when it goes to its list.
    """

    id: int
    name: str
    kind: Kind
    provider: str
    list_name: str
    list_tag: bytes
    envelope: Envelope
    issue_digest: str
    prepared_at: str
    policy: Policy
    segment: str
    correction_of: str = ""

    @property
    def run(self) -> str:
        """What tells this preparation from another: ``2026-11-23-203100-123-test``."""
        return run_name(self.prepared_at, self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A send that a provider was asked for; ``prepared_at`` is a UTC stamp."""

    campaign: str
    list_name: str
    prepared_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A letter of a preparation; ``variant`` is empty when everybody gets the same."""

    variant: str
    digest: str


def find(connection: sa.Connection, name: str) -> int | None:
    """Return the number of the campaign of this name that a real provider serves, or None."""
    campaign = schema.campaign
    return connection.execute(
        sa.select(campaign.c.id).where(campaign.c.name == name, campaign.c.kind == Kind.SEND)
    ).scalar()


def spelled_otherwise(connection: sa.Connection, name: str) -> str | None:
    """Return the name of a send that differs from this one in capital letters only."""
    campaign = schema.campaign
    return connection.execute(
        sa.select(campaign.c.name).where(
            sa.func.lower(campaign.c.name) == name.lower(), campaign.c.name != name, campaign.c.kind == Kind.SEND
        )
    ).scalar()


def forget_untouched(connection: sa.Connection, name: str) -> None:
    """Drop an earlier preparation of this campaign that no provider was ever asked about.

    Raises ``LedgerError`` when a provider was: then nothing may be prepared again.
    """
    campaign_id = find(connection, name)
    if campaign_id is None:
        return
    if is_begun(connection, campaign_id):
        raise LedgerError(
            f'"{name}" has been sent, or begun; it is never prepared a second time.',
            hint=f"See where it stands with: apes-mailer status {name}. Continue it with: apes-mailer resume {name}",
        )
    for table in (schema.recipient, schema.exclusion, schema.batch, schema.history, schema.template):
        connection.execute(sa.delete(table).where(table.c.campaign_id == campaign_id))
    connection.execute(sa.delete(schema.campaign).where(schema.campaign.c.id == campaign_id))


def is_begun(connection: sa.Connection, campaign_id: int) -> bool:
    """Whether a provider was asked for a campaign, or may have been."""
    campaign = schema.campaign
    return connection.execute(sa.select(campaign.c.id).where(campaign.c.id == campaign_id, begun())).first() is not None


def begun() -> sa.ColumnElement[bool]:
    """Whether a provider was asked for the campaign of the enclosing query, or may have been.

    Without an attempt it may have been when a batch is not pending: an earlier copy of the ledger put it in doubt, and
    a person may have settled it since.
    """
    campaign, attempt, batch = schema.campaign, schema.attempt, schema.batch
    attempted = sa.exists().where(attempt.c.campaign_id == campaign.c.id)
    touched = sa.exists().where(batch.c.campaign_id == campaign.c.id, batch.c.state != BatchState.PENDING)
    return sa.or_(attempted, touched)


def was_sent() -> sa.ColumnElement[bool]:
    """Whether the campaign of the enclosing query is a send that its provider was asked for at least once."""
    campaign, attempt = schema.campaign, schema.attempt
    return sa.and_(campaign.c.kind == Kind.SEND, sa.exists().where(attempt.c.campaign_id == campaign.c.id))


def corrections(connection: sa.Connection, campaign_id: int) -> list[str]:
    """Return the names of the campaigns that went out to correct this one."""
    campaign = schema.campaign
    query = sa.select(campaign.c.name).where(campaign.c.correction_of == campaign_id, was_sent())
    return list(connection.execute(query.order_by(campaign.c.id)).scalars())


def sends(connection: sa.Connection) -> list[tuple[int, str]]:
    """Return the number and the name of each send, oldest first."""
    campaign = schema.campaign
    rows = connection.execute(
        sa.select(campaign.c.id, campaign.c.name).where(campaign.c.kind == Kind.SEND).order_by(campaign.c.id)
    )
    return [(int(number), str(name)) for number, name in rows]


def load(connection: sa.Connection, campaign_id: int) -> Campaign:
    """Return one preparation, which must exist."""
    return _campaign(connection.execute(_campaigns().where(schema.campaign.c.id == campaign_id)).mappings().one())


def of_name(connection: sa.Connection, name: str) -> list[Campaign]:
    """Return all preparations of this name: the send first, then the rehearsals, newest first."""
    campaign = schema.campaign
    query = _campaigns().where(campaign.c.name == name).order_by(campaign.c.kind != Kind.SEND, campaign.c.id.desc())
    return [_campaign(row) for row in connection.execute(query).mappings()]


def templates(connection: sa.Connection, campaign_id: int) -> dict[int, MessageTemplate]:
    """Return the letters of a preparation by their number."""
    template = schema.template
    rows = connection.execute(sa.select(template.c.id, template.c.body).where(template.c.campaign_id == campaign_id))
    return {int(number): MessageTemplate.from_json(body) for number, body in rows}


def largest_batch(connection: sa.Connection, campaign_id: int) -> int:
    """Return how many recipients the largest batch has; 0 when there is none."""
    batch = schema.batch
    largest = sa.select(sa.func.coalesce(sa.func.max(batch.c.size), 0)).where(batch.c.campaign_id == campaign_id)
    return int(connection.execute(largest).scalar_one())


def excluded(connection: sa.Connection, campaign_id: int) -> dict[str, int]:
    """Return how many candidates did not become recipients when the campaign was prepared, by reason."""
    exclusion = schema.exclusion
    rows = connection.execute(
        sa.select(exclusion.c.reason, sa.func.count())
        .where(exclusion.c.campaign_id == campaign_id)
        .group_by(exclusion.c.reason)
        .order_by(exclusion.c.reason)
    )
    return {str(reason): int(count) for reason, count in rows}


def sends_of_letters(connection: sa.Connection, digests: Collection[str]) -> list[Sent]:
    """Return the sends of exactly one of these letters under whatever campaign name, oldest first."""
    campaign, lists, template = schema.campaign, schema.contact_list, schema.template
    query = (
        sa.select(campaign.c.name.label("campaign"), lists.c.name.label("list_name"), campaign.c.prepared_at)
        .join(lists, lists.c.id == campaign.c.list_id)
        .where(
            was_sent(),
            sa.exists().where(template.c.campaign_id == campaign.c.id, template.c.digest.in_(digests)),
        )
        .order_by(campaign.c.id)
    )
    return [Sent(**row) for row in connection.execute(query).mappings()]


def letters(connection: sa.Connection, campaign_id: int) -> list[Kept]:
    """Return the letters of a preparation, in the order they were kept."""
    template = schema.template
    rows = connection.execute(
        sa.select(template.c.variant, template.c.digest)
        .where(template.c.campaign_id == campaign_id)
        .group_by(template.c.variant, template.c.digest)
        .order_by(sa.func.min(template.c.id))
    ).mappings()
    return [Kept(**row) for row in rows]


def _campaigns() -> sa.Select[*tuple[Any, ...]]:
    campaign, lists = schema.campaign, schema.contact_list
    return sa.select(
        campaign.c.id,
        campaign.c.name,
        campaign.c.kind,
        campaign.c.provider,
        lists.c.name.label("list_name"),
        lists.c.tag.label("list_tag"),
        campaign.c.envelope,
        campaign.c.issue_digest,
        campaign.c.prepared_at,
        campaign.c.policy,
        campaign.c.segment,
        corrected_name().label("correction_of"),
    ).join(lists, lists.c.id == campaign.c.list_id)


def corrected_name() -> sa.ColumnElement[str]:
    """The name of the campaign that the one of the enclosing query corrects; empty when it corrects none."""
    corrected = schema.campaign.alias()
    name = sa.select(corrected.c.name).where(corrected.c.id == schema.campaign.c.correction_of)
    return sa.func.coalesce(name.scalar_subquery(), "")


def _campaign(row: sa.RowMapping) -> Campaign:
    frozen: dict[str, Any] = dict(row)
    frozen["kind"], frozen["envelope"] = Kind(row["kind"]), Envelope.from_json(row["envelope"])
    frozen["policy"] = Policy(row["policy"])
    return Campaign(**frozen)


def run_name(prepared_at: str, kind: str) -> str:
    """Return what tells the runs of a campaign apart: when each was prepared, and what it was."""
    return f"{prepared_at[:10]}-{prepared_at[11:23].replace(':', '').replace('.', '-')}-{kind}"

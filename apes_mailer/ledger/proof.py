"""What became of every single candidate of a campaign, a batch at a time, for whoever has to prove it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from apes_mailer.ledger import requests
from apes_mailer.ledger.states import BatchState, Outcome
from apes_mailer.store import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the provider told of a recipient's letter, and when by its clock."""

    kind: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One candidate. ``address`` is empty for a row of a file that has none; ``batch`` is 0 for an exclusion.

    ``state`` is a word of the ledger: submitted, pending, submitting, unknown, refused, excluded. ``requested_at`` is
    when the last request that the recipient was in left.
    """

    address: str
    state: str
    reason: str = ""
    detail: str = ""
    variant: str = ""
    batch: int = 0
    request: int = 0
    requested_at: str = ""
    told: Sequence[Told] = ()


def lines(connection: sa.Connection, campaign_id: int, *, owner_alive: bool) -> Iterator[Line]:
    """Yield the recipients batch by batch, then the exclusions; what is submitting without an owner is in doubt."""
    batch, template = schema.batch, schema.template
    batches = connection.execute(
        sa.select(batch, template.c.variant)
        .join(template, template.c.id == batch.c.template_id)
        .where(batch.c.campaign_id == campaign_id)
        .order_by(batch.c.no)
    ).all()
    for each in batches:
        yield from _of_batch(connection, each, owner_alive=owner_alive)
    yield from _exclusions(connection, campaign_id)


def _of_batch(connection: sa.Connection, batch: sa.Row[*tuple[Any, ...]], *, owner_alive: bool) -> Iterator[Line]:
    times = _requests(connection, batch.campaign_id, batch.no)
    told = _told(connection, batch)
    lost = batch.state == BatchState.SUBMITTING and not owner_alive
    state = BatchState.UNKNOWN if lost else batch.state
    for row in _recipients(connection, batch):
        request = batch.attempts if row.attempt_seq is None else row.attempt_seq
        yield Line(
            address=row.address,
            state=row.outcome or state,
            reason=row.reason or "",
            variant=batch.variant,
            batch=batch.no,
            request=request,
            requested_at=times.get(request, ""),
            told=told.get(row.contact_id, ()),
        )


def _recipients(connection: sa.Connection, batch: sa.Row[*tuple[Any, ...]]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    recipient, contact = schema.recipient, schema.contact
    return connection.execute(
        sa.select(
            recipient.c.contact_id,
            contact.c.address,
            recipient.c.outcome,
            recipient.c.reason,
            recipient.c.attempt_seq,
        )
        .join(contact, contact.c.id == recipient.c.contact_id)
        .where(
            recipient.c.campaign_id == batch.campaign_id,
            recipient.c.contact_id.between(batch.first_contact, batch.last_contact),
            recipient.c.template_id == batch.template_id,
        )
        .order_by(recipient.c.contact_id)
    ).all()


def _requests(connection: sa.Connection, campaign_id: int, batch_no: int) -> dict[int, str]:
    attempt, link = schema.attempt, schema.batch_attempt
    rows = connection.execute(
        sa.select(attempt.c.seq, attempt.c.started_at)
        .select_from(requests.attempts())
        .where(link.c.campaign_id == campaign_id, link.c.batch_no == batch_no)
    )
    return {int(seq): str(at) for seq, at in rows}


def _told(connection: sa.Connection, batch: sa.Row[*tuple[Any, ...]]) -> dict[int, list[Told]]:
    event = schema.event
    rows = connection.execute(
        sa.select(event.c.contact_id, event.c.kind, event.c.at, event.c.reason)
        .where(
            event.c.campaign_id == batch.campaign_id,
            event.c.contact_id.between(batch.first_contact, batch.last_contact),
        )
        .order_by(event.c.contact_id, event.c.at, event.c.id)
    )
    found: dict[int, list[Told]] = {}
    for contact_id, kind, at, reason in rows:
        found.setdefault(contact_id, []).append(Told(kind=kind, at=at, reason=reason))
    return found


def _exclusions(connection: sa.Connection, campaign_id: int) -> Iterator[Line]:
    exclusion, contact = schema.exclusion, schema.contact
    rows = connection.execution_options(yield_per=1000).execute(
        sa.select(contact.c.address, exclusion.c.reason, exclusion.c.detail, exclusion.c.line)
        .join(contact, contact.c.id == exclusion.c.contact_id, isouter=True)
        .where(exclusion.c.campaign_id == campaign_id)
        .order_by(exclusion.c.id)
    )
    for address, reason, detail, _line in rows:
        yield Line(address=address or "", state=Outcome.EXCLUDED, reason=reason, detail=detail)

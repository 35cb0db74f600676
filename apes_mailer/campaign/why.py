"""Did this address get this letter, which bytes, and if not, why?"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.contacts import lists, suppressions
from apes_mailer.contacts.suppressions import Suppression
from apes_mailer.ledger import claims
from apes_mailer.ledger.owner import OwnerLock
from apes_mailer.ledger.states import BatchState, Kind, Outcome
from apes_mailer.model.batch import Envelope, Recipient
from apes_mailer.model.keys import Keyring
from apes_mailer.model.message import MessageTemplate
from apes_mailer.providers import mime
from apes_mailer.render import fill
from apes_mailer.store import schema
from apes_mailer.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt, a request that this recipient was in."""

    seq: int
    state: str
    started_at: str
    provider_id: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one address in one campaign or rehearsal.

    ``verdict`` is submitted, pending, submitting, unknown, refused, excluded or not_asked. ``reason`` is a word of
    ``Reason`` for an exclusion, with ``detail`` where there is more to say, and words for people otherwise.
    ``message_sha256`` is over the HTML as this recipient reads it, ``template_sha256`` over the letter with its slots
    unfilled; both are empty for an exclusion, which has no message.
    """

    kind: str
    verdict: str
    reason: str
    provider: str
    prepared_at: str
    detail: str = ""
    batch: int | None = None
    attempts: Sequence[Attempt] = ()
    template_sha256: str = ""
    message_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Everything known about one address and one campaign; ``message`` is that of the newest answer that has one."""

    campaign: str
    address: str
    answers: Sequence[Answer]
    suppressions: Sequence[Suppression]
    message: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Campaign:
    id: int
    kind: str
    provider: str
    prepared_at: str
    envelope: str
    list_tag: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frozen:
    contact_id: int
    address: str
    key: bytes
    merge_values: str | None
    outcome: str | None
    reason: str | None
    attempt_seq: int | None
    digest: str
    body: str
    batch_no: int
    batch_state: str


def why(database: Database, keyring: Keyring, name: str, address: str, *, at: dt.datetime) -> Why:
    """Answer for an address, in normal form, and every preparation of a campaign."""
    key = keyring.contact_key(address)
    alive = OwnerLock(database.path, name).alive()
    answers: list[Answer] = []
    message: bytes | None = None
    with database.read() as connection:
        contact_id = lists.contact_id(connection, key)
        for campaign in _campaigns(connection, name):
            frozen = None if contact_id is None else _frozen(connection, campaign.id, contact_id)
            if frozen is None:
                answer = _not_frozen(connection, campaign, contact_id)
            else:
                recipient, template = _rebuilt(keyring, campaign, frozen)
                owned = alive and campaign.kind == Kind.SEND
                answer = _answer(connection, campaign, frozen, _html(campaign, recipient, template), owned=owned)
                if frozen.outcome != Outcome.EXCLUDED:
                    message = message or _eml(campaign, recipient, template)
            if campaign.kind == Kind.SEND or answer.verdict != "not_asked":
                answers.append(answer)
        held = suppressions.holding(connection, key, at=at)
    return Why(campaign=name, address=address, answers=answers, suppressions=held, message=message)


def _campaigns(connection: sa.Connection, name: str) -> list[_Campaign]:
    campaign, lists_ = schema.campaign, schema.contact_list
    rows = connection.execute(
        sa.select(
            campaign.c.id,
            campaign.c.kind,
            campaign.c.provider,
            campaign.c.prepared_at,
            campaign.c.envelope,
            lists_.c.tag.label("list_tag"),
        )
        .join(lists_, lists_.c.id == campaign.c.list_id)
        .where(campaign.c.name == name)
        .order_by(campaign.c.kind != Kind.SEND, campaign.c.id.desc())
    ).mappings()
    return [_Campaign(**row) for row in rows]


def _frozen(connection: sa.Connection, campaign_id: int, contact_id: int) -> _Frozen | None:
    recipient, contact, template, batch = schema.recipient, schema.contact, schema.template, schema.batch
    in_batch = sa.and_(
        batch.c.campaign_id == recipient.c.campaign_id,
        batch.c.template_id == recipient.c.template_id,
        sa.or_(
            # Who left a batch stays counted in it, also when it was cut since.
            recipient.c.batch_no == batch.c.no,
            sa.and_(
                recipient.c.batch_no.is_(None),
                recipient.c.contact_id.between(batch.c.first_contact, batch.c.last_contact),
            ),
        ),
    )
    row = (
        connection.execute(
            sa.select(
                recipient.c.contact_id,
                contact.c.address,
                contact.c.key,
                recipient.c.merge_values,
                recipient.c.outcome,
                recipient.c.reason,
                recipient.c.attempt_seq,
                template.c.digest,
                template.c.body,
                batch.c.no.label("batch_no"),
                batch.c.state.label("batch_state"),
            )
            .join(contact, contact.c.id == recipient.c.contact_id)
            .join(template, template.c.id == recipient.c.template_id)
            .join(batch, in_batch)
            .where(recipient.c.campaign_id == campaign_id, recipient.c.contact_id == contact_id)
        )
        .mappings()
        .first()
    )
    return _Frozen(**row) if row else None


def _not_frozen(connection: sa.Connection, campaign: _Campaign, contact_id: int | None) -> Answer:
    exclusion = schema.exclusion
    row = connection.execute(
        sa.select(exclusion.c.reason, exclusion.c.detail).where(
            exclusion.c.campaign_id == campaign.id, exclusion.c.contact_id == contact_id
        )
    ).first()
    return Answer(
        kind=campaign.kind,
        verdict="excluded" if row else "not_asked",
        reason=row.reason if row else "the address was not on the list when the campaign was prepared",
        detail=row.detail or "" if row else "",
        provider=campaign.provider,
        prepared_at=campaign.prepared_at,
    )


def _answer(connection: sa.Connection, campaign: _Campaign, frozen: _Frozen, page: str, *, owned: bool) -> Answer:
    state = frozen.batch_state
    if state == BatchState.SUBMITTING and not owned:
        state = BatchState.UNKNOWN
    has_message = frozen.outcome != Outcome.EXCLUDED
    return Answer(
        kind=campaign.kind,
        verdict=frozen.outcome or state,
        reason=frozen.reason or "",
        provider=campaign.provider,
        prepared_at=campaign.prepared_at,
        batch=frozen.batch_no,
        attempts=_attempts(connection, campaign.id, frozen),
        template_sha256=frozen.digest if has_message else "",
        message_sha256=hashlib.sha256(page.encode()).hexdigest() if has_message else "",
    )


def _attempts(connection: sa.Connection, campaign_id: int, frozen: _Frozen) -> list[Attempt]:
    attempt = schema.attempt
    query = sa.select(
        attempt.c.seq, attempt.c.state, attempt.c.started_at, attempt.c.provider_id, attempt.c.note
    ).where(attempt.c.campaign_id == campaign_id, attempt.c.batch_no == frozen.batch_no)
    # An excluded recipient was taken out before its attempt was made, a refused one by its answer.
    if frozen.outcome == Outcome.EXCLUDED:
        query = query.where(attempt.c.seq < (frozen.attempt_seq or 0))
    elif frozen.outcome == Outcome.REFUSED:
        query = query.where(attempt.c.seq <= (frozen.attempt_seq or 0))
    return [Attempt(**row) for row in connection.execute(query.order_by(attempt.c.seq)).mappings()]


def _rebuilt(keyring: Keyring, campaign: _Campaign, frozen: _Frozen) -> tuple[Recipient, MessageTemplate]:
    envelope = Envelope.from_json(campaign.envelope)
    recipient = Recipient(
        frozen.address,
        keyring.recipient_mark(frozen.key),
        envelope.unsubscribe_url(keyring.token(campaign.list_tag, frozen.key)),
        claims.merge_values(frozen.address, frozen.merge_values),
    )
    return recipient, MessageTemplate.from_json(frozen.body)


def _html(campaign: _Campaign, recipient: Recipient, template: MessageTemplate) -> str:
    envelope = Envelope.from_json(campaign.envelope)
    links = fill.Links(pictures=envelope.pictures_url, browser=envelope.browser_url)
    return fill.fill(template.html, recipient.values, links, recipient.unsubscribe_url)


def _eml(campaign: _Campaign, recipient: Recipient, template: MessageTemplate) -> bytes:
    envelope = Envelope.from_json(campaign.envelope)
    identity = mime.message_id(f"{campaign.id}.{recipient.mark}", envelope.from_address)
    prepared = dt.datetime.fromisoformat(campaign.prepared_at)
    return mime.Splicer(template, envelope).message(recipient, message_id=identity, date=prepared)

"""Did this address get this letter, which bytes, and if not, why?"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from apes_mailer.contacts import lists, suppressions
from apes_mailer.contacts.suppressions import Suppression
from apes_mailer.ledger import campaigns, events, traces
from apes_mailer.ledger.campaigns import Campaign
from apes_mailer.ledger.events import Reported
from apes_mailer.ledger.owner import OwnerLock
from apes_mailer.ledger.states import BatchState, Kind, Outcome, Reason
from apes_mailer.ledger.traces import Attempt
from apes_mailer.model.batch import Recipient
from apes_mailer.model.keys import Keyring
from apes_mailer.model.suppression import Cause
from apes_mailer.providers import mime
from apes_mailer.render import fill
from apes_mailer.store.database import Connection, Database
from apes_mailer.store.times import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one address in one campaign or rehearsal.

    ``verdict`` is submitted, pending, submitting, unknown, refused, excluded or not_asked. ``reason`` is a word of
    ``Reason`` for an exclusion, with ``detail`` where there is more to say, and words for people otherwise.
    ``message_sha256`` is over the HTML as this recipient reads it, ``template_sha256`` over the letter with its slots
    unfilled, ``variant`` names this letter when others got another one; all are empty for an exclusion, which has no
    message. ``events`` are what the provider reported since, oldest first.
    """

    kind: str
    verdict: str
    reason: str
    provider: str
    prepared_at: str
    detail: str = ""
    batch: int | None = None
    attempts: Sequence[Attempt] = ()
    events: Sequence[Reported] = ()
    variant: str = ""
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


def why(database: Database, keyring: Keyring, name: str, address: str, *, at: dt.datetime) -> Why:
    """Answer for an address, in normal form, and every preparation of a campaign."""
    key = keyring.contact_key(address)
    alive = OwnerLock(database.path, name).alive()
    answers: list[Answer] = []
    message: bytes | None = None
    with database.read() as connection:
        held = suppressions.holding(connection, key, at=at)
        contact_id = lists.contact_id(connection, key)
        for campaign in campaigns.of_name(connection, name):
            frozen = None if contact_id is None else traces.recipient(connection, campaign.id, contact_id)
            if frozen is None:
                answer = _not_frozen(connection, campaign, contact_id, _erased_at(held))
            else:
                recipient = _rebuilt(keyring, campaign, frozen)
                owned = alive and campaign.kind is Kind.SEND
                answer = _answer(connection, campaign, frozen, _html(campaign, recipient, frozen), owned=owned)
                if frozen.outcome is not Outcome.EXCLUDED:
                    message = message or _eml(campaign, recipient, frozen)
            if campaign.kind is Kind.SEND or answer.verdict != "not_asked":
                answers.append(answer)
    return Why(campaign=name, address=address, answers=answers, suppressions=held, message=message)


def _not_frozen(connection: Connection, campaign: Campaign, contact_id: int | None, erased_at: str) -> Answer:
    excluded = None if contact_id is None else traces.exclusion(connection, campaign.id, contact_id)
    return Answer(
        kind=campaign.kind,
        verdict="excluded" if excluded else "not_asked",
        reason=excluded.reason if excluded else _absence(campaign, erased_at),
        detail=_detail(campaign, excluded) if excluded else "",
        provider=campaign.provider,
        prepared_at=campaign.prepared_at,
    )


def _absence(campaign: Campaign, erased_at: str) -> str:
    if erased_at <= campaign.prepared_at:  # also when nobody was erased
        return "the address was not on the list when the campaign was prepared"
    day = local_day(erased_at)
    return f"the person was erased on {day}: what was sent to this address before is not known any more"


def _erased_at(held: Sequence[Suppression]) -> str:
    return max((each.at for each in held if each.cause is Cause.ERASED), default="")


def _detail(campaign: Campaign, excluded: traces.Exclusion) -> str:
    return campaign.segment if excluded.reason == Reason.NOT_IN_SEGMENT else excluded.detail


def _answer(connection: Connection, campaign: Campaign, frozen: traces.Recipient, page: str, *, owned: bool) -> Answer:
    state = frozen.batch_state
    if state is BatchState.SUBMITTING and not owned:
        state = BatchState.UNKNOWN
    has_message = frozen.outcome is not Outcome.EXCLUDED
    return Answer(
        kind=campaign.kind,
        verdict=frozen.outcome or state,
        reason=frozen.reason,
        provider=campaign.provider,
        prepared_at=campaign.prepared_at,
        batch=frozen.batch_no,
        attempts=traces.attempts(connection, campaign.id, frozen),
        events=events.of_contact(connection, campaign.id, frozen.contact_id),
        variant=frozen.variant if has_message else "",
        template_sha256=frozen.digest if has_message else "",
        message_sha256=hashlib.sha256(page.encode()).hexdigest() if has_message else "",
    )


def _rebuilt(keyring: Keyring, campaign: Campaign, frozen: traces.Recipient) -> Recipient:
    return Recipient(
        frozen.address,
        keyring.recipient_mark(frozen.key),
        campaign.envelope.unsubscribe_url(keyring.token(campaign.list_tag, frozen.key)),
        frozen.values,
    )


def _html(campaign: Campaign, recipient: Recipient, frozen: traces.Recipient) -> str:
    links = fill.links_of(campaign.envelope)
    return fill.fill(frozen.template.html, recipient.values, links, recipient.unsubscribe_url)


def _eml(campaign: Campaign, recipient: Recipient, frozen: traces.Recipient) -> bytes:
    identity = mime.message_id(f"{campaign.id}.{recipient.mark}", campaign.envelope.from_address)
    prepared = dt.datetime.fromisoformat(campaign.prepared_at)
    splicer = mime.Splicer(frozen.template, campaign.envelope)
    return splicer.message(recipient, message_id=identity, date=prepared)

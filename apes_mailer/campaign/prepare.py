"""Preparing a campaign: the audience is frozen together with the letter, or nothing happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import NoReturn

from apes_mailer.campaign import audience as audience_module
from apes_mailer.campaign import filling
from apes_mailer.campaign.order import Order
from apes_mailer.campaign.targeting import Targeting
from apes_mailer.campaign.waiving import require_sound
from apes_mailer.errors import CancelledError, ContactsError, LedgerError
from apes_mailer.ledger import campaigns, control, freeze
from apes_mailer.ledger.freeze import Frozen, Preparation
from apes_mailer.ledger.instance import Instance
from apes_mailer.ledger.sorting import Letters
from apes_mailer.ledger.states import Kind, Reason
from apes_mailer.model import merge
from apes_mailer.model.field import EMAIL
from apes_mailer.model.keys import Keyring
from apes_mailer.model.message import MessageTemplate, Slot
from apes_mailer.providers.base import Provider
from apes_mailer.store.database import Connection, Database

# The most bytes that one byte of a value can become (&#x27;), and what isolating a right-to-left value adds.
_GROWTH, _ISOLATES = 6, 16

_NOBODY_TO_CORRECT = "Nobody needs this correction: it goes to those who got that campaign, and still want letters."
_NOBODY = "Add contacts to the list, or choose another one with --to."
_OUTSIDE = "Those whom the segment means get no letters: ask for others with --where."
_UNPROVEN = (
    "The settings say that this list is opt-in: import the consents along with the contacts (their date and where they "
    "were given, in columns or by --consent-source), or let people sign up."
)


class _SurveyOverError(Exception):
    def __init__(self, frozen: Frozen) -> None:
        super().__init__()
        self.frozen = frozen


def survey(
    database: Database,
    order: Order,
    keyring: Keyring,
    instance: Instance,
    at: dt.datetime,
    *,
    expected: int | None = None,
) -> Frozen:
    """Return what a preparation would freeze, without preparing anything. Raises as :func:`prepare` does."""

    def look(connection: Connection) -> NoReturn:
        frozen, _ = _prepare(connection, order, keyring, instance, at, expected=expected)
        raise _SurveyOverError(frozen)

    try:
        with database.write() as connection:
            look(connection)
    except _SurveyOverError as over:
        return over.frozen


def prepare(
    database: Database,
    order: Order,
    keyring: Keyring,
    instance: Instance,
    at: dt.datetime,
    *,
    expected: int | None,
    ready: Callable[[], None] = lambda: None,
) -> Frozen:
    """Freeze the audience and the letter.

    ``ready`` is called when every letter that somebody gets is known, and before any of this holds: what it raises
    leaves nothing prepared.

    ``expected`` is the number of recipients that a person confirmed, None when nobody was asked. Raises
    ``CancelledError`` when it is not their number, or is missing where it is needed; ``CheckFailedError`` when a check
    found an error in the letter, or a merge tag has nothing to say to somebody; ``ContactsError`` when nobody is left
    to mail; ``LedgerError`` when the campaign has been handed to its provider before.
    """
    require_sound(order.composition, order.waivers)
    with database.write() as connection:
        frozen, targeting = _prepare(connection, order, keyring, instance, at, expected=expected)
        targeting.require_sound()
        if expected is None and order.needs_count(frozen.recipients):
            raise CancelledError(
                f"Nothing was sent: nobody confirmed that {frozen.recipients} recipients are meant.",
                hint=f"Confirm it: --confirm {order.composition.name}:{frozen.recipients}",
            )
        ready()
        return frozen


def _prepare(
    connection: Connection,
    order: Order,
    keyring: Keyring,
    instance: Instance,
    at: dt.datetime,
    *,
    expected: int | None,
) -> tuple[Frozen, Targeting]:
    targeting = Targeting(order)
    if order.kind is Kind.SEND:
        # Freezing asks this again; here the ledger comes first, because it can say how to go on.
        campaigns.forget_untouched(connection, order.composition.name)
        _refuse_known_elsewhere(connection, order.composition.name, instance)
        _refuse_other_case(connection, order.composition.name)
    with audience_module.candidates(connection, order.audience, keyring, at) as (list_id, candidates, slips):
        preparation = _preparation(connection, order, list_id, targeting.letters())
        frozen = freeze.freeze(connection, preparation, candidates, at=at, actor=order.actor, expected=expected)
    if not frozen.recipients:
        left_out = (f"{count:,} {reason.replace('_', ' ')}" for reason, count in frozen.excluded.items())
        excluded = ", ".join(left_out) or "nobody is on it"
        raise ContactsError(
            f"{order.audience.words} gives no recipient ({excluded}).",
            hint=_without_recipients(connection, order, frozen),
        )
    columns = partial(audience_module.columns, connection, order.audience, list_id)
    targeting.require_readers(columns)
    filling.require_filled_tags(connection, order, frozen.campaign_id)
    empty = filling.empty_fields(connection, order, frozen.campaign_id, columns)
    found = replace(frozen, empty_fields=empty, absent_values=targeting.absent_values(), slips=slips)
    return found, targeting


def _without_recipients(connection: Connection, order: Order, frozen: Frozen) -> str:
    """Return what to do when nobody is left to mail."""
    if Reason.NO_PROOF in frozen.excluded:
        return _UNPROVEN
    if Reason.NOT_IN_SEGMENT in frozen.excluded:
        return " ".join(audience_module.count(connection, order.audience).unmet) or _OUTSIDE
    return _NOBODY_TO_CORRECT if order.audience.corrected else _NOBODY


def _refuse_known_elsewhere(connection: Connection, name: str, instance: Instance) -> None:
    if name in instance.touched_since(connection):
        raise LedgerError(
            f'"{name}" has already been handed to a provider from this computer; it is never prepared a second time.',
            hint=f"See where it stands with: apes-mailer status {name}. If the database was restored from a backup, "
            "send what is missing as a new campaign.",
        )


def _refuse_other_case(connection: Connection, name: str) -> None:
    # Where the disk makes no difference between the two, they are one folder, and one letter.
    other = campaigns.spelled_otherwise(connection, name)
    if other is not None:
        raise LedgerError(
            f'"{name}" and "{other}" differ in capital letters only, and "{other}" has been prepared for sending.',
            hint=f"Write {other} if you mean that one, or give the new campaign a name of its own.",
        )


def _preparation(connection: Connection, order: Order, list_id: int, letters: Letters) -> Preparation:
    provider, corrected = order.provider, order.audience.corrected
    return Preparation(
        name=order.composition.name,
        kind=order.kind,
        provider=provider.name,
        list_id=list_id,
        envelope=order.envelope.to_json(),
        issue_digest=order.composition.loaded.digest,
        letters=letters,
        batch_size=min(order.batch_size, provider.limits.recipients),
        policy=order.policy,
        segment=str(order.audience.where or ""),
        waivers=order.waivers,
        correction_of=control.campaign_id_of(connection, corrected.campaign) if corrected else None,
        value_bytes=partial(_safe_bytes, provider),
        too_large=lambda template: partial(_too_large, provider, template),
    )


def _safe_bytes(provider: Provider, template: MessageTemplate) -> int | None:
    limit = provider.limits.merge_bytes
    slots = [slot for slots in template.fields().values() for slot in slots]
    if limit is None or not slots:
        return None
    longest_address = 254 * sum(1 for slot in slots if _is_email(slot))
    fixed = provider.merge_size(template, {}) + _GROWTH * longest_address + _ISOLATES * len(slots)
    return max(0, (limit - fixed) // (_GROWTH * len(slots)))


def _is_email(slot: Slot) -> bool:
    return isinstance(slot.expression, merge.ContactField) and slot.expression.name == EMAIL


def _too_large(provider: Provider, template: MessageTemplate, address: str, values: Mapping[str, str]) -> str | None:
    size = provider.merge_size(template, {**values, EMAIL: address})
    limit = provider.limits.merge_bytes
    if limit is None or size <= limit:
        return None
    return f"the values for merge tags take {size} bytes, and {provider.name} accepts {limit}"

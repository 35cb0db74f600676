"""Preparing a campaign: the audience is frozen together with the letter, or nothing happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn

from apes_mailer.campaign import audience as audience_module
from apes_mailer.campaign.compose import problem
from apes_mailer.campaign.order import Order
from apes_mailer.campaign.waiving import require_sound
from apes_mailer.check import catalogue
from apes_mailer.errors import CancelledError, CheckFailedError, ContactsError, LedgerError, Problem
from apes_mailer.ledger import campaigns, freeze, merge_values
from apes_mailer.ledger.freeze import Frozen, Preparation
from apes_mailer.ledger.instance import Instance
from apes_mailer.ledger.states import Kind
from apes_mailer.model import merge
from apes_mailer.model.keys import Keyring
from apes_mailer.model.message import Context, MessageTemplate, Slot
from apes_mailer.model.walk import walk
from apes_mailer.providers.base import Provider
from apes_mailer.render import fill
from apes_mailer.store.database import Connection, Database

# The most bytes that one byte of a value can become (&#x27;), and what isolating a right-to-left value adds.
_GROWTH, _ISOLATES = 6, 16


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
        raise _SurveyOverError(_prepare(connection, order, keyring, instance, at, expected=expected))

    try:
        with database.write() as connection:
            look(connection)
    except _SurveyOverError as over:
        return over.frozen


def prepare(
    database: Database, order: Order, keyring: Keyring, instance: Instance, at: dt.datetime, *, expected: int | None
) -> Frozen:
    """Freeze the audience and the letter.

    ``expected`` is the number of recipients that a person confirmed, None when nobody was asked. Raises
    ``CancelledError`` when it is not their number, or is missing where it is needed; ``CheckFailedError`` when a check
    found an error in the letter, or a merge tag has nothing to say to somebody; ``ContactsError`` when nobody is left
    to mail; ``LedgerError`` when the campaign has been handed to its provider before.
    """
    require_sound(order.composition, order.waivers)
    with database.write() as connection:
        frozen = _prepare(connection, order, keyring, instance, at, expected=expected)
        if expected is None and order.needs_count(frozen.recipients):
            raise CancelledError(
                f"Nothing was sent: nobody confirmed that {frozen.recipients} recipients are meant.",
                hint=f"Confirm it: --confirm {order.composition.name}:{frozen.recipients}",
            )
        return frozen


def _prepare(
    connection: Connection,
    order: Order,
    keyring: Keyring,
    instance: Instance,
    at: dt.datetime,
    *,
    expected: int | None,
) -> Frozen:
    if order.kind is Kind.SEND:
        # Freezing asks this again; here the ledger comes first, because it can say how to go on.
        campaigns.forget_untouched(connection, order.composition.name)
        _refuse_known_elsewhere(connection, order.composition.name, instance)
        _refuse_other_case(connection, order.composition.name)
    with audience_module.candidates(connection, order.audience, keyring, at) as (list_id, candidates):
        preparation = _preparation(order, list_id)
        frozen = freeze.freeze(connection, preparation, candidates, at=at, actor=order.actor, expected=expected)
    if not frozen.recipients:
        excluded = ", ".join(f"{count} {reason}" for reason, count in frozen.excluded.items()) or "nobody is on it"
        raise ContactsError(
            f'The list "{order.audience.name}" gives no recipient ({excluded}).',
            hint="Add contacts to the list, or choose another one with --to.",
        )
    _require_filled_tags(connection, order, frozen.campaign_id)
    empty = [name for name in preparation.fields if merge_values.nobody_has(connection, frozen.campaign_id, name)]
    return replace(frozen, empty_fields=empty)


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


def _preparation(order: Order, list_id: int) -> Preparation:
    template = order.composition.letter.template
    limit = order.provider.limits.merge_bytes
    fields = [name for name in template.fields() if name != "EMAIL"]
    return Preparation(
        name=order.composition.name,
        kind=order.kind,
        provider=order.provider.name,
        list_id=list_id,
        envelope=order.envelope.to_json(),
        issue_digest=order.composition.loaded.digest,
        template_digest=template.digest,
        template_body=template.to_json(),
        fields=fields,
        batch_size=min(order.batch_size, order.provider.limits.recipients),
        value_bytes=None if limit is None or not fields else _safe_bytes(order.provider, template, limit),
        waivers=order.waivers,
        too_large=lambda address, values: _too_large(order.provider, template, address, values),
    )


def _safe_bytes(provider: Provider, template: MessageTemplate, limit: int) -> int:
    slots = [slot for slots in template.fields().values() for slot in slots]
    longest_address = 254 * sum(1 for slot in slots if _is_email(slot))
    fixed = provider.merge_size(template, {}) + _GROWTH * longest_address + _ISOLATES * len(slots)
    return max(0, (limit - fixed) // (_GROWTH * len(slots)))


def _is_email(slot: Slot) -> bool:
    return isinstance(slot.expression, merge.ContactField) and slot.expression.name == "EMAIL"


def _too_large(provider: Provider, template: MessageTemplate, address: str, values: Mapping[str, str]) -> str | None:
    size = provider.merge_size(template, {**values, "EMAIL": address})
    limit = provider.limits.merge_bytes
    if limit is None or size <= limit:
        return None
    return f"the values for merge tags take {size} bytes, and {provider.name} accepts {limit}"


def _require_filled_tags(connection: Connection, order: Order, campaign_id: int) -> None:
    problems: list[Problem] = []
    for name, slots in order.composition.letter.template.fields().items():
        needed = [slot for slot in slots if isinstance(slot.expression, merge.ContactField)]
        without = [slot for slot in needed if _has_no_fallback(slot)]
        if not without or name == "EMAIL":
            continue
        count, first = merge_values.unfilled(connection, campaign_id, name)
        if count:
            problems.append(_unfilled(order, name, count, first))
        elif any(slot.context is Context.URL for slot in without):
            wrong = [
                a for a, value in merge_values.field_values(connection, campaign_id, name) if not fill.is_url(value)
            ]
            if wrong:
                problems.append(_unfilled(order, name, len(wrong), wrong[:3], case="no-address-"))
    if problems:
        raise CheckFailedError(
            f'The list "{order.audience.name}" cannot fill every merge tag; nothing was sent.', problems
        )


def _has_no_fallback(slot: Slot) -> bool:
    return isinstance(slot.expression, merge.ContactField) and slot.expression.fallback is None


def _unfilled(order: Order, name: str, count: int, first: list[str], *, case: str = "") -> Problem:
    loaded = order.composition.loaded
    place = next(
        (
            path
            for path, value in walk(loaded.issue)
            if isinstance(value, str) and any(_means(tag, name) for tag in merge.find(value))
        ),
        "",
    )
    finding = catalogue.finding(
        f"merge-tag-unfilled.{case}{'one' if count == 1 else 'many'}",
        place,
        tag=f"<<contact.{name}>>",
        count=count,
        who=", ".join(first) + (", …" if count > len(first) else ""),
        example=f"<<contact.{name}|…>>",
    )
    told = problem(order.composition, finding)
    return told if place else replace(told, file="the theme or the settings")


def _means(tag: merge.TagMatch, name: str) -> bool:
    expression = tag.expression
    return isinstance(expression, merge.ContactField) and expression.name == name and expression.fallback is None

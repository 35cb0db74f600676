"""The merge values of frozen recipients: too many bytes for the provider, or nothing to say to somebody."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping

import sqlalchemy as sa

from apes_mailer.ledger.states import Reason
from apes_mailer.store import schema

TooLarge = Callable[[str, Mapping[str, str]], str | None]
"""Says of an address and the values of its fields what makes them too large, or None."""


def exclude_too_large(
    connection: sa.Connection, campaign_id: int, template_id: int, *, above: int, too_large: TooLarge
) -> None:
    """Make exclusions of the recipients of a letter of whose values ``too_large`` says something.

    It is asked only about recipients whose values take more than ``above`` bytes as JSON.
    """
    recipient, contact = schema.recipient, schema.contact
    suspects = connection.execute(
        sa.select(recipient.c.contact_id, contact.c.address, recipient.c.merge_values)
        .join(contact, contact.c.id == recipient.c.contact_id)
        .where(
            recipient.c.campaign_id == campaign_id,
            recipient.c.template_id == template_id,
            sa.func.length(sa.cast(recipient.c.merge_values, sa.LargeBinary)) > above,
        )
    )
    for row in suspects.all():
        wrong = too_large(row.address, json.loads(row.merge_values))
        if wrong is None:
            continue
        connection.execute(
            sa.delete(recipient).where(recipient.c.campaign_id == campaign_id, recipient.c.contact_id == row.contact_id)
        )
        connection.execute(
            sa.insert(schema.exclusion).values(
                campaign_id=campaign_id, contact_id=row.contact_id, reason=Reason.TOO_LARGE, detail=wrong
            )
        )


def unfilled(
    connection: sa.Connection, campaign_id: int, field: str, *, templates: Collection[int], first: int = 3
) -> tuple[int, list[str]]:
    """Return how many recipients of some letters have nothing in a field, and the addresses of the first of them."""
    recipient, contact = schema.recipient, schema.contact
    value = sa.func.json_extract(recipient.c.merge_values, f"$.{field}")
    empty = sa.and_(_of_letters(campaign_id, templates), sa.func.trim(value) == "")
    count = connection.execute(sa.select(sa.func.count()).select_from(recipient).where(empty)).scalar_one()
    if not count:
        return 0, []
    addresses = (
        sa.select(contact.c.address)
        .join(recipient, contact.c.id == recipient.c.contact_id)
        .where(empty)
        .order_by(contact.c.id)
        .limit(first)
    )
    return count, list(connection.execute(addresses).scalars())


def nobody_has(connection: sa.Connection, campaign_id: int, field: str) -> bool:
    """Whether no recipient at all has anything in a field; quick where somebody does."""
    recipient = schema.recipient
    value = sa.func.json_extract(recipient.c.merge_values, f"$.{field}")
    somebody = sa.select(recipient.c.contact_id).where(
        recipient.c.campaign_id == campaign_id, sa.func.trim(value) != ""
    )
    return connection.execute(somebody.limit(1)).first() is None


def field_values(
    connection: sa.Connection, campaign_id: int, field: str, *, templates: Collection[int]
) -> Iterator[tuple[str, str]]:
    """Yield (address, value) of one field for every recipient of some letters, a few at a time."""
    recipient, contact = schema.recipient, schema.contact
    value = sa.func.json_extract(recipient.c.merge_values, f"$.{field}")
    query = (
        sa.select(contact.c.address, value)
        .join(recipient, contact.c.id == recipient.c.contact_id)
        .where(_of_letters(campaign_id, templates))
    )
    for address, text in connection.execution_options(yield_per=1000).execute(query):
        yield str(address), str(text)


def _of_letters(campaign_id: int, templates: Collection[int]) -> sa.ColumnElement[bool]:
    recipient = schema.recipient
    return sa.and_(recipient.c.campaign_id == campaign_id, recipient.c.template_id.in_(templates))

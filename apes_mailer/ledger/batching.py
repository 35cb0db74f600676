"""Cutting recipients into batches: each holds one stretch of the recipients of one letter."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from apes_mailer.ledger.states import BatchState
from apes_mailer.store import schema


def cut(connection: sa.Connection, campaign_id: int, templates: Iterable[int], size: int) -> int:
    """Cut the recipients of a campaign into batches of at most ``size``, letter after letter; return how many."""
    batches = 0
    for template_id in templates:
        batches += _cut_letter(connection, campaign_id, template_id, size, after_no=batches)
    return batches


def _cut_letter(connection: sa.Connection, campaign_id: int, template_id: int, size: int, *, after_no: int) -> int:
    recipient = schema.recipient
    mine = sa.and_(recipient.c.campaign_id == campaign_id, recipient.c.template_id == template_id)
    next_contact = (
        sa.select(recipient.c.contact_id)
        .where(mine, recipient.c.contact_id > sa.bindparam("after"))
        .order_by(recipient.c.contact_id)
        .limit(1)
    )
    total = int(connection.execute(sa.select(sa.func.count()).where(mine)).scalar_one())
    after, batches = 0, 0
    for start in range(0, total, size):
        count = min(size, total - start)
        first = connection.execute(next_contact, {"after": after}).scalar_one()
        last = connection.execute(next_contact.offset(count - 1), {"after": after}).scalar_one()
        batches += 1
        connection.execute(
            sa.insert(schema.batch).values(
                campaign_id=campaign_id,
                no=after_no + batches,
                template_id=template_id,
                first_contact=first,
                last_contact=last,
                size=count,
                state=BatchState.PENDING,
            )
        )
        after = last
    return batches

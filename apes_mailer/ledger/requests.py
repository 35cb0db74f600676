"""Who was in which request, as SQL.

A batch that is cut hands its attempts on: those who go in the new batches were in the same requests. So an attempt may
be one of several batches, and its ``seq`` counts the requests that the people of a batch were in, before and after.
"""

from __future__ import annotations

import sqlalchemy as sa

from apes_mailer.store import schema


def was_in() -> sa.ColumnElement[bool]:
    """Whether the recipient of the enclosing query was in the request of the attempt, one of its batch."""
    recipient, attempt = schema.recipient, schema.attempt
    return sa.or_(recipient.c.attempt_seq.is_(None), attempt.c.seq <= recipient.c.attempt_seq)


def in_batch() -> sa.ColumnElement[bool]:
    """Whether a recipient belongs to a batch, also when it has left it: each is a stretch of those of one letter."""
    batch, recipient = schema.batch, schema.recipient
    return sa.and_(
        recipient.c.campaign_id == batch.c.campaign_id,
        recipient.c.template_id == batch.c.template_id,
        recipient.c.contact_id.between(batch.c.first_contact, batch.c.last_contact),
    )


def attempts() -> sa.FromClause:
    """The attempts, each with every batch (``batch_attempt``) whose people were in its request."""
    link, attempt = schema.batch_attempt, schema.attempt
    return link.join(attempt, attempt.c.id == link.c.attempt_id)


def of_batch() -> sa.ColumnElement[bool]:
    """Whether an attempt of :func:`attempts` is one of the batch of the enclosing query."""
    link, batch = schema.batch_attempt, schema.batch
    return sa.and_(link.c.campaign_id == batch.c.campaign_id, link.c.batch_no == batch.c.no)


def latest(batches: sa.ColumnElement[bool]) -> sa.Subquery:
    """The last request of the people of each of some batches: ``campaign_id``, ``no`` and what the attempt has."""
    attempt, batch = schema.attempt, schema.batch
    return (
        sa.select(batch.c.campaign_id, batch.c.no, attempt.c.id, attempt.c.note, attempt.c.mark, attempt.c.tracking)
        .select_from(sa.join(batch, attempts(), of_batch()))
        .where(batches, attempt.c.seq == batch.c.attempts)
        .subquery("latest")
    )

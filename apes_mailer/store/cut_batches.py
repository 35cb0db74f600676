"""Version 4: who was in which request, of batches that version 3 had cut.

It kept of a cut only a line of the history: ``2 more from 3 on``. What was cut off began anew, with requests counted
from one; whoever had left stayed with the first batch, wherever they stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import sqlalchemy as sa

from apes_mailer.store import schema

_NOTE = re.compile(r"(?P<count>\d+) more from (?P<first>\d+) on")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    campaign_id: int
    batch_no: int
    parts: range
    history_id: int


def link_attempts(connection: sa.Connection) -> None:
    """Link each attempt to every batch whose people were in its request, and count on where a batch was cut."""
    attempt, link, recipient = schema.attempt, schema.batch_attempt, schema.recipient
    own = sa.select(attempt.c.campaign_id, attempt.c.batch_no, attempt.c.id)
    connection.execute(sa.insert(link).from_select(["campaign_id", "batch_no", "attempt_id"], own))
    # An excluded recipient was not in the request that its line named: the last one that it was in is the one before.
    connection.execute(
        sa.update(recipient)
        .where(recipient.c.outcome == "excluded")
        .values(attempt_seq=sa.func.coalesce(recipient.c.attempt_seq, 1) - 1)
    )
    cuts = list(_cuts(connection))
    for cut in cuts:
        for no in cut.parts:
            _hand_on(connection, cut, no)
    for campaign_id in sorted({cut.campaign_id for cut in cuts}):
        _close_gaps(connection, campaign_id)


def _cuts(connection: sa.Connection) -> Iterator[_Cut]:
    history = schema.history
    rows = connection.execute(sa.select(history).where(history.c.event == "cut").order_by(history.c.id)).all()
    for row in rows:
        if said := _NOTE.fullmatch(row.note):
            first = int(said["first"])
            parts = range(first, first + int(said["count"]))
            yield _Cut(campaign_id=row.campaign_id, batch_no=row.batch_no, parts=parts, history_id=row.id)


def _hand_on(connection: sa.Connection, cut: _Cut, no: int) -> None:
    """Give a batch that was cut off the attempts from before the cut; its own come after them."""
    attempt, link, history = schema.attempt, schema.batch_attempt, schema.history
    claimed = sa.select(history.c.attempt_id).where(history.c.event == "claimed", history.c.id < cut.history_id)
    before = (
        sa.select(attempt.c.id, attempt.c.seq)
        .join(link, link.c.attempt_id == attempt.c.id)
        .where(link.c.campaign_id == cut.campaign_id, link.c.batch_no == cut.batch_no, attempt.c.id.in_(claimed))
    )
    inherited = connection.execute(before).all()
    _count_from(connection, cut.campaign_id, no, max((row.seq for row in inherited), default=0))
    if inherited:
        known = {"campaign_id": cut.campaign_id, "batch_no": no}
        connection.execute(sa.insert(link), [{**known, "attempt_id": row.id} for row in inherited])


def _count_from(connection: sa.Connection, campaign_id: int, no: int, base: int) -> None:
    """Let the requests of a batch be counted after the first ``base``."""
    attempt, batch, recipient = schema.attempt, schema.batch, schema.recipient
    own = sa.and_(attempt.c.campaign_id == campaign_id, attempt.c.batch_no == no)
    # By way of numbers that no attempt has: two of a batch never have the same, not even meanwhile.
    connection.execute(sa.update(attempt).where(own).values(seq=-(attempt.c.seq + base)))
    connection.execute(sa.update(attempt).where(own).values(seq=-attempt.c.seq))
    connection.execute(
        sa.update(batch)
        .where(batch.c.campaign_id == campaign_id, batch.c.no == no)
        .values(attempts=batch.c.attempts + base)
    )
    connection.execute(
        sa.update(recipient)
        .where(recipient.c.campaign_id == campaign_id, recipient.c.batch_no == no)
        .values(attempt_seq=recipient.c.attempt_seq + base)
    )


def _close_gaps(connection: sa.Connection, campaign_id: int) -> None:
    """Let the batches of each letter be one stretch after the other, and whoever left belong to the one they are in."""
    batch, recipient = schema.batch, schema.recipient
    batches = connection.execute(
        sa.select(batch).where(batch.c.campaign_id == campaign_id).order_by(batch.c.template_id, batch.c.first_contact)
    ).all()
    newest = sa.select(sa.func.max(recipient.c.contact_id)).where(recipient.c.campaign_id == campaign_id)
    end = int(connection.execute(newest).scalar_one())
    for row, following in pairwise([*batches, None]):
        if row is None:
            continue
        is_last = following is None or following.template_id != row.template_id
        last = end if following is None or is_last else following.first_contact - 1
        stretch = sa.and_(
            recipient.c.campaign_id == campaign_id,
            recipient.c.template_id == row.template_id,
            recipient.c.contact_id.between(row.first_contact, last),
        )
        size = sa.select(sa.func.count()).where(stretch).scalar_subquery()
        own = sa.and_(batch.c.campaign_id == campaign_id, batch.c.no == row.no)
        connection.execute(sa.update(batch).where(own).values(last_contact=last, size=size))
        connection.execute(
            sa.update(recipient).where(stretch, recipient.c.outcome.is_not(None)).values(batch_no=row.no)
        )

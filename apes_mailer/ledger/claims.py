"""Claiming batches and recording what became of them: the only transitions that let mail out.

``pending -> submitting`` is committed before the request leaves; the outcome is committed after. A batch found in
``submitting`` whose owner is gone is ``unknown``, and is never submitted again by itself.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

import sqlalchemy as sa

from apes_mailer.errors import LedgerError
from apes_mailer.ledger import evidence, history, permission, statements, tracking
from apes_mailer.ledger.states import AttemptState, BatchState, Outcome, Reason
from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown
from apes_mailer.model.tracking import NOTHING, Tracking, read, written
from apes_mailer.store import schema
from apes_mailer.store.times import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """Who is in a claimed batch, in columns: the n-th of each is about the n-th recipient."""

    keys: Sequence[bytes]
    addresses: Sequence[str]
    values: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to make one request for one batch; ``contacts`` are its recipients in the order of the request."""

    campaign_id: int
    batch_no: int
    attempt_id: int
    seq: int
    mark: str
    template_id: int
    contacts: array[int]
    tracking: Tracking = NOTHING
    """What may be counted of these recipients: all of them agree to it."""


@dataclass(frozen=True, slots=True)
class _Batch:
    no: int
    template_id: int
    first_contact: int
    last_contact: int
    attempts: int
    tracking: str

    def bounds(self, campaign_id: int) -> dict[str, int]:
        return {
            "campaign": campaign_id,
            "template": self.template_id,
            "first": self.first_contact,
            "last": self.last_contact,
        }


def claim(
    connection: sa.Connection,
    campaign_id: int,
    *,
    owner: str,
    at: dt.datetime,
    wanted: Tracking = NOTHING,
) -> tuple[Claim, Roll] | None:
    """Claim the next pending batch; None when none is pending or the campaign is paused.

    Whoever opted out since the preparation is excluded here, so that the attempt knows its exact recipients. Of what is
    ``wanted`` by the workspace, that is counted to which all of them agree at this moment.
    """
    while True:
        taken = _take(connection, campaign_id)
        if taken is None:
            return None
        _exclude_opted_out(connection, campaign_id, taken, at)
        contacts, roll = _recipients(connection, campaign_id, taken)
        if "" in roll.addresses:
            _exclude_erased(connection, campaign_id, taken)
            contacts, roll = _recipients(connection, campaign_id, taken)
        if contacts:
            agreed = tracking.still(connection, taken.bounds(campaign_id), wanted & read(taken.tracking))
            return _open_attempt(connection, campaign_id, taken, contacts, agreed, owner=owner, at=at), roll
        evidence.set_batch(connection, campaign_id, taken.no, BatchState.EMPTY)
        history.append(connection, campaign_id=campaign_id, batch_no=taken.no, at=at, event="emptied", actor=owner)


def waiting(connection: sa.Connection, campaign_id: int) -> bool:
    """Whether any batch is pending."""
    batch = schema.batch
    pending = sa.select(batch.c.no).where(batch.c.campaign_id == campaign_id, batch.c.state == BatchState.PENDING)
    return connection.execute(pending.limit(1)).first() is not None


def _take(connection: sa.Connection, campaign_id: int) -> _Batch | None:
    row = connection.execute(statements.TAKE, {"campaign": campaign_id}).first()
    return None if row is None else _Batch(*row)


def _exclude_opted_out(connection: sa.Connection, campaign_id: int, batch: _Batch, at: dt.datetime) -> None:
    suppression, contact, recipient = schema.suppression, schema.contact, schema.recipient
    frozen_at, list_id, newest = connection.execute(statements.SUPPRESSED_SINCE, {"campaign": campaign_id}).one()
    if newest <= frozen_at:
        return
    # Asked for each recipient by key: going through all that is newer would make a storm of opt-outs stop the send.
    newer = (
        permission.suppressed(contact.c.key, list_id, at)
        .where(suppression.c.id > frozen_at, contact.c.id == recipient.c.contact_id)
        .correlate(recipient)
    )
    connection.execute(
        sa.update(recipient)
        .where(statements.IN_BATCH, newer.exists())
        .values(outcome=Outcome.EXCLUDED, reason=Reason.OPTED_OUT, batch_no=batch.no, attempt_seq=batch.attempts - 1),
        batch.bounds(campaign_id),
    )


def _exclude_erased(connection: sa.Connection, campaign_id: int, batch: _Batch) -> None:
    contact, recipient = schema.contact, schema.recipient
    erased = sa.exists().where(contact.c.id == recipient.c.contact_id, contact.c.address == "")
    connection.execute(
        sa.update(recipient)
        .where(statements.IN_BATCH, erased)
        .values(outcome=Outcome.EXCLUDED, reason=Reason.OPTED_OUT, batch_no=batch.no, attempt_seq=batch.attempts - 1),
        batch.bounds(campaign_id),
    )


def _recipients(connection: sa.Connection, campaign_id: int, batch: _Batch) -> tuple[array[int], Roll]:
    found = connection.execute(statements.RECIPIENTS, batch.bounds(campaign_id)).all()
    contacts, keys, addresses, frozen = zip(*found, strict=True) if found else ((), (), (), ())
    # One document for the whole batch: a thousand small ones take three times as long to read.
    values = json.loads(f"[{','.join([each or '{}' for each in frozen])}]")
    for address, own in zip(addresses, values, strict=True):
        own["EMAIL"] = address
    return array("q", contacts), Roll(keys=keys, addresses=addresses, values=values)


def merge_values(address: str, frozen: str | None) -> Mapping[str, str]:
    """Return the values of a recipient's merge tags, as frozen; ``EMAIL`` is always there."""
    return {"EMAIL": address, **json.loads(frozen or "{}")}


def _open_attempt(
    connection: sa.Connection,
    campaign_id: int,
    batch: _Batch,
    contacts: array[int],
    agreed: Tracking,
    *,
    owner: str,
    at: dt.datetime,
) -> Claim:
    mark = secrets.token_urlsafe(15)
    attempt_id = connection.execute(
        statements.OPEN,
        {
            "mark": mark,
            "campaign_id": campaign_id,
            "batch_no": batch.no,
            "seq": batch.attempts,
            "state": AttemptState.SUBMITTING,
            "owner": owner,
            "started_at": stamp(at),
            "size": len(contacts),
            "tracking": written(agreed),
        },
    ).scalar_one()
    linked = {"campaign_id": campaign_id, "batch_no": batch.no, "attempt_id": attempt_id}
    connection.execute(statements.LINK, linked)
    history.append(
        connection,
        campaign_id=campaign_id,
        batch_no=batch.no,
        attempt_id=attempt_id,
        at=at,
        event="claimed",
        actor=owner,
    )
    return Claim(
        campaign_id=campaign_id,
        batch_no=batch.no,
        attempt_id=attempt_id,
        seq=batch.attempts,
        mark=mark,
        template_id=batch.template_id,
        contacts=contacts,
        tracking=agreed,
    )


def record(connection: sa.Connection, claimed: Claim, submission: Submission, *, owner: str, at: dt.datetime) -> None:
    """Record what became of a claim.

    What was proved accepted while its request was still on its way stays so, whatever comes back. Raises
    ``LedgerError`` when the attempt is otherwise no longer this program's to decide: an outcome other than acceptance
    then proves nothing, and an acceptance is recorded as evidence.
    """
    provider_id = submission.provider_id if isinstance(submission, Submitted) else ""
    state, note = _meaning(submission)
    told = {"id_": claimed.attempt_id, "now": state, "at": stamp(at), "remark": note, "named": provider_id}
    closed = connection.execute(statements.CLOSE, told).rowcount
    if not closed:
        if isinstance(submission, Submitted):
            evidence.prove_accepted(connection, claimed.mark, actor=owner, at=at, provider_id=provider_id)
            return
        if evidence.is_proved(connection, claimed.attempt_id):
            return
        raise LedgerError(f"Batch {claimed.batch_no} was taken over while it was being submitted.")
    history.append(
        connection,
        campaign_id=claimed.campaign_id,
        batch_no=claimed.batch_no,
        attempt_id=claimed.attempt_id,
        at=at,
        event=state.value,
        actor=owner,
        note=note,
    )
    if state in {AttemptState.SUBMITTED, AttemptState.UNKNOWN}:
        evidence.set_batch(connection, claimed.campaign_id, claimed.batch_no, BatchState(state.value))
    elif not evidence.stand_in(connection, claimed.campaign_id, claimed.batch_no, actor=owner, at=at):
        _release(connection, claimed, submission)


def _meaning(submission: Submission) -> tuple[AttemptState, str]:
    match submission:
        case Submitted():
            return AttemptState.SUBMITTED, ""
        case Refused():
            return AttemptState.REFUSED, f"{len(submission.reasons)} named"
        case NotAccepted():
            return AttemptState.NOT_ACCEPTED, submission.cause
        case Unknown():
            return AttemptState.UNKNOWN, submission.cause
        case _:
            assert_never(submission)


def _release(connection: sa.Connection, claimed: Claim, submission: Submission) -> None:
    """Let a batch that nobody accepted go again, without those whom the provider refuses."""
    recipient = schema.recipient
    refused: Mapping[int, str] = submission.reasons if isinstance(submission, Refused) else {}
    for position, reason in refused.items():
        connection.execute(
            sa.update(recipient)
            .where(
                recipient.c.campaign_id == claimed.campaign_id,
                recipient.c.contact_id == claimed.contacts[position],
            )
            .values(outcome=Outcome.REFUSED, reason=reason, batch_no=claimed.batch_no, attempt_seq=claimed.seq)
        )
    state = BatchState.PENDING if len(refused) < len(claimed.contacts) else BatchState.EMPTY
    evidence.set_batch(connection, claimed.campaign_id, claimed.batch_no, state)


def sweep(connection: sa.Connection, campaign_id: int, *, actor: str, at: dt.datetime) -> int:
    """Turn every ``submitting`` batch into ``unknown``; return how many.

    Only for whoever holds the campaign's lock: then the owner of such a batch is certainly gone.
    """
    attempt = schema.attempt
    rows = connection.execute(
        sa.update(attempt)
        .where(attempt.c.campaign_id == campaign_id, attempt.c.state == AttemptState.SUBMITTING)
        .values(state=AttemptState.UNKNOWN, note="the program stopped before it knew the answer")
        .returning(attempt.c.id, attempt.c.batch_no)
    ).all()
    for row in rows:
        evidence.set_batch(connection, campaign_id, row.batch_no, BatchState.UNKNOWN)
        history.append(
            connection,
            campaign_id=campaign_id,
            batch_no=row.batch_no,
            attempt_id=row.id,
            at=at,
            event="found",
            actor=actor,
            note="found submitting, its owner gone",
        )
    return len(rows)

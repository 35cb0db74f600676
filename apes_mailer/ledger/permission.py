"""Who may be mailed, as SQL that runs inside the transactions that freeze and claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.ledger.states import Reason
from apes_mailer.model.consent import Policy, Purpose, State
from apes_mailer.store import schema
from apes_mailer.store.times import stamp


def suppressed(key: sa.ColumnElement[bytes], list_id: int, at: dt.datetime) -> sa.Select[str]:
    """Return the query for the causes of the suppressions that hold for a contact key on a list now."""
    table = schema.suppression
    return sa.select(table.c.cause).where(
        table.c.key == key,
        table.c.list_id.in_([schema.ALL_LISTS, list_id]),
        sa.or_(table.c.until.is_(None), table.c.until > stamp(at)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier:
    """What keeps candidates from becoming recipients: the reason, whom it keeps away, and what more there is to say."""

    reason: Reason
    stands: sa.ColumnElement[bool]
    detail: sa.ColumnElement[str]


def barriers(accepted: sa.Subquery, list_id: int, policy: Policy, at: dt.datetime) -> Sequence[Barrier]:
    """Return what keeps candidates of a list away, in the order in which it counts."""
    cause = suppressed(accepted.c.key, list_id, at)
    oldest = cause.order_by(schema.suppression.c.id).limit(1).scalar_subquery()
    found = [Barrier(reason=Reason.SUPPRESSED, stands=cause.exists(), detail=oldest)]
    if policy is Policy.OPT_IN:
        said = consent(accepted.c.key, list_id, Purpose.LETTER)
        found.append(
            Barrier(
                reason=Reason.NO_PROOF, stands=said.is_distinct_from(State.GIVEN), detail=sa.func.coalesce(said, "")
            )
        )
    return found


def consent(key: sa.ColumnElement[bytes], list_id: int, purpose: Purpose) -> sa.ScalarSelect[str]:
    """Return what a contact key said last for a list: a word of ``State``, null when nothing is proved."""
    table = schema.consent
    said = sa.select(table.c.state).where(
        table.c.key == key,
        table.c.list_id.in_([schema.ALL_LISTS, list_id]),
        table.c.purpose == purpose,
        sa.text(schema.PROVES),
    )
    return said.order_by(table.c.id.desc()).limit(1).scalar_subquery()

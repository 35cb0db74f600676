"""Freezing an audience: candidates become recipients and exclusions, and recipients become batches.

All of it is one transaction: either everybody is accounted for, or nothing happened.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from apes_mailer.errors import CancelledError, LedgerError
from apes_mailer.ledger import batching, campaigns, history, merge_values, permission, sorting, tracking, waivers
from apes_mailer.ledger.sorting import Letter, Letters
from apes_mailer.ledger.states import Kind
from apes_mailer.model.consent import Policy
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.slip import Slip
from apes_mailer.model.tracking import Tracking
from apes_mailer.model.waiver import Waiver
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

_MOST_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Who was asked for, as SQL that runs inside the freezing transaction.

    ``accepted`` selects ``contact_id``, ``key``, ``address`` and ``fields`` (JSON), one row a contact.
    ``rejected`` selects ``contact_id``, ``line``, ``reason`` and ``detail`` of candidates that cannot be recipients.
    """

    accepted: sa.Subquery
    rejected: sa.Subquery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What is frozen along with the recipients."""

    name: str
    kind: Kind
    provider: str
    list_id: int
    envelope: str
    issue_digest: str
    letters: Letters
    batch_size: int
    policy: Policy = Policy.OPPOSITION
    """By which right the list is mailed: with ``OPT_IN`` nobody is without a recorded consent."""
    segment: str = ""
    """The part of the list that was asked for; empty for all of it."""

    waivers: Sequence[Waiver] = ()
    correction_of: int | None = None
    """The number of the campaign whose recipients these are; None for a list."""

    value_bytes: Callable[[MessageTemplate], int | None] = lambda _template: None
    """Merge values of at most this many bytes are certainly within the provider's limit; None: there is no limit."""
    too_large: Callable[[MessageTemplate], merge_values.TooLarge] = lambda _template: lambda _address, _values: None
    """Says of the values that might exceed the limit what is wrong with them, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A row of a list kept as a file that is no recipient, and why."""

    line: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenVariant:
    """One of several letters of a campaign: its name, the digest of its template, and who gets it."""

    variant: str
    digest: str
    recipients: int
    batches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentValue:
    """A value that an audience names and nobody on the list has; ``meant`` is one near it that somebody has, or empty.

    ``field`` is its path in the issue.
    """

    field: str
    column: str
    value: str
    meant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyField:
    """A field of the letter in which no recipient has anything; ``meant`` is one near it that the list has, or empty.

    ``field`` is the path of the first tag in the issue that names it; empty when the theme or the settings do.
    """

    field: str
    name: str
    meant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What a preparation froze."""

    campaign_id: int
    candidates: int
    recipients: int
    excluded: Mapping[str, int]
    batches: int
    variants: Sequence[FrozenVariant] = ()
    """The letters that somebody gets, in the order of their batches; empty when everybody gets the same."""

    left_out: Sequence[LeftOut] = ()
    """The first rows of a list kept as a file that are no recipients."""

    empty_fields: Sequence[EmptyField] = ()
    """In their place everybody gets the words to fall back on."""

    absent_values: Sequence[AbsentValue] = ()
    slips: Sequence[Slip] = ()  # the first of a list kept as a file
    tracked: Mapping[str, int] = field(default_factory=dict[str, int])
    """Of how many recipients ``opens`` and ``clicks`` are counted; empty when the workspace wants neither."""


def freeze(
    connection: sa.Connection,
    preparation: Preparation,
    candidates: Candidates,
    *,
    at: dt.datetime,
    actor: str,
    expected: int | None = None,
) -> Frozen:
    """Freeze the audience in the transaction of ``connection``.

    ``expected`` is the number of recipients that a person typed. Raises ``CancelledError`` when it differs,
    ``LedgerError`` when the sums do not agree; the transaction must then be rolled back.
    """
    if preparation.kind is Kind.SEND:
        campaigns.forget_untouched(connection, preparation.name)
    campaign_id = _insert_campaign(connection, preparation, at)
    asked = _count(connection, sa.select(sa.func.count()).select_from(candidates.accepted))
    if candidates.rejected is not None:
        asked += _insert_rejected(connection, campaign_id, candidates.rejected)
    letters = _insert_recipients(connection, campaign_id, preparation, candidates.accepted, at)
    for template_id, letter in letters.items():
        _exclude_too_large(connection, campaign_id, template_id, letter, preparation)
    batches = batching.cut(connection, campaign_id, letters, preparation.batch_size)
    frozen = _summary(connection, campaign_id, asked, batches, preparation.letters.tracking)
    if expected is not None and expected != frozen.recipients:
        raise CancelledError(
            f"Nothing was sent: the list gives {frozen.recipients} recipient{'' if frozen.recipients == 1 else 's'}, "
            f"and the count confirmed was {expected}.",
            hint=f"If {frozen.recipients} is right, confirm it: --confirm {preparation.name}:{frozen.recipients}"
            if frozen.recipients
            else "Add contacts to the list, or choose another one with --to.",
        )
    note = json.dumps({"recipients": frozen.recipients, "excluded": dict(frozen.excluded)})
    history.append(connection, campaign_id=campaign_id, at=at, event="prepared", actor=actor, note=note)
    waivers.record(connection, campaign_id, preparation.waivers, at=at, actor=actor)
    return frozen


def _count(connection: sa.Connection, query: sa.Select[int]) -> int:
    return int(connection.execute(query).scalar_one())


def _insert_campaign(connection: sa.Connection, preparation: Preparation, at: dt.datetime) -> int:
    newest = connection.execute(sa.select(sa.func.max(schema.suppression.c.id))).scalar() or 0
    insert = (
        sa.insert(schema.campaign)
        .values(
            name=preparation.name,
            kind=preparation.kind,
            provider=preparation.provider,
            list_id=preparation.list_id,
            envelope=preparation.envelope,
            issue_digest=preparation.issue_digest,
            prepared_at=stamp(at),
            suppression_id=newest,
            correction_of=preparation.correction_of,
            policy=preparation.policy,
            segment=preparation.segment,
        )
        .returning(schema.campaign.c.id)
    )
    return int(connection.execute(insert).scalar_one())


def _insert_rejected(connection: sa.Connection, campaign_id: int, rejected: sa.Subquery) -> int:
    columns = ["campaign_id", "contact_id", "line", "reason", "detail"]
    rows = sa.select(
        sa.literal(campaign_id), rejected.c.contact_id, rejected.c.line, rejected.c.reason, rejected.c.detail
    )
    return connection.execute(sa.insert(schema.exclusion).from_select(columns, rows)).rowcount


def _insert_recipients(
    connection: sa.Connection, campaign_id: int, preparation: Preparation, accepted: sa.Subquery, at: dt.datetime
) -> Mapping[int, Letter]:
    """Make exclusions of those who may not be mailed and recipients of the others; return the letters by template."""
    among = sa.true()
    for barrier in permission.barriers(accepted, preparation.list_id, preparation.policy, at):
        excluded = sa.select(
            sa.literal(campaign_id), accepted.c.contact_id, sa.literal(barrier.reason.value), barrier.detail
        ).where(among, barrier.stands)
        connection.execute(
            sa.insert(schema.exclusion).from_select(["campaign_id", "contact_id", "reason", "detail"], excluded)
        )
        among = sa.and_(among, ~barrier.stands)
    found = sorting.sort(connection, campaign_id, preparation.letters, accepted, among, list_id=preparation.list_id)
    recipients = (
        sa.select(sa.literal(campaign_id), accepted.c.contact_id, found.template_id, found.merge_values)
        .where(among)
        .order_by(accepted.c.contact_id)
    )
    connection.execute(
        sa.insert(schema.recipient).from_select(
            ["campaign_id", "contact_id", "template_id", "merge_values"], recipients
        )
    )
    return found.letters


def _exclude_too_large(
    connection: sa.Connection, campaign_id: int, template_id: int, letter: Letter, preparation: Preparation
) -> None:
    above = preparation.value_bytes(letter.template) if letter.fields else None
    if above is not None:
        merge_values.exclude_too_large(
            connection, campaign_id, template_id, above=above, too_large=preparation.too_large(letter.template)
        )


def _summary(connection: sa.Connection, campaign_id: int, asked: int, batches: int, wanted: Tracking) -> Frozen:
    in_batches = _count(
        connection,
        sa.select(sa.func.coalesce(sa.func.sum(schema.batch.c.size), 0)).where(
            schema.batch.c.campaign_id == campaign_id
        ),
    )
    excluded = campaigns.excluded(connection, campaign_id)
    recipients = _count(connection, sa.select(sa.func.count()).where(schema.recipient.c.campaign_id == campaign_id))
    if recipients != in_batches or asked != recipients + sum(excluded.values()):
        raise LedgerError(
            f"The sums do not agree: {asked} candidates, {recipients} recipients, {in_batches} in batches, "
            f"{sum(excluded.values())} exclusions. Nothing was prepared.",
            hint="This is a fault of apes-mailer; please report it with this line.",
        )
    return Frozen(
        campaign_id=campaign_id,
        candidates=asked,
        recipients=recipients,
        excluded=excluded,
        batches=batches,
        variants=_variants(connection, campaign_id),
        left_out=_left_out(connection, campaign_id),
        tracked=tracking.counts(connection, campaign_id, wanted),
    )


def _variants(connection: sa.Connection, campaign_id: int) -> list[FrozenVariant]:
    template, batch = schema.template, schema.batch
    rows = connection.execute(
        sa.select(
            template.c.variant,
            template.c.digest,
            sa.func.sum(batch.c.size).label("recipients"),
            sa.func.count().label("batches"),
        )
        .join(batch, batch.c.template_id == template.c.id)
        .where(batch.c.campaign_id == campaign_id, template.c.variant != "")
        .group_by(template.c.variant)
        .order_by(sa.func.min(batch.c.no))
    ).mappings()
    return [FrozenVariant(**row) for row in rows]


def _left_out(connection: sa.Connection, campaign_id: int) -> list[LeftOut]:
    exclusion = schema.exclusion
    rows = connection.execute(
        sa.select(exclusion.c.line, exclusion.c.reason, exclusion.c.detail)
        .where(exclusion.c.campaign_id == campaign_id, exclusion.c.line.is_not(None))
        .order_by(exclusion.c.line)
        .limit(_MOST_ROWS_NAMED)
    ).mappings()
    return [LeftOut(**row) for row in rows]

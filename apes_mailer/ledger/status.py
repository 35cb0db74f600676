"""Where a campaign stands: a pure derivation from what the ledger holds at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from apes_mailer.errors import LedgerError
from apes_mailer.ledger import campaigns, evidence, history, requests, waivers
from apes_mailer.ledger.doubts import ASKED
from apes_mailer.ledger.states import BatchState, CampaignState, Kind, Outcome
from apes_mailer.model.consent import Policy
from apes_mailer.model.tally import Tally
from apes_mailer.model.tracking import COUNTED, read
from apes_mailer.model.waiver import Waived
from apes_mailer.store import schema
from apes_mailer.store.database import Row

_MOST_REFUSALS_NAMED = 100
_Note = tuple[str, str]  # of the history: its words and its time
_EVERYBODY_REFUSED = ("the provider refused every recipient", "Check the list, and the sender with the provider.")
_OPEN = (BatchState.SUBMITTING, BatchState.UNKNOWN)  # what may turn out to be in doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchStatus:
    """One batch; the counts are recipients."""

    no: int
    state: BatchState
    recipients: int
    excluded: int
    refused: int
    attempts: int
    note: str
    attempt: str = ""
    """The mark that the provider got with the last attempt; empty before the first."""
    somebody: str = ""
    """The address of one recipient of a batch in doubt, to look up with the provider; else empty."""
    variant: str = ""
    """The variant of the letter that this batch gets; empty when everybody gets the same letter."""
    tracking: str = ""
    """What is counted of its recipients: ``opens``, ``clicks``, both or, when empty, nothing."""
    asked: str = ""
    """What the provider's log last had to say about a batch in doubt; empty when it was not asked."""
    asked_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A recipient whom the provider named and will not take."""

    address: str
    batch: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Tally):
    """Where a campaign stands; counts are recipients, times UTC stamps."""

    state: CampaignState
    batches: Sequence[BatchStatus] = ()
    refusals: Sequence[Refusal] = ()
    """The first of those refused, by batch."""

    tracked: Mapping[str, int] = field(default_factory=dict[str, int])
    """Of how many recipients ``opens`` and ``clicks`` are counted; empty before a preparation."""

    kind: Kind | None = None
    provider: str = ""
    list_name: str = ""
    policy: Policy | None = None
    """By which right the list was mailed, as it was frozen."""
    segment: str = ""
    """The part of the list that was asked for; empty for all of it."""

    prepared_at: str = ""
    cause: str = ""
    """Why it is paused, and in ``cure`` what to do; empty when it is not."""
    cure: str = ""
    waivers: Sequence[Waived] = ()
    """The rules of the checks whose errors did not block it, and on whose word."""

    correction_of: str = ""
    """The campaign whose recipients it goes to; empty when it goes to its list."""


def none(name: str) -> Status:
    """The status of a campaign that was never prepared."""
    return Status(campaign=name, state=CampaignState.NONE, excluded={})


def of(connection: sa.Connection, campaign_id: int, *, owner_alive: bool) -> Status:
    """Return the status of a prepared campaign.

    ``owner_alive`` must have been asked before the read transaction began: a batch that is ``submitting`` without an
    owner is in doubt, and is shown so.
    """
    campaign = _frozen(connection, campaign_id)
    excluded, late = _not_mailed(connection, campaign_id)
    batches = _batches(connection, campaign_id, late, owner_alive=owner_alive)
    counts = {state: sum(b.recipients for b in batches if b.state is state) for state in BatchState}
    refused = sum(b.refused for b in batches)
    recipients = sum(counts.values()) + refused
    everybody_refused = refused > 0 and refused == recipients
    instead = _EVERYBODY_REFUSED if everybody_refused else ("", "")
    return Status(
        campaign=campaign.name,
        state=_state(campaign, batches, counts, owner_alive=owner_alive, everybody_refused=everybody_refused),
        candidates=recipients + sum(excluded.values()),
        recipients=recipients,
        excluded=excluded,
        pending=counts[BatchState.PENDING],
        submitting=counts[BatchState.SUBMITTING],
        submitted=counts[BatchState.SUBMITTED],
        refused=refused,
        unknown=counts[BatchState.UNKNOWN],
        duplicates=evidence.duplicates(connection, campaign_id),
        batches=batches,
        refusals=_refusals(connection, campaign_id) if refused else (),
        tracked={each: sum(b.recipients for b in batches if each in read(b.tracking)) for each in COUNTED},
        kind=Kind(campaign.kind),
        provider=campaign.provider,
        list_name=campaign.list_name,
        policy=Policy(campaign.policy),
        segment=campaign.segment,
        prepared_at=campaign.prepared_at,
        cause=campaign.pause_cause or instead[0],
        cure=campaign.pause_cure or instead[1],
        waivers=waivers.of_campaign(connection, campaign_id),
        correction_of=campaign.correction_of,
    )


def _frozen(connection: sa.Connection, campaign_id: int) -> Row:
    """Return what the ledger keeps of a campaign, with the names of its list and of the campaign that it corrects."""
    campaign, lists = schema.campaign, schema.contact_list
    frozen = connection.execute(
        sa.select(
            *(column for column in campaign.c if column is not campaign.c.correction_of),
            lists.c.name.label("list_name"),
            campaigns.corrected_name().label("correction_of"),
        )
        .join(lists, lists.c.id == campaign.c.list_id)
        .where(campaign.c.id == campaign_id)
    ).first()
    if frozen is None:
        raise LedgerError(
            "The campaign is no longer in the database: the file was replaced while this command ran.",
            hint="Bring the file back that was there before, then run the command again.",
        )
    return frozen


def _state(
    campaign: Row,
    batches: Sequence[BatchStatus],
    counts: Mapping[BatchState, int],
    *,
    owner_alive: bool,
    everybody_refused: bool,
) -> CampaignState:
    if owner_alive:
        return CampaignState.SENDING
    pending, unknown = counts[BatchState.PENDING], counts[BatchState.UNKNOWN]
    # That nobody at all was taken is no end: it says more of the sender, or of the list, than of any recipient.
    if everybody_refused or (campaign.paused_by and pending):
        return CampaignState.PAUSED
    if not (pending or unknown or counts[BatchState.SUBMITTING]):
        return CampaignState.FINISHED
    started = unknown or any(batch.attempts for batch in batches)
    return CampaignState.INCOMPLETE if started else CampaignState.PREPARED


def _not_mailed(connection: sa.Connection, campaign_id: int) -> tuple[dict[str, int], dict[int, dict[str, int]]]:
    """Return how many candidates were excluded, then or since, by reason; and how many left each batch, by outcome."""
    recipient = schema.recipient
    reason = sa.case((recipient.c.outcome == Outcome.EXCLUDED, recipient.c.reason), else_="")
    rows = connection.execute(
        sa.select(recipient.c.batch_no, recipient.c.outcome, reason, sa.func.count())
        .where(recipient.c.campaign_id == campaign_id, recipient.c.outcome.is_not(None))
        .group_by(recipient.c.batch_no, recipient.c.outcome, reason)
    )
    excluded, late = campaigns.excluded(connection, campaign_id), dict[int, dict[str, int]]()
    for no, outcome, why, count in rows:
        counts = late.setdefault(no, {})
        counts[outcome] = counts.get(outcome, 0) + count
        if outcome == Outcome.EXCLUDED:
            excluded[why] = excluded.get(why, 0) + count
    return excluded, late


def _refusals(connection: sa.Connection, campaign_id: int) -> list[Refusal]:
    recipient, contact = schema.recipient, schema.contact
    rows = connection.execute(
        sa.select(contact.c.address, recipient.c.batch_no.label("batch"), recipient.c.reason)
        .join(contact, contact.c.id == recipient.c.contact_id)
        .where(recipient.c.campaign_id == campaign_id, recipient.c.outcome == Outcome.REFUSED)
        .order_by(recipient.c.batch_no, recipient.c.contact_id)
        .limit(_MOST_REFUSALS_NAMED)
    ).mappings()
    return [Refusal(**row) for row in rows]


def _batches(
    connection: sa.Connection, campaign_id: int, late: Mapping[int, Mapping[str, int]], *, owner_alive: bool
) -> list[BatchStatus]:
    batch, template = schema.batch, schema.template
    attempt = requests.latest(batch.c.campaign_id == campaign_id)
    latest = sa.and_(attempt.c.campaign_id == batch.c.campaign_id, attempt.c.no == batch.c.no)
    rows = connection.execute(
        sa.select(
            batch.c.no,
            batch.c.state,
            batch.c.size,
            batch.c.attempts,
            attempt.c.id.label("attempt_id"),
            attempt.c.note,
            attempt.c.mark,
            template.c.variant,
            # Once there is an attempt, what was asked of the provider; before that, what they had agreed to.
            sa.func.coalesce(attempt.c.tracking, template.c.tracking).label("tracking"),
            sa.case((batch.c.state.in_(_OPEN), _somebody()), else_="").label("somebody"),
        )
        .join(attempt, latest, isouter=True)
        .join(template, template.c.id == batch.c.template_id)
        .where(batch.c.campaign_id == campaign_id)
        .order_by(batch.c.no)
    )
    # Why nothing is certain of a batch after its last attempt: the ledger was a copy then.
    distrusted = history.last_notes(connection, campaign_id, "distrusted")
    asked = history.last_notes(connection, campaign_id, ASKED)
    return [
        _batch(row, late.get(row.no, {}), distrusted.get(key, ("", "")), asked.get(key, ("", "")), alive=owner_alive)
        for row in rows
        for key in [(row.no, row.attempt_id)]
    ]


def _somebody() -> sa.ScalarSelect[str]:
    """The first recipient who goes, or went, with the batch of the enclosing query."""
    batch, recipient, contact = schema.batch, schema.recipient, schema.contact
    return (
        sa.select(contact.c.address)
        .join(recipient, recipient.c.contact_id == contact.c.id)
        .where(requests.in_batch(), recipient.c.outcome.is_(None))
        .order_by(recipient.c.contact_id)
        .limit(1)
        .correlate(batch)
        .scalar_subquery()
    )


def _batch(row: Row, outcomes: Mapping[str, int], distrust: _Note, asked: _Note, *, alive: bool) -> BatchStatus:
    excluded, refused = outcomes.get(Outcome.EXCLUDED, 0), outcomes.get(Outcome.REFUSED, 0)
    state = BatchState(row.state).seen(owner_alive=alive)
    doubtful = state is BatchState.UNKNOWN
    return BatchStatus(
        no=row.no,
        state=state,
        recipients=row.size - excluded - refused,
        excluded=excluded,
        refused=refused,
        attempts=row.attempts,
        note=(doubtful and distrust[0]) or row.note or "",
        attempt=row.mark or "",
        somebody=(row.somebody or "") if doubtful else "",
        variant=row.variant,
        tracking=row.tracking,
        asked=asked[0] if doubtful else "",
        asked_at=asked[1] if doubtful else "",
    )

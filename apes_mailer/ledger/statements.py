"""The statements that each claim and each record run.

They are made once, with parameters: putting a statement together takes five times as long as running it.
"""

from __future__ import annotations

import sqlalchemy as sa

from apes_mailer.ledger.states import AttemptState, BatchState
from apes_mailer.model.consent import Policy
from apes_mailer.store import schema


def _tracking() -> sa.ScalarSelect[str]:
    """What the recipients of the batch of the enclosing statement agreed to."""
    template = schema.template
    return sa.select(template.c.tracking).where(template.c.id == schema.batch.c.template_id).scalar_subquery()


def _taking() -> sa.Executable:
    """Return the statement that takes the next pending batch, unless its campaign is paused."""
    batch, campaign = schema.batch, schema.campaign
    paused = sa.select(campaign.c.id).where(campaign.c.id == _CAMPAIGN, campaign.c.paused_by != "")
    pending = sa.and_(batch.c.campaign_id == _CAMPAIGN, batch.c.state == BatchState.PENDING)
    next_no = sa.select(batch.c.no).where(pending).order_by(batch.c.no).limit(1)
    return (
        sa.update(batch)
        .where(pending, batch.c.no == next_no.scalar_subquery(), ~paused.exists())
        .values(state=BatchState.SUBMITTING, attempts=batch.c.attempts + 1)
        .returning(
            batch.c.no,
            batch.c.template_id,
            batch.c.first_contact,
            batch.c.last_contact,
            batch.c.attempts,
            _tracking().label("tracking"),
        )
    )


def _consents_since() -> sa.Select[int]:
    """Return the query for the list of an opt-in campaign, if anything of its consents may have changed since."""
    campaign, consent, imported = schema.campaign, schema.consent, schema.contact_import
    newest = sa.select(sa.func.coalesce(sa.func.max(consent.c.id), 0)).scalar_subquery()
    undone = sa.exists().where(imported.c.undone_at.is_not(None))  # whenever: clocks are set back
    changed = sa.or_(newest > sa.func.coalesce(campaign.c.consent_id, -1), undone)
    return sa.select(campaign.c.list_id).where(campaign.c.id == _CAMPAIGN, campaign.c.policy == Policy.OPT_IN, changed)


_CAMPAIGN = sa.bindparam("campaign", type_=sa.Integer)
TAKE = _taking()
SUPPRESSED_SINCE = sa.select(
    schema.campaign.c.suppression_id,
    schema.campaign.c.list_id,
    sa.select(sa.func.coalesce(sa.func.max(schema.suppression.c.id), 0)).scalar_subquery(),
).where(schema.campaign.c.id == _CAMPAIGN)
CONSENTS_SINCE = _consents_since()
IN_BATCH = sa.and_(
    schema.recipient.c.campaign_id == _CAMPAIGN,
    schema.recipient.c.contact_id.between(sa.bindparam("first"), sa.bindparam("last")),
    schema.recipient.c.template_id == sa.bindparam("template"),
    schema.recipient.c.outcome.is_(None),
)
RECIPIENTS = (
    sa.select(
        schema.recipient.c.contact_id, schema.contact.c.key, schema.contact.c.address, schema.recipient.c.merge_values
    )
    .join(schema.contact, schema.contact.c.id == schema.recipient.c.contact_id)
    .where(IN_BATCH)
    .order_by(schema.recipient.c.contact_id)
)
OPEN = sa.insert(schema.attempt).returning(schema.attempt.c.id)
LINK = sa.insert(schema.batch_attempt)
CLOSE = (
    sa.update(schema.attempt)
    .where(schema.attempt.c.id == sa.bindparam("id_"), schema.attempt.c.state == AttemptState.SUBMITTING)
    .values(
        state=sa.bindparam("now"),
        ended_at=sa.bindparam("at"),
        note=sa.bindparam("remark"),
        provider_id=sa.bindparam("named"),
    )
)

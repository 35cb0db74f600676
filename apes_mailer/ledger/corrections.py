"""The candidates of a correction: the recipients of the campaign that is corrected, as the ledger knows them now."""

from __future__ import annotations

import sqlalchemy as sa

from apes_mailer.ledger import reached
from apes_mailer.ledger.freeze import Candidates
from apes_mailer.ledger.reached import Standing
from apes_mailer.ledger.states import Reason
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema

_corrected = sa.Table(
    "corrected",
    sa.MetaData(),
    sa.Column("contact_id", sa.Integer, primary_key=True),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    prefixes=["TEMPORARY"],
)


def candidates(
    connection: sa.Connection, campaign_id: int, today: sa.Subquery | None, *, with_doubtful: bool
) -> Candidates:
    """Return the recipients of a campaign as candidates: those who got it, and those in doubt when they are asked for.

    The others are left out as ``not_reached`` or ``in_doubt``, and whoever was erased since as ``suppressed``. A value
    is the one that the list has for the contact now: ``today`` selects ``contact_id`` and ``fields``, None stands for
    what the store has. Where the list has none any more, it is the value that the corrected letter was filled with.
    """
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS temp.{_corrected.name}")
    _corrected.create(connection, checkfirst=False)
    standings = reached.standings(campaign_id)
    connection.execute(sa.insert(_corrected).from_select(["contact_id", "standing", "detail"], standings))
    wanted = [Standing.REACHED, Standing.IN_DOUBT] if with_doubtful else [Standing.REACHED]
    return Candidates(accepted=_accepted(campaign_id, today, wanted), rejected=_rejected(wanted))


def _accepted(campaign_id: int, today: sa.Subquery | None, wanted: list[Standing]) -> sa.Subquery:
    contact, recipient = schema.contact, schema.recipient
    now = contact.c.fields if today is None else today.c.fields
    fields = sa.func.json_patch(sa.func.coalesce(recipient.c.merge_values, "{}"), sa.func.coalesce(now, "{}"))
    frozen = sa.and_(recipient.c.campaign_id == campaign_id, recipient.c.contact_id == _corrected.c.contact_id)
    query = (
        sa.select(_corrected.c.contact_id, contact.c.key, contact.c.address, fields.label("fields"))
        .join(contact, contact.c.id == _corrected.c.contact_id)
        .join(recipient, frozen)
        .where(_corrected.c.standing.in_(wanted), contact.c.address != "")
    )
    if today is not None:
        query = query.join(today, today.c.contact_id == _corrected.c.contact_id, isouter=True)
    return query.subquery()


def _rejected(wanted: list[Standing]) -> sa.Subquery:
    contact = schema.contact
    erased = sa.and_(_corrected.c.standing.in_(wanted), contact.c.address == "")
    reason = sa.case(
        (erased, Reason.SUPPRESSED.value),
        (_corrected.c.standing == Standing.IN_DOUBT, Reason.IN_DOUBT.value),
        else_=Reason.NOT_REACHED.value,
    )
    return (
        sa.select(
            _corrected.c.contact_id,
            sa.null().label("line"),
            reason.label("reason"),
            sa.case((erased, Cause.ERASED.value), else_=_corrected.c.detail).label("detail"),
        )
        .join(contact, contact.c.id == _corrected.c.contact_id)
        .where(sa.or_(_corrected.c.standing.not_in(wanted), erased))
        .subquery()
    )

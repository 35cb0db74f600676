"""Who agreed that opens or clicks are counted, as SQL inside the transactions that freeze and claim.

Both read the consent log themselves: at the preparation it sorts recipients into batches, and at the claim a batch of
which one has thought better of it since goes without.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from apes_mailer.ledger import permission, statements
from apes_mailer.model.consent import State
from apes_mailer.model.tracking import COUNTED, Tracking
from apes_mailer.store import schema

_agreed = sa.Table(
    "agreed",
    sa.MetaData(),
    sa.Column("contact_id", sa.Integer, primary_key=True),
    sa.Column("tracking", sa.Text, nullable=False),
    prefixes=["TEMPORARY"],
)


def collect(connection: sa.Connection, list_id: int, wanted: Tracking) -> None:
    """Note who agreed to some of ``wanted`` for a list; what was noted before is forgotten."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS temp.{_agreed.name}")
    _agreed.create(connection, checkfirst=False)
    table, contact = schema.consent, schema.contact
    # SQLite takes the other columns from the row that max() is of (https://sqlite.org/lang_select.html#bareagg).
    last = (
        sa.select(table.c.key, table.c.purpose, table.c.state, sa.func.max(table.c.id).label("id"))
        .where(table.c.purpose.in_(wanted), table.c.list_id.in_([schema.ALL_LISTS, list_id]), sa.text(schema.PROVES))
        .group_by(table.c.key, table.c.purpose)
        .subquery()
    )
    # The words of each purpose, in the order of ``written``.
    words = [sa.func.max(sa.case((last.c.purpose == purpose, purpose.value), else_="")) for purpose in COUNTED]
    agreed = (
        sa.select(contact.c.id, sa.func.trim(words[0] + " " + words[1]))
        .join(last, last.c.key == contact.c.key)
        .where(last.c.state == State.GIVEN)
        .group_by(contact.c.id)
    )
    connection.execute(sa.insert(_agreed).from_select(["contact_id", "tracking"], agreed))


def agreed(contact_id: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """Return what a contact agreed to, as ``written`` has it, of what :func:`collect` noted."""
    own = sa.select(_agreed.c.tracking).where(_agreed.c.contact_id == contact_id).correlate_except(_agreed)
    return sa.func.coalesce(own.scalar_subquery(), "")


def still(connection: sa.Connection, bounds: Mapping[str, int], frozen: Tracking) -> Tracking:
    """Return what of ``frozen`` everybody in a batch, given by its bounds, agrees to at this moment."""
    recipient, contact, campaign = schema.recipient, schema.contact, schema.campaign
    own = sa.select(campaign.c.list_id).where(campaign.c.id == bounds["campaign"])
    list_id = int(connection.execute(own).scalar_one()) if frozen else 0
    kept: set[str] = set()
    for purpose in frozen:
        said = permission.consent(contact.c.key, list_id, purpose)
        not_given = (
            sa.select(recipient.c.contact_id)
            .join(contact, contact.c.id == recipient.c.contact_id)
            .where(statements.IN_BATCH, sa.func.coalesce(said, "") != State.GIVEN)
        )
        if connection.execute(not_given.limit(1), bounds).first() is None:
            kept.add(purpose)
    return frozen & kept


def counts(connection: sa.Connection, campaign_id: int, wanted: Tracking) -> dict[str, int]:
    """Return how many of the frozen recipients each of ``wanted`` is counted of."""
    batch, template = schema.batch, schema.template
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((template.c.tracking.contains(purpose.value), batch.c.size), else_=0)), 0)
        for purpose in COUNTED
    ]
    row = connection.execute(
        sa.select(*sums)
        .select_from(batch)
        .join(template, template.c.id == batch.c.template_id)
        .where(batch.c.campaign_id == campaign_id)
    ).one()
    return {purpose.value: int(count) for purpose, count in zip(COUNTED, row, strict=True) if purpose in wanted}

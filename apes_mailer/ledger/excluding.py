"""Whoever may not be mailed any more when a batch is claimed, although the recipients were frozen before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.ledger import permission, statements
from apes_mailer.ledger.states import Outcome, Reason
from apes_mailer.model.consent import Purpose, State
from apes_mailer.store import schema


@dataclass(frozen=True, slots=True)
class Excluding:
    """A batch that is being claimed; ``bounds`` say which, ``seq`` is the number of its last request so far."""

    connection: sa.Connection
    campaign_id: int
    bounds: Mapping[str, int]
    batch_no: int
    seq: int

    def opted_out(self, at: dt.datetime) -> None:
        """Exclude whoever was suppressed since the preparation."""
        campaign = {"campaign": self.campaign_id}
        frozen_at, list_id, newest = self.connection.execute(statements.SUPPRESSED_SINCE, campaign).one()
        if newest <= frozen_at:
            return
        suppression, contact, recipient = schema.suppression, schema.contact, schema.recipient
        # Asked for each recipient by key: going through all that is newer would make a storm of opt-outs stop the send.
        newer = (
            permission.suppressed(contact.c.key, list_id, at)
            .where(suppression.c.id > frozen_at, contact.c.id == recipient.c.contact_id)
            .correlate(recipient)
        )
        self._exclude(newer.exists(), Reason.OPTED_OUT)

    def unproven(self) -> None:
        """Exclude of an opt-in list whose consent is proved no more: a word was said since, or an import undone."""
        since = self.connection.execute(statements.CONSENTS_SINCE, {"campaign": self.campaign_id}).first()
        if since is None:
            return
        contact, recipient = schema.contact, schema.recipient
        said = permission.consent(contact.c.key, since.list_id, Purpose.LETTER)
        proven = sa.select(contact.c.id).where(contact.c.id == recipient.c.contact_id, said == State.GIVEN)
        self._exclude(~proven.correlate(recipient).exists(), Reason.NO_PROOF)

    def erased(self) -> None:
        """Exclude whoever was erased: nothing but a number is left of the contact."""
        contact, recipient = schema.contact, schema.recipient
        nameless = sa.exists().where(contact.c.id == recipient.c.contact_id, contact.c.address == "")
        self._exclude(nameless, Reason.OPTED_OUT)

    def _exclude(self, who: sa.ColumnElement[bool], reason: Reason) -> None:
        self.connection.execute(
            sa.update(schema.recipient)
            .where(statements.IN_BATCH, who)
            .values(outcome=Outcome.EXCLUDED, reason=reason, batch_no=self.batch_no, attempt_seq=self.seq),
            self.bounds,
        )

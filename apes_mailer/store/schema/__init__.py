"""The tables of the one database: contacts, lists, suppressions, consents, the ledger, and what providers report.

Times are UTC in ISO 8601. A contact's ``key`` is a keyed hash of its address, see ``apes_mailer.model.keys``.
"""

from __future__ import annotations

from apes_mailer.store.schema.audience import (
    ADDED_TO_LIST,
    ALL_LISTS,
    CONSENT_TRIGGERS,
    LATER_LISTS,
    MADE_CONTACT,
    PROVES,
    change,
    consent,
    contact,
    contact_import,
    contact_list,
    member,
    mention,
    suppression,
    wish,
    wish_count,
)
from apes_mailer.store.schema.base import meta, metadata
from apes_mailer.store.schema.feedback import (
    OWN_ACT,
    SAID_TO_PROVIDER,
    block_list_entry,
    block_list_mark,
    carrier,
    event,
    let_back,
    notice,
    provider_task,
)
from apes_mailer.store.schema.ledger import (
    attempt,
    batch,
    batch_attempt,
    campaign,
    exclusion,
    history,
    rate,
    recipient,
    template,
)

__all__ = [
    "ADDED_TO_LIST",
    "ALL_LISTS",
    "CONSENT_TRIGGERS",
    "LATER_LISTS",
    "MADE_CONTACT",
    "OWN_ACT",
    "PROVES",
    "SAID_TO_PROVIDER",
    "VERSION",
    "attempt",
    "batch",
    "batch_attempt",
    "block_list_entry",
    "block_list_mark",
    "campaign",
    "carrier",
    "change",
    "consent",
    "contact",
    "contact_import",
    "contact_list",
    "event",
    "exclusion",
    "history",
    "let_back",
    "member",
    "mention",
    "meta",
    "metadata",
    "notice",
    "provider_task",
    "rate",
    "recipient",
    "suppression",
    "template",
    "wish",
    "wish_count",
]

VERSION = 5
"""Number of the schema; a database written by a newer program is refused, one of an older is brought up to it."""

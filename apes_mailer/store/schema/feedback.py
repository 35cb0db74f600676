"""What providers report, what they keep, and what they have yet to be told."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from apes_mailer.store.schema.base import metadata

block_list_entry = Table(
    "block_list_entry",
    metadata,
    # An entry of a list that a provider keeps. It is heeded once, so that what ends its suppression here stays ended.
    Column("provider", Text, nullable=False),
    Column("list", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),  # since when it is on the list; of a list without times, when last seen
    PrimaryKeyConstraint("provider", "list", "key"),
    sqlite_with_rowid=False,
)

block_list_mark = Table(
    "block_list_mark",
    metadata,
    Column("provider", Text, nullable=False),
    Column("account", Text, nullable=False),  # another account, or key, is read from the beginning
    Column("list", Text, nullable=False),
    Column("read_to", Text, nullable=False),  # by the provider's clock
    PrimaryKeyConstraint("provider", "account", "list"),
    sqlite_with_rowid=False,
)

provider_task = Table(
    "provider_task",
    metadata,
    # What a provider has still to be asked for: to erase what it knows of a person.
    Column("id", Integer, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("address", LargeBinary),  # encoded; null as soon as the provider has taken the order
    Column("queued_at", Text, nullable=False),
    Column("done_at", Text),
    Column("reference", Text, nullable=False, server_default=""),  # the provider's number of the order
    Index("provider_task_open", "provider", "id", sqlite_where=text("done_at IS NULL")),
    sqlite_autoincrement=True,
)

let_back = Table(
    "let_back",
    metadata,
    # Whom a provider has still to be asked to mail again; a row is gone once it has.
    Column("provider", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("cause", Text, nullable=False),  # Cause: of the lists there that the address is to be taken off
    Column("queued_at", Text, nullable=False),
    PrimaryKeyConstraint("provider", "key", "cause"),
    sqlite_with_rowid=False,
)

carrier = Table(
    "carrier",
    metadata,
    # A provider that has carried letters of no campaign: those by which wishes are confirmed.
    Column("provider", Text, primary_key=True),
    sqlite_with_rowid=False,
)

notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),  # of the body: the same notice may come many times
    Column("received_at", Text, nullable=False),
    Column("applied_at", Text),
    # Counts of what was in it, once it is applied.
    Column("events", Integer, nullable=False, server_default="0"),
    Column("kept", Integer, nullable=False, server_default="0"),  # as new rows of the table of events
    Column("foreign_events", Integer, nullable=False, server_default="0"),  # about letters of somebody else
    Column("unreadable", Integer, nullable=False, server_default="0"),
    Column("body", LargeBinary, nullable=False),  # compressed; last, so that looking at the rest does not read it
    Index("notice_waiting", "id", sqlite_where=text("applied_at IS NULL")),
    Index("notice_applied", "applied_at"),
)

SAID_TO_PROVIDER = "(kind IN ('unsubscribed', 'resubscribed') OR kind = 'rejected' AND detail = 'unsubscribed')"
"""As SQL: whether an event tells that the contact left, or came back, with the provider."""

OWN_ACT = "kind IN ('complained', 'unsubscribed', 'resubscribed')"
"""As SQL: whether an event is something that the contact did, and not a mail server or the provider."""

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    # A hash of what makes two reports of one event the same. It is forgotten for clicks, which are nobody's.
    Column("identity", LargeBinary, unique=True),
    Column("provider", Text, nullable=False),
    Column("kind", Text, nullable=False),  # EventKind
    Column("at", Text, nullable=False),  # the provider's clock
    Column("campaign_id", Integer, ForeignKey("campaign.id")),
    Column("contact_id", Integer, ForeignKey("contact.id")),
    Column("attempt_id", Integer, ForeignKey("attempt.id")),
    Column("reason", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Column("url", Text, nullable=False, server_default=""),
    Index("event_campaign", "campaign_id", "kind", "contact_id"),
    Index("event_said_to_provider", "contact_id", sqlite_where=text(SAID_TO_PROVIDER)),
    Index("event_own_act", "contact_id", "at", sqlite_where=text(OWN_ACT)),
    Index("event_nobodys", "at", sqlite_where=text("contact_id IS NULL AND identity IS NOT NULL")),
)

"""The tables of the one database: contacts, lists, suppressions, consents, the ledger, and what providers report.

Times are UTC in ISO 8601. A contact's ``key`` is a keyed hash of its address, see ``apes_mailer.model.keys``.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.event import listen

VERSION = 3
"""Number of the schema; a database written by a newer program is refused, one of an older is brought up to it."""

metadata = MetaData()

meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

contact = Table(
    "contact",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False, unique=True),
    Column("address", Text, nullable=False),
    Column("fields", Text, nullable=False, server_default="{}"),
    Column("changed_at", Text),  # when a person last changed the fields by hand
)

contact_list = Table(
    "list",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("tag", LargeBinary, nullable=False, unique=True),
    Column("created_at", Text, nullable=False),
)

member = Table(
    "member",
    metadata,
    Column("list_id", Integer, ForeignKey("list.id"), nullable=False),
    Column("contact_id", Integer, ForeignKey("contact.id"), nullable=False),
    PrimaryKeyConstraint("list_id", "contact_id"),
    sqlite_with_rowid=False,
)

contact_import = Table(
    "import",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("list_id", Integer, ForeignKey("list.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("undone_at", Text),
)

# Whom an import named, and what it did for them: the sum of ADDED_TO_LIST and MADE_CONTACT.
mention = Table(
    "mention",
    metadata,
    Column("import_id", Integer, ForeignKey("import.id"), nullable=False),
    Column("contact_id", Integer, ForeignKey("contact.id"), nullable=False),
    Column("did", Integer, nullable=False),
    PrimaryKeyConstraint("import_id", "contact_id"),
    sqlite_with_rowid=False,
)

ADDED_TO_LIST, MADE_CONTACT = 1, 2

# The fields of a contact that an import changed, as JSON before and after: what it takes to undo it.
change = Table(
    "change",
    metadata,
    Column("import_id", Integer, ForeignKey("import.id"), nullable=False),
    Column("contact_id", Integer, ForeignKey("contact.id"), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    PrimaryKeyConstraint("import_id", "contact_id"),
    Index("change_contact", "contact_id"),
    sqlite_with_rowid=False,
)

suppression = Table(
    "suppression",
    metadata,
    # Grows with time, also when a suppression comes back: a batch asks only for those newer than its campaign.
    Column("id", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("list_id", Integer, nullable=False),  # ALL_LISTS, or the list it is for
    Column("cause", Text, nullable=False),  # Cause
    Column("at", Text, nullable=False),
    Column("until", Text),
    Column("source", Text, nullable=False, server_default=""),
    Column("evidence", Text, nullable=False, server_default=""),
    # With the cause: who takes one back leaves the others.
    UniqueConstraint("key", "list_id", "cause"),
    sqlite_autoincrement=True,
)

ALL_LISTS = 0
"""The ``list_id`` of a suppression that holds for every list."""

campaign = Table(
    "campaign",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # Kind
    Column("provider", Text, nullable=False),
    Column("list_id", Integer, ForeignKey("list.id"), nullable=False),
    Column("envelope", Text, nullable=False),
    Column("issue_digest", Text, nullable=False),
    Column("prepared_at", Text, nullable=False),
    Column("suppression_id", Integer, nullable=False),  # the newest suppression when the recipients were frozen
    Column("policy", Text, nullable=False, server_default="opposition"),  # Policy
    Column("segment", Text, nullable=False, server_default=""),  # empty when the whole list was asked for
    Column("paused_by", Text, nullable=False, server_default=""),  # "", "person" or "program"
    Column("pause_cause", Text, nullable=False, server_default=""),
    Column("pause_cure", Text, nullable=False, server_default=""),
    Column("correction_of", Integer),  # the campaign whose recipients this one went to
    Index("campaign_name", "name"),
    Index(
        "one_real_campaign",
        "name",
        unique=True,
        sqlite_where=text("kind = 'send'"),
    ),
)

template = Table(
    "template",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("campaign_id", Integer, ForeignKey("campaign.id"), nullable=False),
    Column("variant", Text, nullable=False, server_default=""),  # empty when everybody gets the same letter
    Column("digest", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("tracking", Text, nullable=False, server_default=""),  # what its readers agreed to: "opens", "clicks", both
    Index("template_campaign", "campaign_id"),
)

recipient = Table(
    "recipient",
    metadata,
    Column("campaign_id", Integer, ForeignKey("campaign.id"), nullable=False),
    Column("contact_id", Integer, ForeignKey("contact.id"), nullable=False),
    Column("template_id", Integer, ForeignKey("template.id"), nullable=False),
    Column("merge_values", Text),  # JSON of the fields that the letter uses; null when it uses none
    # Empty while the recipient goes with its batch. Otherwise "excluded" or "refused", why, and with which attempt:
    # an excluded recipient is not in that attempt's request, a refused one is.
    Column("outcome", Text),
    Column("reason", Text),
    Column("batch_no", Integer),
    Column("attempt_seq", Integer),
    PrimaryKeyConstraint("campaign_id", "contact_id"),
    Index(
        "recipient_outcome",
        "campaign_id",
        "batch_no",
        sqlite_where=text("outcome IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

exclusion = Table(
    "exclusion",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("campaign_id", Integer, ForeignKey("campaign.id"), nullable=False),
    Column("contact_id", Integer),
    Column("line", Integer),  # of a list kept as a file
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Index("exclusion_campaign", "campaign_id", "contact_id"),
)

batch = Table(
    "batch",
    metadata,
    Column("campaign_id", Integer, ForeignKey("campaign.id"), nullable=False),
    Column("no", Integer, nullable=False),
    Column("template_id", Integer, ForeignKey("template.id"), nullable=False),
    Column("first_contact", Integer, nullable=False),
    Column("last_contact", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("state", Text, nullable=False),  # BatchState
    Column("attempts", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("campaign_id", "no"),
    Index("batch_state", "campaign_id", "state", "no"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mark", Text, nullable=False, unique=True),  # opaque, what the provider sees
    Column("campaign_id", Integer, ForeignKey("campaign.id"), nullable=False),
    Column("batch_no", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("state", Text, nullable=False),  # AttemptState
    Column("owner", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("size", Integer, nullable=False),
    Column("provider_id", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("tracking", Text, nullable=False, server_default=""),  # what the provider was asked to count
    UniqueConstraint("campaign_id", "batch_no", "seq"),
    # The backstop: whatever a program does wrong, the database lets one live attempt exist for a batch.
    Index(
        "one_live_attempt",
        "campaign_id",
        "batch_no",
        unique=True,
        sqlite_where=text("state IN ('submitting', 'submitted', 'unknown')"),
    ),
    sqlite_autoincrement=True,
)

history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("campaign_id", Integer, ForeignKey("campaign.id"), nullable=False),
    Column("batch_no", Integer),
    Column("attempt_id", Integer),
    Column("at", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Index("history_campaign", "campaign_id", "id"),
)

rate = Table(
    "rate",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("next_free", Integer, nullable=False),  # microseconds since 1970
)

consent = Table(
    "consent",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("list_id", Integer, nullable=False),  # ALL_LISTS, or the list it is for
    Column("purpose", Text, nullable=False),  # Purpose
    Column("state", Text, nullable=False),  # State
    Column("at", Text, nullable=False),  # when the person said so
    Column("source", Text, nullable=False),
    Column("basis", Text, nullable=False, server_default=""),
    Column("wording", Text, nullable=False, server_default=""),
    Column("origin", Text, nullable=False, server_default=""),
    Column("import_id", Integer),  # the import that says so
    Index("consent_key", "key", "purpose", "list_id", "id", "state", "import_id"),
    sqlite_autoincrement=True,
)
# A proof that somebody could change would prove nothing. Only whoever is erased takes the consents along.
listen(
    consent,
    "after_create",
    DDL(
        "CREATE TRIGGER consent_is_not_changed BEFORE UPDATE ON consent"
        " BEGIN SELECT RAISE(ABORT, 'a consent is never changed'); END"
    ),
)
listen(
    consent,
    "after_create",
    DDL(
        "CREATE TRIGGER consent_is_not_deleted BEFORE DELETE ON consent WHEN NOT EXISTS"
        " (SELECT 1 FROM suppression WHERE key = OLD.key AND list_id = 0 AND cause = 'erased')"
        " BEGIN SELECT RAISE(ABORT, 'a consent is never deleted'); END"
    ),
)

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
    # What a provider has still to be asked for: so far only to erase what it knows of a person.
    Column("id", Integer, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("address", LargeBinary),  # encoded; null as soon as the provider has taken the order
    Column("queued_at", Text, nullable=False),
    Column("done_at", Text),
    Column("reference", Text, nullable=False, server_default=""),  # the provider's number of the order
    Index("provider_task_open", "provider", "id", sqlite_where=text("done_at IS NULL")),
    sqlite_autoincrement=True,
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
    Index("event_nobodys", "at", sqlite_where=text("contact_id IS NULL AND identity IS NOT NULL")),
)

# What somebody asked for on the public pages and confirms by the link of a letter: to be signed up, or to see what is
# kept of them. The address is there until it is confirmed, and for two days at most.
wish = Table(
    "wish",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # WishKind
    Column("key", LargeBinary, nullable=False),
    Column("list_id", Integer, nullable=False),  # ALL_LISTS, or the list it is for
    Column("address", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("state", Text, nullable=False),  # WishState
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try", Text, nullable=False),
    UniqueConstraint("kind", "key", "list_id"),
    Index("wish_due", "state", "next_try"),
    sqlite_autoincrement=True,  # links carry the number: it must never be that of another wish
)

wish_count = Table(
    "wish_count",
    metadata,
    Column("key", LargeBinary, nullable=False),  # a keyed hash of whatever is counted
    Column("hour", Integer, nullable=False),  # since 1970
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("key", "hour"),
    sqlite_with_rowid=False,
)

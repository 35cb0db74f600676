"""The ledger: campaigns, their recipients, batches and attempts, and all that happened to them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint, text

from apes_mailer.store.schema.base import metadata

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
    Index("one_real_campaign", "name", unique=True, sqlite_where=text("kind = 'send'")),
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
    # Empty while the recipient goes with its batch. Otherwise "excluded" or "refused", why, and from which batch.
    Column("outcome", Text),
    Column("reason", Text),
    Column("batch_no", Integer),
    # Of whoever has left a batch: the last attempt whose request it was in. It stays when evidence shows that this
    # one reached it after all.
    Column("attempt_seq", Integer),
    PrimaryKeyConstraint("campaign_id", "contact_id"),
    Index("recipient_outcome", "campaign_id", "batch_no", sqlite_where=text("outcome IS NOT NULL")),
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
    Column("seq", Integer, nullable=False),  # goes on where a batch is cut: see batch_attempt
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

# The attempts in whose requests the people of a batch were: its own, and those of the batch that it was cut from.
batch_attempt = Table(
    "batch_attempt",
    metadata,
    Column("campaign_id", Integer, ForeignKey("campaign.id"), nullable=False),
    Column("batch_no", Integer, nullable=False),
    Column("attempt_id", Integer, ForeignKey("attempt.id"), nullable=False),
    PrimaryKeyConstraint("campaign_id", "batch_no", "attempt_id"),
    Index("batch_attempt_attempt", "attempt_id"),
    sqlite_with_rowid=False,
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

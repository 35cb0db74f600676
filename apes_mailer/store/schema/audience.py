"""Contacts and lists, imports, suppressions and consents, and what is asked for on the public pages."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.event import listen

from apes_mailer.store.schema.base import metadata

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

PROVES = "(import_id IS NULL OR import_id NOT IN (SELECT id FROM import WHERE undone_at IS NOT NULL))"
"""As SQL: whether a line of the consent log proves something. What an import told that was undone since does not."""

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

"""Bringing a database up to the tables of this version."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from apes_mailer.model.suppression import Cause
from apes_mailer.store import cut_batches, schema


def upgrade(connection: sa.Connection) -> None:
    """Make the tables, and bring those of an older version up to what they are now; nothing they hold is lost.

    New tables, columns that may be null or have a default, and indexes are added by themselves. A constraint that
    changes needs a step of its own.
    """
    _let_suppressions_have_several_causes(connection)
    had_attempts = _lacks_links_of_attempts(connection)
    schema.metadata.create_all(connection)
    _move_last_mentions(connection)
    _add_missing_columns(connection)
    _add_missing_indexes(connection)
    if had_attempts:
        cut_batches.link_attempts(connection)


def _lacks_links_of_attempts(connection: sa.Connection) -> bool:
    known = sa.inspect(connection)
    return known.has_table("attempt") and not known.has_table("batch_attempt")


def _add_missing_columns(connection: sa.Connection) -> None:
    known = sa.inspect(connection)
    for table in schema.metadata.sorted_tables:
        there = {column["name"] for column in known.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN {definition}')


def _add_missing_indexes(connection: sa.Connection) -> None:
    for table in schema.metadata.sorted_tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _move_last_mentions(connection: sa.Connection) -> None:
    """Version 3: whom an import named is in a table of its own, not in columns of a contact that the next one fills."""
    there = {column["name"] for column in sa.inspect(connection).get_columns("contact")}
    if "import_id" not in there:
        return
    connection.exec_driver_sql(
        "INSERT INTO mention (import_id, contact_id, did)"
        " SELECT import_id, id, 0 FROM contact WHERE import_id IS NOT NULL ORDER BY import_id, id"
    )
    for name in ("import_id", "import_line", "changed_by"):
        connection.exec_driver_sql(f"ALTER TABLE contact DROP COLUMN {name}")


def _let_suppressions_have_several_causes(connection: sa.Connection) -> None:
    """Version 3: an address may be suppressed for a list by several causes, each a known word.

    SQLite cannot change a constraint, so the table is made anew. A cause that was a word of somebody's own becomes
    the evidence of a suppression made by hand.
    """
    known = sa.inspect(connection)
    if not known.has_table("suppression") or "evidence" in {row["name"] for row in known.get_columns("suppression")}:
        return
    connection.exec_driver_sql("ALTER TABLE suppression RENAME TO suppression_2")
    schema.suppression.create(connection)
    old = schema.suppression.to_metadata(sa.MetaData(), name="suppression_2")
    is_known = old.c.cause.in_(list(Cause))
    kept = ["id", "key", "list_id", "at", "until"]
    rows = sa.select(
        *(old.c[name] for name in kept),
        sa.case((is_known, old.c.cause), else_=Cause.MANUAL),
        sa.case((is_known, ""), else_=old.c.cause),
    )
    connection.execute(sa.insert(schema.suppression).from_select([*kept, "cause", "evidence"], rows))
    # The numbers go on growing from the highest that ever was: campaigns under way ask for those above theirs.
    connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'suppression'")
    connection.exec_driver_sql("UPDATE sqlite_sequence SET name = 'suppression' WHERE name = 'suppression_2'")
    connection.exec_driver_sql("DROP TABLE suppression_2")

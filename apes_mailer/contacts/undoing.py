"""Imports as the store remembers them, and taking one back.

What an import did is undone where it still stands. What came later stays: fields that changed again, members whom a
later import names too or who agreed to the letters, contacts that were mailed. A later import takes over what it would
have done had this one never been, so that imports can be undone in any order.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.errors import ContactsError
from apes_mailer.model.consent import Purpose, State
from apes_mailer.store import schema
from apes_mailer.store.times import local_day, stamp

_RESTORE = """
UPDATE contact SET fields = undone.before FROM change AS undone
WHERE undone.import_id = :undone AND contact.id = undone.contact_id AND contact.fields = undone.after
  AND NOT EXISTS (SELECT 1 FROM change AS later
                  WHERE later.contact_id = undone.contact_id AND later.import_id > undone.import_id)
"""

# The next change of the same fields began with what this import had left; now with what was there before it.
_HAND_ON_FIELDS = """
UPDATE change SET before = undone.before FROM change AS undone
WHERE undone.import_id = :undone AND change.contact_id = undone.contact_id AND change.before = undone.after
  AND change.import_id = (SELECT min(later.import_id) FROM change AS later
                          WHERE later.contact_id = undone.contact_id AND later.import_id > undone.import_id)
"""

# Whom this import did something for, with the next import that names them too, which then would have done it.
# CROSS JOIN keeps the order (https://www.sqlite.org/optoverview.html, manual control of query plans).
_DID = """
INSERT INTO temp.did (did, contact_id) SELECT :did, contact_id FROM mention WHERE import_id = :undone AND did & :did
"""
_FIND_HEIRS = """
UPDATE did SET heir = found.import_id
FROM (SELECT undone.contact_id, min(later.import_id) AS import_id
      FROM import CROSS JOIN temp.did AS undone CROSS JOIN mention AS later
        ON later.import_id = import.id AND later.contact_id = undone.contact_id
      WHERE import.id > :undone AND import.undone_at IS NULL AND undone.did = :did
        AND (:list_id IS NULL OR import.list_id = :list_id)
      GROUP BY undone.contact_id) AS found
WHERE did.did = :did AND did.contact_id = found.contact_id
"""
_HAND_ON = """
UPDATE mention SET did = mention.did | :did FROM temp.did
WHERE did.did = :did AND mention.import_id = did.heir AND mention.contact_id = did.contact_id
"""

# Whoever said yes to this list later is on it by that: the heir is the person, for whom stands a 0.
_SAID_YES = f"""
UPDATE did SET heir = 0
FROM (SELECT contact.id AS contact_id
      FROM consent JOIN contact ON contact.key = consent.key JOIN import ON import.id = :undone
      WHERE consent.purpose = :letter AND consent.state = :given AND consent.list_id IN (:all_lists, :list_id)
        AND consent.import_id IS NOT :undone AND consent.at > import.at AND {schema.PROVES}) AS yes
WHERE did.did = :did AND did.contact_id = yes.contact_id
"""  # noqa: S608 - of constants

_LEAVE = """
DELETE FROM member WHERE list_id = :list_id
  AND contact_id IN (SELECT contact_id FROM temp.did WHERE did = :did AND heir IS NULL)
"""


_did = sa.Table(
    "did",
    sa.MetaData(),
    sa.Column("did", sa.Integer, primary_key=True),
    sa.Column("contact_id", sa.Integer, primary_key=True),
    sa.Column("heir", sa.Integer),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastImport:
    """An import that was carried out; ``counts`` as they were then, ``undone_at`` empty while it stands."""

    id: int
    list_name: str
    source: str
    at: str
    counts: Mapping[str, int]
    undone_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What undoing an import changed, in contacts, and what it left because something came later.

    ``removed`` are off the list again, ``deleted`` of them unknown to the store again; ``restored`` have the fields
    that they had before. ``still_members`` are named by a later import or agreed later, ``changed_since`` have other
    fields by now.
    """

    removed: int
    deleted: int
    restored: int
    still_members: int
    changed_since: int


def imports(connection: sa.Connection) -> list[PastImport]:
    """Return all imports, oldest first."""
    table, lists = schema.contact_import, schema.contact_list
    rows = connection.execute(
        sa.select(table.c.id, lists.c.name, table.c.source, table.c.at, table.c.counts, table.c.undone_at)
        .join(lists, lists.c.id == table.c.list_id)
        .order_by(table.c.id)
    )
    return [
        PastImport(
            id=number, list_name=name, source=source, at=at, counts=json.loads(counts), undone_at=undone_at or ""
        )
        for number, name, source, at, counts, undone_at in rows
    ]


def standing(connection: sa.Connection, import_id: int | None) -> PastImport:
    """Return the import of this number, or the last one. Raises ``ContactsError`` when there is nothing to undo."""
    known = imports(connection)
    left = [each for each in known if not each.undone_at]
    hint = "See them with: apes-mailer contacts imports"
    if import_id is None:
        if not left:
            raise ContactsError("There is no import to undo.", hint=hint)
        found = left[-1]
    else:
        found = next((each for each in known if each.id == import_id), None)
        if found is None:
            raise ContactsError(f"There is no import {import_id}.", hint=hint)
        if found.undone_at:
            raise ContactsError(
                f"Import {import_id} has been undone already, on {local_day(found.undone_at)}.", hint=hint
            )
    mention = schema.mention
    kept = sa.select(mention.c.contact_id).where(mention.c.import_id == found.id, mention.c.did != 0).limit(1)
    if found.counts["new"] and connection.execute(kept).first() is None:
        raise ContactsError(
            f"Import {found.id} was made by an older apes-mailer, which kept no record of what was there before.",
            hint="Take single contacts off the list with: apes-mailer contacts remove ADDRESS --list LIST",
        )
    return found


def undo(connection: sa.Connection, import_id: int, *, at: dt.datetime) -> Undone:
    """Take an import back, in a transaction of :meth:`Database.bulk`. Suppressions and consents stay as they are."""
    list_id = _value(connection, "SELECT list_id FROM import WHERE id = :undone", undone=import_id)
    _find_heirs(connection, import_id, list_id)
    changed = _value(connection, "SELECT count(*) FROM change WHERE import_id = :undone", undone=import_id)
    restored = _run(connection, _RESTORE, undone=import_id)
    _run(connection, _HAND_ON_FIELDS, undone=import_id)
    removed = _run(connection, _LEAVE, list_id=list_id, did=schema.ADDED_TO_LIST)
    deleted = _delete_contacts(connection)
    for table in (schema.change, schema.mention):
        connection.execute(sa.delete(table).where(table.c.import_id == import_id))
    table = schema.contact_import
    connection.execute(sa.update(table).where(table.c.id == import_id).values(undone_at=stamp(at)))
    still = sa.select(sa.func.count()).where(_did.c.did == schema.ADDED_TO_LIST, _did.c.heir.is_not(None))
    return Undone(
        removed=removed,
        deleted=deleted,
        restored=restored,
        still_members=connection.execute(still).scalar_one(),
        changed_since=changed - restored,
    )


def _find_heirs(connection: sa.Connection, import_id: int, list_id: int) -> None:
    """Find who is named by a later import too, and let that one have done it."""
    _did.drop(connection, checkfirst=True)
    _did.create(connection)
    for did, of_list in ((schema.ADDED_TO_LIST, list_id), (schema.MADE_CONTACT, None)):
        _run(connection, _DID, undone=import_id, did=did)
        _run(connection, _FIND_HEIRS, undone=import_id, did=did, list_id=of_list)
        _run(connection, _HAND_ON, did=did)
    _run(
        connection,
        _SAID_YES,
        undone=import_id,
        letter=Purpose.LETTER,
        given=State.GIVEN,
        all_lists=schema.ALL_LISTS,
        list_id=list_id,
        did=schema.ADDED_TO_LIST,
    )


def _delete_contacts(connection: sa.Connection) -> int:
    """Delete the contacts that this import made and that nothing else refers to."""
    contact = schema.contact
    alone = sa.select(_did.c.contact_id).where(_did.c.did == schema.MADE_CONTACT, _did.c.heir.is_(None))
    gone = sa.delete(contact).where(contact.c.id.in_(alone), contact.c.changed_at.is_(None))
    for table in schema.metadata.sorted_tables:
        if "contact_id" in table.c and table not in {schema.mention, schema.change}:
            named = sa.select(table.c.contact_id).where(table.c.contact_id.is_not(None))
            gone = gone.where(contact.c.id.not_in(named))
        if "key" in table.c and table is not contact:
            gone = gone.where(contact.c.key.not_in(sa.select(table.c.key)))
    return connection.execute(gone).rowcount


def _run(connection: sa.Connection, statement: str, **values: object) -> int:
    """Run a statement, and return how many rows it changed."""
    return connection.execute(sa.text(statement), values).rowcount


def _value(connection: sa.Connection, statement: str, **values: object) -> int:
    return int(connection.execute(sa.text(statement), values).scalar_one())

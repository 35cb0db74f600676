"""What the lists hold of one person, and taking the person out of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.contacts import consents, lists, suppressions, wishes
from apes_mailer.contacts.consents import Consent
from apes_mailer.contacts.suppressions import ALL_LISTS, Suppression
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema

_EVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All that the lists hold of a contact key; ``fields`` is None when the store has no such contact.

    ``before`` is what imports found in the fields and replaced. ``suppressions`` are also those whose end has come,
    ``wishes`` what waits for a link to be followed, ``block_lists`` the entries of lists that providers keep, and
    ``to_ask`` what providers have still to be asked for.
    """

    fields: Mapping[str, str] | None
    before: Sequence[Mapping[str, object]]
    lists: Sequence[str]
    imports: Sequence[Mapping[str, object]]
    consents: Sequence[Consent]
    suppressions: Sequence[Suppression]
    wishes: Sequence[Mapping[str, object]]
    block_lists: Sequence[Mapping[str, object]]
    to_ask: Sequence[Mapping[str, object]]


def held(connection: sa.Connection, key: bytes) -> Held:
    """Return what the lists hold of a contact key."""
    contact, member, names = schema.contact, schema.member, schema.contact_list
    text = connection.execute(sa.select(contact.c.fields).where(contact.c.key == key)).scalar()
    of_contact = sa.select(names.c.name).join(member, member.c.list_id == names.c.id)
    of_contact = of_contact.join(contact, contact.c.id == member.c.contact_id).where(contact.c.key == key)
    return Held(
        fields=None if text is None else json.loads(text),
        before=_before(connection, key),
        lists=list(connection.execute(of_contact.order_by(names.c.name)).scalars()),
        imports=_imports(connection, key),
        consents=list(consents.of_key(connection, key)),
        suppressions=suppressions.holding(connection, key, at=_EVER),
        wishes=_wishes(connection, key),
        block_lists=_rows(connection, schema.block_list_entry, key, ("provider", "list", "at")),
        to_ask=_rows(connection, schema.let_back, key, ("provider", "cause", "queued_at")),
    )


def _rows(connection: sa.Connection, table: sa.Table, key: bytes, names: Sequence[str]) -> list[Mapping[str, object]]:
    query = sa.select(*(table.c[name] for name in names)).where(table.c.key == key).order_by(table.c.provider)
    return [dict(row) for row in connection.execute(query).mappings()]


def _before(connection: sa.Connection, key: bytes) -> list[Mapping[str, object]]:
    contact, change, imported = schema.contact, schema.change, schema.contact_import
    query = (
        sa.select(imported.c.source.label("file"), imported.c.at, change.c.before)
        .join(contact, contact.c.id == change.c.contact_id)
        .join(imported, imported.c.id == change.c.import_id)
        .where(contact.c.key == key)
        .order_by(change.c.import_id)
    )
    rows = connection.execute(query)
    return [{"until": at, "replaced_by": file, "fields": json.loads(before)} for file, at, before in rows]


def _wishes(connection: sa.Connection, key: bytes) -> list[Mapping[str, object]]:
    wish = schema.wish
    query = sa.select(wish.c.kind, wish.c.at, wish.c.expires_at, wish.c.language, wish.c.origin)
    rows = connection.execute(query.where(wish.c.key == key).order_by(wish.c.id))
    return [dict(row) for row in rows.mappings()]


def _imports(connection: sa.Connection, key: bytes) -> list[Mapping[str, object]]:
    contact, imported, names, mention = schema.contact, schema.contact_import, schema.contact_list, schema.mention
    query = (
        sa.select(imported.c.source.label("file"), names.c.name.label("list"), imported.c.at)
        .select_from(contact)
        .join(mention, mention.c.contact_id == contact.c.id)
        .join(imported, imported.c.id == mention.c.import_id)
        .join(names, names.c.id == imported.c.list_id)
        .where(contact.c.key == key)
        .order_by(imported.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def erase(connection: sa.Connection, key: bytes, *, at: dt.datetime, keep_number: bool) -> int:
    """Take a contact key out of the lists, and leave of it that it is never to be mailed; return how many lists.

    ``keep_number``: the ledger counts the contact, so its row stays, with nothing that names the person, and with
    another key that belongs to nobody.
    """
    connection.execute(sa.delete(schema.suppression).where(schema.suppression.c.key == key))
    suppressions.add(connection, key, list_id=ALL_LISTS, cause=Cause.ERASED, at=at)
    connection.execute(sa.delete(schema.consent).where(schema.consent.c.key == key))
    wishes.forget(connection, key)
    for table in (schema.let_back, schema.block_list_entry):
        connection.execute(sa.delete(table).where(table.c.key == key))
    contact, number = schema.contact, lists.contact_id(connection, key)
    if number is None:
        return 0
    left = connection.execute(sa.delete(schema.member).where(schema.member.c.contact_id == number)).rowcount
    for table in (schema.mention, schema.change):
        connection.execute(sa.delete(table).where(table.c.contact_id == number))
    this = contact.c.id == number
    nothing = {"key": sa.func.randomblob(16), "address": "", "fields": "{}", "changed_at": None}
    connection.execute(
        sa.update(contact).where(this).values(nothing) if keep_number else sa.delete(contact).where(this)
    )
    return left

"""Lists: their names in the store, their members, and the contacts in them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from apes_mailer.model.field import TAGS
from apes_mailer.model.keys import Keyring
from apes_mailer.model.spelling import alike
from apes_mailer.model.variant import values_in
from apes_mailer.store import schema
from apes_mailer.store.times import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredList:
    """A list kept in the store, and how many contacts are in it."""

    name: str
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContact:
    """A contact of a stored list."""

    address: str
    fields: Mapping[str, str]


_HAND_ON_NOES = """
INSERT INTO suppression (key, list_id, cause, at, until, source, evidence)
SELECT key, :made, cause, at, until, source, evidence FROM suppression WHERE list_id = :later
"""


def find(connection: sa.Connection, name: str) -> int | None:
    """Return the number of a list, or None when the store does not know it."""
    lists = schema.contact_list
    return connection.execute(sa.select(lists.c.id).where(lists.c.name == name)).scalar()


def find_by_tag(connection: sa.Connection, tag: bytes) -> int | None:
    """Return the number of the list that a token's tag stands for."""
    lists = schema.contact_list
    return connection.execute(sa.select(lists.c.id).where(lists.c.tag == tag)).scalar()


def name_of_tag(connection: sa.Connection, tag: bytes) -> str | None:
    """Return the name of the list that a token's tag stands for."""
    lists = schema.contact_list
    return connection.execute(sa.select(lists.c.name).where(lists.c.tag == tag)).scalar()


def number(connection: sa.Connection, name: str) -> int:
    """Return the number of a list; when there is no such list, what stands for all those that are made later."""
    found = find(connection, name)
    return schema.LATER_LISTS if found is None else found


def all_but(connection: sa.Connection, than: Collection[int]) -> list[int]:
    """Return the numbers of the other lists, and what stands for all those that are made later."""
    lists = schema.contact_list
    return [*connection.execute(sa.select(lists.c.id).where(lists.c.id.not_in(than))).scalars(), schema.LATER_LISTS]


def find_or_add(connection: sa.Connection, name: str, keyring: Keyring, at: dt.datetime) -> int:
    """Return the number of a list, made known to the store if need be, with those who want nothing of a new one."""
    known = find(connection, name)
    if known is not None:
        return known
    result = connection.execute(
        sa.insert(schema.contact_list)
        .values(name=name, tag=keyring.list_tag(name), created_at=stamp(at))
        .returning(schema.contact_list.c.id)
    )
    made = int(result.scalar_one())
    connection.execute(sa.text(_HAND_ON_NOES), {"made": made, "later": schema.LATER_LISTS})
    return made


def has_members(connection: sa.Connection, list_id: int) -> bool:
    """Whether anybody is in a stored list."""
    member = schema.member
    return (
        connection.execute(sa.select(member.c.contact_id).where(member.c.list_id == list_id).limit(1)).first()
        is not None
    )


def stored(connection: sa.Connection) -> list[StoredList]:
    """Return the lists that have members, by name."""
    lists, member = schema.contact_list, schema.member
    rows = connection.execute(
        sa.select(lists.c.name, sa.func.count(member.c.contact_id))
        .join(member, member.c.list_id == lists.c.id)
        .group_by(lists.c.id)
        .order_by(lists.c.name)
    )
    return [StoredList(name=name, members=count) for name, count in rows]


def members(list_id: int) -> sa.Subquery:
    """Return the contacts of a list as SQL: ``contact_id``, ``key``, ``address``, ``fields``."""
    contact, member = schema.contact, schema.member
    return (
        sa.select(contact.c.id.label("contact_id"), contact.c.key, contact.c.address, contact.c.fields)
        .join(member, member.c.contact_id == contact.c.id)
        .where(member.c.list_id == list_id)
        .subquery()
    )


def contacts(connection: sa.Connection, list_id: int, *, limit: int | None = None) -> Iterator[StoredContact]:
    """Yield the contacts of a list in the order they came, a few at a time."""
    return contacts_of(connection, members(list_id), limit=limit)


def contacts_of(connection: sa.Connection, rows: sa.Subquery, *, limit: int | None = None) -> Iterator[StoredContact]:
    """Yield some contacts as SQL, see :func:`members`, in the order they came, a few at a time."""
    query = sa.select(rows.c.address, rows.c.fields).order_by(rows.c.contact_id).limit(limit)
    for address, fields in connection.execution_options(yield_per=1000).execute(query):
        yield StoredContact(address=address, fields=json.loads(fields))


def search(connection: sa.Connection, list_id: int, words: str, *, limit: int) -> list[str]:
    """Return the first addresses of a list that contain ``words``, in any letter case."""
    rows = members(list_id)
    found = sa.select(rows.c.address).where(rows.c.address.icontains(words, autoescape=True))
    return list(connection.execute(found.order_by(rows.c.contact_id).limit(limit)).scalars())


def fields_of(connection: sa.Connection, list_id: int, address: str) -> dict[str, str] | None:
    """Return the fields of the contact with this address, in normal form, or None when it is not on the list."""
    rows = members(list_id)
    text = connection.execute(sa.select(rows.c.fields).where(rows.c.address == address)).scalar()
    return None if text is None else {name: str(value) for name, value in json.loads(text).items()}


def field_names(connection: sa.Connection, list_id: int, *, among_first: int | None = None) -> list[str]:
    """Return the names of the fields that the contacts of a list have, or the first of them, sorted."""
    rows = members(list_id)
    some = sa.select(rows.c.fields).order_by(rows.c.contact_id).limit(among_first).subquery()
    return names_of_fields(connection, rows if among_first is None else some)


def names_of_fields(connection: sa.Connection, rows: sa.Subquery) -> list[str]:
    """Return the names that occur in the ``fields`` of some contacts, given as SQL, sorted."""
    names = sa.func.json_each(rows.c.fields).table_valued("key")
    found = sa.select(names.c.key).select_from(rows.join(names, sa.true())).distinct().order_by("key")
    return [str(name) for name in connection.execute(found).scalars()]


def count_values(connection: sa.Connection, list_id: int, fields: Sequence[str]) -> list[tuple[tuple[str, ...], int]]:
    """Return what the contacts of a list have in these fields, each combination with how many have it."""
    rows = members(list_id)
    values = sa.func.json_array(*(sa.func.json_extract(rows.c.fields, f"$.{field}") for field in fields))
    found = connection.execute(sa.select(values, sa.func.count()).group_by(values))
    return [(tuple(str(value or "") for value in json.loads(text)), count) for text, count in found]


def contact_id(connection: sa.Connection, key: bytes) -> int | None:
    """Return the number of a contact, or None when the store does not know the key."""
    return connection.execute(sa.select(schema.contact.c.id).where(schema.contact.c.key == key)).scalar()


def contact_ids(connection: sa.Connection, keys: Collection[bytes]) -> dict[bytes, int]:
    """Return the numbers of those contacts among some keys that the store knows."""
    contact = schema.contact
    rows = connection.execute(sa.select(contact.c.key, contact.c.id).where(contact.c.key.in_(keys)))
    return {bytes(key): int(number) for key, number in rows}


def change_tags(
    connection: sa.Connection, contact_id: int, *, add: Sequence[str], remove: Sequence[str], at: dt.datetime
) -> list[str]:
    """Give a contact tags and take others from it, by hand; return those it has now, as they are written."""
    contact = schema.contact
    text = connection.execute(sa.select(contact.c.fields).where(contact.c.id == contact_id)).scalar_one()
    fields: dict[str, str] = json.loads(text)
    tags = values_in(fields.pop(TAGS, ""))
    for tag in remove:
        tags.pop(alike(tag), None)
    tags = {**{alike(tag): tag for tag in add}, **tags}
    if tags:
        fields[TAGS] = "; ".join(sorted(tags.values(), key=alike))
    if json.dumps(fields) != json.dumps(json.loads(text)):
        values = {"fields": json.dumps(fields, ensure_ascii=False, separators=(",", ":")), "changed_at": stamp(at)}
        connection.execute(sa.update(contact).where(contact.c.id == contact_id).values(values))
    return sorted(tags.values(), key=alike)


def leave(connection: sa.Connection, contact_id: int, list_id: int) -> bool:
    """Take a contact off a list; return False when it was not on it. Suppressions and what was sent stay known."""
    member = schema.member
    row = sa.and_(member.c.list_id == list_id, member.c.contact_id == contact_id)
    return bool(connection.execute(sa.delete(member).where(row)).rowcount)


def know(connection: sa.Connection, key: bytes, address: str) -> int:
    """Return the number of a contact, made known by its address alone if need be."""
    contact = schema.contact
    known = insert(contact).values(key=key, address=address)
    fill = sa.func.iif(contact.c.address == "", known.excluded.address, contact.c.address)
    known = known.on_conflict_do_update(index_elements=["key"], set_={"address": fill}).returning(contact.c.id)
    return int(connection.execute(known).scalar_one())


def address_of(connection: sa.Connection, key: bytes) -> str | None:
    """Return the address of a contact, or None when the store does not know the key."""
    return connection.execute(sa.select(schema.contact.c.address).where(schema.contact.c.key == key)).scalar()


def is_on_any(connection: sa.Connection, key: bytes) -> bool:
    """Whether the contact with a key is on any stored list."""
    member, contact = schema.member, schema.contact
    found = sa.select(member.c.contact_id).join(contact, contact.c.id == member.c.contact_id)
    return connection.execute(found.where(contact.c.key == key).limit(1)).first() is not None


def imported_at(connection: sa.Connection, key: bytes) -> str | None:
    """Return the stamp of the import by which a contact came to be on the lists it is on; None where none did.

    Of each list it is the last such import, of several lists the one that is oldest.
    """
    contact, mention, imported, member = schema.contact, schema.mention, schema.contact_import, schema.member
    last = (
        sa.select(sa.func.max(imported.c.at).label("at"))
        .select_from(contact)
        .join(mention, mention.c.contact_id == contact.c.id)
        .join(imported, imported.c.id == mention.c.import_id)
        .join(member, sa.and_(member.c.contact_id == contact.c.id, member.c.list_id == imported.c.list_id))
        .where(
            contact.c.key == key, mention.c.did.bitwise_and(schema.ADDED_TO_LIST) != 0, imported.c.undone_at.is_(None)
        )
        .group_by(imported.c.list_id)
        .subquery()
    )
    return connection.execute(sa.select(sa.func.min(last.c.at))).scalar()


def join(connection: sa.Connection, list_id: int, contact_id: int) -> None:
    """Put a contact on a stored list; who is on it stays on it."""
    connection.execute(insert(schema.member).values(list_id=list_id, contact_id=contact_id).on_conflict_do_nothing())


def is_member(connection: sa.Connection, list_id: int, key: bytes) -> bool:
    """Whether the contact with a key is on a stored list."""
    member, contact = schema.member, schema.contact
    found = sa.select(member.c.contact_id).join(contact, contact.c.id == member.c.contact_id)
    return connection.execute(found.where(member.c.list_id == list_id, contact.c.key == key)).first() is not None

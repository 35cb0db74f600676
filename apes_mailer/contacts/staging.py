"""A list kept as a file, brought into the transaction that freezes its contacts.

The file is read row by row into temporary tables, so that a list of a million rows never sits in memory; its contacts
get an identity in the store, and nothing else of them stays there.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Container, Iterable
from itertools import islice

import sqlalchemy as sa

from apes_mailer.contacts import repair, suppressions
from apes_mailer.contacts.file_format import ContactsFile
from apes_mailer.contacts.rows import BadRow, OptOut, Row
from apes_mailer.contacts.slips import Domains
from apes_mailer.contacts.suppressions import Found
from apes_mailer.model import address
from apes_mailer.model.keys import Keyring
from apes_mailer.store import schema

_CHUNK = 2000  # rows handed to the database at a time

_metadata = sa.MetaData()
_row = sa.Table(
    "staged_row",
    _metadata,
    sa.Column("line", sa.Integer, primary_key=True),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("fields", sa.Text, nullable=False),
    prefixes=["TEMPORARY"],
)
_contact = sa.Table(
    "staged_contact",
    _metadata,
    sa.Column("contact_id", sa.Integer, primary_key=True),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("fields", sa.Text, nullable=False),
    prefixes=["TEMPORARY"],
)
_reject = sa.Table(
    "staged_reject",
    _metadata,
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("contact_id", sa.Integer),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    prefixes=["TEMPORARY"],
)


def stage(
    connection: sa.Connection,
    file: ContactsFile,
    keyring: Keyring,
    *,
    list_id: int,
    at: dt.datetime,
    domains: Domains | None = None,
) -> tuple[sa.Subquery, sa.Subquery]:
    """Read a file into temporary tables of the transaction; who says no in it is suppressed for the list.

    Returns the accepted contacts (``contact_id``, ``key``, ``address``, ``fields``) and the rejected rows
    (``contact_id``, ``line``, ``reason``, ``detail``; the reasons are ``invalid``, ``duplicate`` and, of whoever was
    erased and is stored no more, ``suppressed``). ``domains`` counts those of the accepted contacts.
    """
    for table in (_row, _contact, _reject):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS temp.{table.name}")
    _metadata.create_all(connection, checkfirst=False)
    rows, erased = iter(file), suppressions.erased_keys(connection)
    while chunk := list(islice(rows, _CHUNK)):
        found = _stage_chunk(connection, chunk, file.fields, keyring, erased, domains)
        suppressions.add_found(connection, found, list_id=list_id, at=at, source=file.shown)
    _number(connection)
    contact = schema.contact
    accepted = sa.select(_contact.c.contact_id, contact.c.key, contact.c.address, _contact.c.fields).join(
        contact, contact.c.id == _contact.c.contact_id
    )
    rejected = sa.select(_reject.c.contact_id, _reject.c.line, _reject.c.reason, _reject.c.detail)
    return accepted.subquery(), rejected.subquery()


def _stage_chunk(
    connection: sa.Connection,
    chunk: Iterable[Row | OptOut | BadRow],
    fields: tuple[str, ...],
    keyring: Keyring,
    erased: Container[bytes],
    domains: Domains | None,
) -> list[Found]:
    """Take in some rows; return those that say no."""
    good: list[dict[str, object]] = []
    bad: list[dict[str, object]] = []
    contacts: list[dict[str, object]] = []
    opted_out: list[Found] = []
    for row in chunk:
        if isinstance(row, BadRow):
            bad.append({"line": row.line, "reason": "invalid", "detail": row.reason})
            continue
        try:
            known = repair.normalise(row.address)
        except address.AddressError as error:
            bad.append({"line": row.line, "reason": "invalid", "detail": error.reason})
            continue
        key = keyring.contact_key(known)
        if key in erased:
            bad.append({"line": row.line, "reason": "suppressed", "detail": "erased"})
            continue
        if isinstance(row, OptOut):
            opted_out.append(Found(key, row.cause, row.at, row.evidence))
        contacts.append({"key": key, "address": known})
        good.append({"line": row.line, "key": key, "fields": fields_json(fields, row.values)})
    if domains is not None:
        domains.take([str(each["address"]) for each in contacts], [int(str(each["line"])) for each in good])
    _insert(connection, contacts, good, bad)
    return opted_out


def _insert(
    connection: sa.Connection,
    contacts: list[dict[str, object]],
    good: list[dict[str, object]],
    bad: list[dict[str, object]],
) -> None:
    if contacts:
        connection.exec_driver_sql(
            "INSERT INTO contact (key, address) VALUES (:key, :address) ON CONFLICT (key) DO NOTHING", contacts
        )
        connection.execute(sa.insert(_row), good)
    if bad:
        connection.execute(sa.insert(_reject), bad)


def fields_json(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    """Return the fields of a row that are not empty, as JSON."""
    return json.dumps({name: value for name, value in zip(names, values, strict=True) if value}, ensure_ascii=False)


def _number(connection: sa.Connection) -> None:
    """Give each row its contact; of several rows for one contact the first counts."""
    connection.exec_driver_sql(
        "INSERT INTO staged_contact (contact_id, line, fields)"
        " SELECT contact.id, staged_row.line, staged_row.fields FROM staged_row"
        " JOIN contact ON contact.key = staged_row.key WHERE true ORDER BY staged_row.line"
        " ON CONFLICT (contact_id) DO NOTHING"
    )
    connection.exec_driver_sql(
        "INSERT INTO staged_reject (line, contact_id, reason, detail)"
        " SELECT staged_row.line, contact.id, 'duplicate', 'same address as line ' || staged_contact.line"
        " FROM staged_row JOIN contact ON contact.key = staged_row.key"
        " JOIN staged_contact ON staged_contact.contact_id = contact.id"
        " WHERE staged_contact.line <> staged_row.line"
    )

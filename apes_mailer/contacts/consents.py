"""The consent log: what a person agreed to, refused or took back, with the proof of it.

It only grows; the database itself refuses to change or delete a line. The last one recorded counts. Where nothing is
recorded the person has said nothing, which is neither yes nor no.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from apes_mailer.model.consent import Purpose, State
from apes_mailer.store import schema
from apes_mailer.store.times import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How one knows what a person said.

    ``source`` is where the person said so, ``basis`` the right that mailing rests on where it is no consent,
    ``wording`` what the person read and in which version, ``origin`` from where on the network it came.
    """

    source: str
    basis: str = ""
    wording: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One line of the log; ``list_name`` is empty when it holds for every list, ``at`` is a UTC stamp."""

    list_name: str
    purpose: Purpose
    state: State
    at: str
    proof: Proof


def record(
    connection: sa.Connection,
    key: bytes,
    *,
    list_id: int,
    purpose: Purpose,
    state: State,
    at: dt.datetime,
    proof: Proof,
) -> None:
    """Add a line to the log: what a contact key said at a moment about a list, or about all."""
    said = {"key": key, "list_id": list_id, "purpose": purpose, "state": state, "at": stamp(at)}
    connection.execute(sa.insert(schema.consent), said | asdict(proof))


_SAY_AGAIN = """
INSERT INTO consent (key, list_id, purpose, state, at, source, basis, wording, origin, import_id)
SELECT key, list_id, purpose, state, at, source, basis, wording, origin, import_id FROM consent
WHERE id IN (SELECT max(id) FROM consent WHERE key = :key AND purpose = :purpose AND id <> :withdrawal GROUP BY list_id)
ORDER BY id
"""


def undo_withdrawal(connection: sa.Connection, key: bytes, *, list_id: int, source: str) -> None:
    """Let hold again what held before the last withdrawal of the letter that came from ``source``, and no more.

    The other last words are recorded once more, as they were said and with the proofs that they had: somebody who had
    agreed to one list has agreed to that one again, and to no other.
    """
    table = schema.consent
    same = sa.and_(table.c.key == key, table.c.list_id == list_id, table.c.purpose == Purpose.LETTER)
    of_source = sa.and_(table.c.state == State.WITHDRAWN, table.c.source == source)
    withdrawal = connection.execute(sa.select(sa.func.max(table.c.id)).where(same, of_source)).scalar()
    if withdrawal is not None:
        values = {"key": key, "purpose": Purpose.LETTER, "withdrawal": withdrawal}
        connection.execute(sa.text(_SAY_AGAIN), values)


def withdraw(connection: sa.Connection, key: bytes, *, list_id: int, at: dt.datetime, source: str) -> None:
    """Record that a contact key took back its agreement to the letters of a list, or of all."""
    proof = Proof(source=source)
    record(connection, key, list_id=list_id, purpose=Purpose.LETTER, state=State.WITHDRAWN, at=at, proof=proof)


def latest(connection: sa.Connection, key: bytes, list_id: int, purpose: Purpose) -> Consent | None:
    """Return what a contact key said last about a list, or about all lists; None when nothing is proved."""
    table = schema.consent
    query = _lines(key).where(
        table.c.purpose == purpose, table.c.list_id.in_([schema.ALL_LISTS, list_id]), sa.text(schema.PROVES)
    )
    row = connection.execute(query.order_by(table.c.id.desc()).limit(1)).first()
    return None if row is None else _consent(row)


def of_key(connection: sa.Connection, key: bytes) -> Iterator[Consent]:
    """Yield all that a contact key ever said, oldest first."""
    return map(_consent, connection.execute(_lines(key).order_by(schema.consent.c.id)))


def _lines(key: bytes) -> sa.Select[*tuple[Any, ...]]:
    table, lists = schema.consent, schema.contact_list
    return (
        sa.select(
            lists.c.name,
            table.c.purpose,
            table.c.state,
            table.c.at,
            table.c.source,
            table.c.basis,
            table.c.wording,
            table.c.origin,
        )
        .select_from(table)
        .join(lists, lists.c.id == table.c.list_id, isouter=True)
        .where(table.c.key == key)
    )


def _consent(row: sa.Row[*tuple[Any, ...]]) -> Consent:
    return Consent(
        list_name=row.name or "",
        purpose=Purpose(row.purpose),
        state=State(row.state),
        at=row.at,
        proof=Proof(source=row.source, basis=row.basis, wording=row.wording, origin=row.origin),
    )

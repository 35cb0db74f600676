"""What providers' lists of blocked addresses mean for ours.

An entry is heeded once: whoever opts in again, or is let back by hand, is not suppressed anew because the provider
still has the old entry. A newer one counts. That an entry is gone there never ends a suppression here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.contacts import reported, suppressions
from apes_mailer.contacts.reported import Found
from apes_mailer.contacts.suppressions import ALL_LISTS
from apes_mailer.model import address
from apes_mailer.model.account import BlockList, Listed
from apes_mailer.model.keys import Keyring
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

_table = schema.block_list_entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A provider's list, read at some moment by the clock here."""

    provider: str
    block_list: BlockList
    at: dt.datetime


def read_to(connection: sa.Connection, provider: str, account: str, block_list: BlockList) -> dt.datetime | None:
    """Return up to when a list has been read, by the provider's clock; None when it never was read to its end."""
    mark = schema.block_list_mark
    found = connection.execute(sa.select(mark.c.read_to).where(_of_list(mark, provider, account, block_list))).scalar()
    return None if found is None else dt.datetime.fromisoformat(found)


def newest_reading(connection: sa.Connection, provider: str, account: str) -> str:
    """Return up to when the lists of an account have been read, all of them; empty when none ever was."""
    mark = schema.block_list_mark
    of_account = sa.and_(mark.c.provider == provider, mark.c.account == account)
    return connection.execute(sa.select(sa.func.min(mark.c.read_to)).where(of_account)).scalar() or ""


def remember(
    connection: sa.Connection, provider: str, account: str, block_list: BlockList, *, up_to: dt.datetime
) -> None:
    """Keep up to when a list has been read to its end."""
    mark = schema.block_list_mark
    connection.execute(sa.delete(mark).where(_of_list(mark, provider, account, block_list)))
    line = {"provider": provider, "account": account, "list": block_list.name, "read_to": stamp(up_to)}
    connection.execute(sa.insert(mark).values(line))


def _of_list(mark: sa.Table, provider: str, account: str, block_list: BlockList) -> sa.ColumnElement[bool]:
    return sa.and_(mark.c.provider == provider, mark.c.account == account, mark.c.list == block_list.name)


def heed(connection: sa.Connection, keyring: Keyring, source: Source, entries: Iterable[Listed]) -> int:
    """Suppress, for all lists, whoever is in entries not heeded before; return how many were not suppressed so before.

    Nothing is kept of who was erased. Of a list without a cause the new entries are counted, and suppress nobody. Only
    keys are kept: that the provider knows an address is no reason to know it here. What is no address can be no
    contact, and is passed over.
    """
    found = _by_key(keyring, entries)
    for erased in suppressions.erased_among(connection, list(found)):
        del found[erased]
    before = _heeded(connection, source, list(found))
    fresh = {key: entry for key, entry in found.items() if _is_news(before.get(key), entry)}
    _keep(connection, source, {**fresh, **{key: entry for key, entry in found.items() if entry.at is None}})
    cause = source.block_list.cause
    if cause is None:
        return len(fresh)
    named = f"{source.provider}, {source.block_list.name}"
    if not source.block_list.timeless:
        suppressions.take_over(connection, list(fresh), cause, heard_from=source.provider, source=named)
    return sum(
        bool(
            reported.add(
                connection, Found(key, cause, entry.at, entry.reason), list_id=ALL_LISTS, at=source.at, source=named
            )
        )
        for key, entry in fresh.items()
    )


def forget(connection: sa.Connection, provider: str, block_list: BlockList, key: bytes) -> None:
    """Forget an entry of a list without times that was taken off it: should it come back, it counts."""
    same = (_table.c.provider == provider, _table.c.list == block_list.name, _table.c.key == key)
    connection.execute(sa.delete(_table).where(*same))


def forget_unseen(connection: sa.Connection, source: Source) -> None:
    """Forget the entries of a list without times that this reading has not seen: should they come back, they count."""
    connection.execute(sa.delete(_table).where(_of_source(source), _table.c.at < stamp(source.at)))


def _by_key(keyring: Keyring, entries: Iterable[Listed]) -> dict[bytes, Listed]:
    found: dict[bytes, Listed] = {}
    for entry in entries:
        try:
            key = keyring.contact_key(address.normalise(entry.address))
        except address.AddressError:
            continue
        known = found.get(key)
        if known is None or known.at is None or (entry.at is not None and entry.at > known.at):
            found[key] = entry
    return found


def _is_news(heeded_at: str | None, entry: Listed) -> bool:
    return heeded_at is None or (entry.at is not None and stamp(entry.at) > heeded_at)


def _heeded(connection: sa.Connection, source: Source, keys: Sequence[bytes]) -> Mapping[bytes, str]:
    found: dict[bytes, str] = {}
    for start in range(0, len(keys), 500):  # SQLite takes so many values in one statement, whatever its version
        some = sa.select(_table.c.key, _table.c.at).where(
            _of_source(source), _table.c.key.in_(keys[start : start + 500])
        )
        found.update((key, at) for key, at in connection.execute(some))
    return found


def _keep(connection: sa.Connection, source: Source, entries: Mapping[bytes, Listed]) -> None:
    if not entries:
        return
    same = sa.delete(_table).where(_of_source(source), _table.c.key == sa.bindparam("blocked"))
    connection.execute(same, [{"blocked": key} for key in entries])
    provider, name = source.provider, source.block_list.name
    connection.execute(
        sa.insert(_table),
        [
            {"provider": provider, "list": name, "key": key, "at": stamp(entry.at or source.at)}
            for key, entry in entries.items()
        ],
    )


def _of_source(source: Source) -> sa.ColumnElement[bool]:
    return sa.and_(_table.c.provider == source.provider, _table.c.list == source.block_list.name)

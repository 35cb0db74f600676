"""Consents that an import tells of: those of its rows, or one that a person tells of the whole file.

Both wait in ``temp.consented`` until the import is carried out, and are lines of the consent log then. They never
overrule: nobody who is suppressed is given one, nor anybody of whom the log knows a word already. That one is newer
than what a file tells, or the same; what an undone import told is no word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from apes_mailer.store import schema
from apes_mailer.store.times import stamp

# Of the rows of one person the first counts: beside min(), SQLite gives the other columns of the row that has it.
_TOLD = f"""
FROM (SELECT key, min(line), at, source, basis, wording FROM temp.consented GROUP BY key) AS told
JOIN temp.planned ON planned.key = told.key AND NOT planned.is_suppressed
WHERE NOT EXISTS (SELECT 1 FROM consent WHERE consent.key = told.key AND consent.purpose = :purpose
                  AND consent.list_id IN (:all_lists, :list_id) AND {schema.PROVES})
"""  # noqa: S608 - made of constants only

_RECORD = f"""
INSERT INTO consent (key, list_id, purpose, state, at, source, basis, wording, import_id)
SELECT told.key, :list_id, :purpose, :given, coalesce(told.at, :at), iif(told.source = '', :source, told.source),
  told.basis, told.wording, :import_id
{_TOLD}
"""

_SPREAD = """
INSERT INTO temp.consented (key, line, at, source, basis, wording)
SELECT key, line, :at, :source, :basis, :wording FROM temp.incoming
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileConsent:
    """What a person says of everybody in a file: where each agreed, when (None: at the import), and the proof of it.

    ``wording`` is what they read, ``basis`` the legal basis; both may be empty.
    """

    source: str
    at: dt.datetime | None = None
    basis: str = ""
    wording: str = ""


def spread(connection: sa.Connection, consent: FileConsent) -> None:
    """Take it that everybody in the incoming rows has given this consent."""
    values = {
        "at": stamp(consent.at) if consent.at else None,
        "source": consent.source,
        "basis": consent.basis,
        "wording": consent.wording,
    }
    connection.execute(sa.text(_SPREAD), values)


def count(connection: sa.Connection, values: Mapping[str, object]) -> int:
    """Return how many lines :func:`record` would add to the log, by the rows as they are planned."""
    return int(connection.execute(sa.text(f"SELECT count(*) {_TOLD}"), values).scalar_one())


def record(connection: sa.Connection, values: Mapping[str, object]) -> None:
    """Add the lines to the log, for an import."""
    connection.execute(sa.text(_RECORD), values)

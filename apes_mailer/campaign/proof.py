"""Proving afterwards who got a letter: every candidate of a campaign with what became of it, in a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from apes_mailer.contacts.rows import marked
from apes_mailer.ledger import campaigns, control, proof
from apes_mailer.ledger.owner import OwnerLock
from apes_mailer.ledger.proof import Line
from apes_mailer.ledger.states import Outcome, Reason
from apes_mailer.model.language import Language
from apes_mailer.render.report.words import note, word, words
from apes_mailer.store.database import Database
from apes_mailer.workspace.private_file import private_file

_COLUMNS = ("address", "state", "reason", "variant", "batch", "request", "requested_at", "told")


def write(database: Database, name: str, path: Path, language: Language) -> int:
    """Write a line for each candidate to a new file that only its owner can read; return how many.

    It is CSV as Excel opens it by a double click, and nothing in it is taken for a formula. Raises ``LedgerError`` when
    no provider was asked for the campaign; no file is left then.
    """
    alive = OwnerLock(database.path, name).alive()
    with private_file(path, encoding="utf-8-sig", newline="") as file, database.read() as connection:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["EMAIL", *(words("recipients", language)[column] for column in _COLUMNS[1:])])
        campaign = campaigns.load(connection, control.campaign_id_of(connection, name))
        count = 0
        for line in proof.lines(connection, campaign.id, owner_alive=alive):
            writer.writerow([marked(cell) for cell in _cells(line, language)])
            count += 1
    return count


def _cells(line: Line, language: Language) -> Sequence[str]:
    return (
        line.address,
        word("recipient_states", line.state, language),
        _reason(line, language) if line.state == Outcome.EXCLUDED else line.reason,
        line.variant,
        str(line.batch or ""),
        str(line.request or ""),
        line.requested_at,
        ", ".join(f"{word('told', each.kind, language)} {each.at} {each.reason}".rstrip() for each in line.told),
    )


def _reason(line: Line, language: Language) -> str:
    reason = word("why_left_out", line.reason, language)
    if not line.detail:
        return reason
    told = words("why_in_detail", language).get(line.detail.replace(" ", "_")) or note(line.detail, language)
    return told if line.reason == Reason.SUPPRESSED else f"{reason} ({told})"

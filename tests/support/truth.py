"""Comparing what the ledger says with what the provider knows: the checker of every crash test."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.journal import Acceptance

_COUNTS = ("pending", "submitting", "submitted", "refused", "unknown")


class PromiseBrokenError(AssertionError):
    """The send protocol did not keep what it promises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a provider has accepted, and who was asked for."""

    accepted: Sequence[Acceptance]
    addresses: frozenset[str]

    def twice(self) -> list[str]:
        """Addresses that were accepted more than once."""
        counts = Counter(each.address for each in self.accepted)
        return sorted(address for address, count in counts.items() if count > 1)

    def marks(self) -> frozenset[str]:
        """The attempts that were accepted."""
        return frozenset(each.attempt for each in self.accepted if each.attempt)


def require(holds: object, text: str) -> None:
    """Raise ``PromiseBrokenError`` unless something holds."""
    if not holds:
        raise PromiseBrokenError(text)


def check_sums(status: Mapping[str, Any]) -> None:
    """The two equations, which hold at every moment."""
    require(
        status["candidates"] == status["recipients"] + sum(status["excluded"].values()),
        f"candidates are not recipients and exclusions: {_brief(status)}",
    )
    require(
        status["recipients"] == sum(status[name] for name in _COUNTS),
        f"recipients are not their states: {_brief(status)}",
    )
    by_state = Counter[str]()
    for batch in status["batches"]:
        by_state[batch["state"]] += batch["recipients"]
    require(
        all(by_state[name] == status[name] for name in ("pending", "submitting", "submitted", "unknown")),
        f"the batches do not add up: {_brief(status)} against {dict(by_state)}",
    )


def check(status: Mapping[str, Any], database: Path, truth: Truth) -> None:
    """Nobody twice, nobody lost, nothing said that is not so. Raises ``PromiseBrokenError``."""
    check_sums(status)
    require(not truth.twice(), f"mailed twice: {truth.twice()[:5]} and {len(truth.twice())} in all")
    marks = truth.marks()
    for attempt in _attempts(database):
        if attempt["state"] == "submitted":
            require(attempt["mark"] in marks, f"the ledger says submitted, the provider never took it: {attempt}")
        if attempt["mark"] in marks:
            require(
                attempt["state"] in {"submitted", "unknown", "submitting"},
                f"the provider took it, the ledger says {attempt['state']}: {attempt}",
            )
    got = {each.address for each in truth.accepted}
    if status["state"] == "finished":
        lost = truth.addresses - got - _refused(database)
        require(not lost, f"finished, and {len(lost)} were lost, the first {sorted(lost)[:3]}")
        require(
            status["submitted"] == len(got), f"finished: {status['submitted']} submitted, {len(got)} at the provider"
        )
    require(
        status["state"] != "finished" or not (status["pending"] or status["submitting"] or status["unknown"]),
        f"finished with open batches: {_brief(status)}",
    )


def doubtful_batches(database: Path) -> list[tuple[int, str]]:
    """Return (batch, attempt mark) of every batch in doubt."""
    return [
        (int(attempt["batch_no"]), str(attempt["mark"]))
        for attempt in _attempts(database)
        if attempt["state"] in {"unknown", "submitting"}
    ]


def proved(database: Path) -> int:
    """Return how many batches were settled by evidence."""
    (row,) = _rows(database, "SELECT count(*) AS count FROM history WHERE event = 'proved'")
    return int(row["count"])


def _attempts(database: Path) -> list[dict[str, Any]]:
    return _rows(
        database,
        "SELECT attempt.* FROM attempt JOIN campaign ON campaign.id = attempt.campaign_id WHERE campaign.kind = 'send'",
    )


def _refused(database: Path) -> frozenset[str]:
    rows = _rows(
        database,
        "SELECT address FROM recipient JOIN contact ON contact.id = contact_id WHERE outcome = 'refused'",
    )
    return frozenset(str(row["address"]) for row in rows)


def _rows(database: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def _brief(status: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in status.items() if name not in {"batches", "rehearsals"}}

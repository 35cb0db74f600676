"""Asking the provider's log about attempts in doubt, before a person is asked.

A message in the log that carries the mark of an attempt proves that exactly this attempt was accepted. That no such
message is found proves nothing: logs lag, and end. So it settles nothing, and the person is told what was found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from apes_mailer.campaign.patience import Patience
from apes_mailer.campaign.send import Records
from apes_mailer.errors import AccountError
from apes_mailer.ledger import doubts, evidence
from apes_mailer.ledger.doubts import Doubt
from apes_mailer.ledger.states import AttemptState
from apes_mailer.model.account import Trace
from apes_mailer.providers.base import KeepsLogs
from apes_mailer.store.database import Connection
from apes_mailer.store.times import stamp

SECONDS = 120.0
"""Most time that looking up takes, for all attempts together."""


@dataclass(slots=True)
class _Findings:
    """Numbers of batches: accepted, accepted twice, and those of which the log has nothing."""

    accepted: list[int] = field(default_factory=list[int])
    twice: list[int] = field(default_factory=list[int])
    nothing: list[int] = field(default_factory=list[int])


def reconcile(
    records: Records, campaign_id: int, provider: KeepsLogs, name: str, *, actor: str, warn: Callable[[str], None]
) -> None:
    """Look the attempts in doubt up in the log of the provider ``name``; keep what was found, and say it.

    For whoever holds the campaign's lock. A log that does not answer changes nothing.
    """
    with records.database.read() as connection:
        open_ = [doubt for doubt in doubts.open_doubts(connection, campaign_id) if doubt.addresses]
    patience, findings = Patience(SECONDS), _Findings()
    for doubt in open_:
        with records.database.read() as connection:
            if not doubts.is_open(connection, doubt):
                continue  # another attempt has settled it meanwhile
        try:
            proof = _look_up(provider, doubt, patience)
        except AccountError as error:
            warn(f"{error.message} What is in doubt stays so. {error.hint}".rstrip())
            break
        with records.database.write() as connection:
            if proof is None:
                note = f"the log of {name} had nothing of it for {_people(doubt)}, which proves nothing"
                doubts.record_asked(connection, campaign_id, doubt, note=note, actor=actor, at=records.clock())
                findings.nothing.append(doubt.batch_no)
            else:
                state = _prove(connection, proof, name, actor=actor, at=records.clock())
                (findings.accepted if state is AttemptState.SUBMITTED else findings.twice).append(doubt.batch_no)
    _tell(findings, name, warn)


def _look_up(provider: KeepsLogs, doubt: Doubt, patience: Patience) -> Trace | None:
    for address in doubt.addresses:
        for message in patience.ask(partial(provider.messages, address, at=doubt.started_at)):
            trace = patience.ask(partial(provider.trace, message))
            if trace is not None and trace.attempt == doubt.mark:
                return trace
    return None


def _prove(connection: Connection, proof: Trace, name: str, *, actor: str, at: dt.datetime) -> AttemptState | None:
    shown = f"the log of {name} has message {proof.entry} of it, accepted {stamp(proof.at)}, {proof.status}"
    return evidence.prove_accepted(
        connection, proof.attempt, actor=actor, at=at, provider_id=proof.submission, evidence=shown
    )


def _people(doubt: Doubt) -> str:
    count = len(doubt.addresses)
    return f"{count} recipient{'' if count == 1 else 's'}"


def _tell(findings: _Findings, name: str, warn: Callable[[str], None]) -> None:
    if findings.accepted:
        warn(f"{_batches(findings.accepted)}: in doubt until now, and accepted by the log of {name}.")
    if findings.twice:
        warn(f"{_batches(findings.twice)}: accepted before, by the log of {name}, and let go again since.")
    if left := [no for no in findings.nothing if no not in findings.accepted]:
        warn(
            f"{_batches(left)}: the log of {name} has nothing of it yet. That proves nothing, for logs lag: run resume "
            "again in some minutes."
        )


def _batches(numbers: Sequence[int]) -> str:
    known = list(dict.fromkeys(numbers))
    return f"Batch{'' if len(known) == 1 else 'es'} {', '.join(map(str, known))}"

"""Sending what is prepared: claim, submit, record, until nothing is pending.

Threads only where a batch is handed over; every decision that matters is a transaction of the ledger.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import assert_never

from apes_mailer.campaign.pace import Pace
from apes_mailer.errors import LedgerError
from apes_mailer.ledger import campaigns, claims, control, rate
from apes_mailer.ledger.claims import Claim, Roll
from apes_mailer.ledger.instance import Instance
from apes_mailer.ledger.marks import Mark
from apes_mailer.model.batch import Batch, Recipient
from apes_mailer.model.keys import Keyring
from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown
from apes_mailer.model.tracking import NOTHING, Tracking
from apes_mailer.providers.base import Payload, Provider
from apes_mailer.store.database import BusyError, Database, DiskFullError

_RECORD_FOR_SECONDS, _RECORD_AGAIN_SECONDS = 60.0, 0.5
_RESERVE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What happened with one batch."""

    batch_no: int
    recipients: int
    submission: Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The ledger, its identity on this computer, and the clock whose times it keeps."""

    database: Database
    instance: Instance
    clock: Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a sender works with."""

    records: Records
    provider: Provider
    keyring: Keyring
    in_flight: int
    max_per_second: int = 0
    batch_size: int = 1000
    tracking: Tracking = NOTHING
    """What the workspace wants to be counted, of those who agreed to it."""


class Sender:
    """Sends one prepared campaign; for whoever holds its lock."""

    def __init__(
        self, around: Surroundings, campaign_id: int, owner: str, on_progress: Callable[[Progress], None]
    ) -> None:
        self._around = around
        self._owner = owner
        self._on_progress = on_progress
        self._pace = Pace(around.in_flight)
        database = around.records.database.path
        self._reserve = database.with_name(f"{database.name}-reserve-{campaign_id}")
        self._failure: BaseException | None = None
        self._trouble: LedgerError | None = None
        self.refused_credentials = False
        self.stopped_by_person = False
        with around.records.database.read() as connection:
            self._campaign = campaigns.load(connection, campaign_id)
            self._templates = campaigns.templates(connection, campaign_id)
            self._largest_batch = campaigns.largest_batch(connection, campaign_id)
        self._mark: Mark | None = None

    @property
    def run_name(self) -> str:
        """What tells this preparation from another of the same campaign."""
        return self._campaign.run

    def stop(self) -> None:
        """Claim nothing more; what is in flight is finished. Safe to call from a signal handler."""
        self.stopped_by_person = True
        self._pace.stop()

    def run(self) -> None:
        """Send until nothing is pending, the campaign is paused, or :meth:`stop` is called.

        This thread claims and encodes, one batch at a time, so that few are in memory at once; a pool of threads
        submits and records. Raises ``LedgerError`` when the ledger cannot be written any more.
        """
        self._make_reserve()
        try:
            with ThreadPoolExecutor(self._around.in_flight, "submit") as pool:
                while self._pace.enter():
                    taken = self._take()
                    if taken is None:
                        self._pace.leave(idle=True)
                    else:
                        pool.submit(self._hand_over, *taken)
        except (BusyError, DiskFullError) as error:
            self._failure = self._failure or error
        finally:
            self._pace.stop()
            self._reserve.unlink(missing_ok=True)
        self._raise_what_stopped_it()

    def _raise_what_stopped_it(self) -> None:
        failure = self._failure
        if failure is None and self._trouble is not None:
            with self._around.records.database.read() as connection:
                failure = self._trouble if claims.waiting(connection, self._campaign.id) else None
        if isinstance(failure, BusyError | DiskFullError):
            hint = f"{failure.hint} Continue with: apes-mailer resume {self._campaign.name}"
            raise type(failure)(failure.message, hint=hint) from failure
        if failure is not None:
            raise failure

    def _take(self) -> tuple[Claim, Payload] | None:
        self._keep_to_rate()
        claimed = self._claim()
        if claimed is None:
            return None
        claim, roll = claimed
        return claim, self._around.provider.payload(self._batch(claim, roll))

    def _keep_to_rate(self) -> None:
        around = self._around
        if not around.max_per_second:
            return
        with around.records.database.write() as connection:
            if not claims.waiting(connection, self._campaign.id):
                return
            wait = rate.reserve(
                connection,
                around.provider.name,
                self._largest_batch,
                per_second=around.max_per_second,
                at=around.records.clock(),
            )
        self._pace.sleep(wait)

    def _claim(self) -> tuple[Claim, Roll] | None:
        if self._pace.stopped:
            return None
        records = self._around.records
        with records.database.write() as connection:
            claimed = claims.claim(
                connection,
                self._campaign.id,
                owner=self._owner,
                at=records.clock(),
                wanted=self._around.tracking,
            )
        if claimed is not None:
            self._remember(claimed[0])
        return claimed

    def _remember(self, claim: Claim) -> None:
        records = self._around.records
        if self._mark is not None:
            records.instance.count(replace(self._mark, attempts=claim.attempt_id))
            return
        # A claim that is committed is not given up for a mark that cannot be written at this moment.
        with suppress(BusyError), records.database.write() as connection:
            self._mark = records.instance.mark(connection)
            records.instance.remember(self._mark)

    def _hand_over(self, claim: Claim, payload: Payload) -> None:
        try:
            submission = self._around.provider.submit(payload)
            self._record(claim, submission)
            self._react(submission)
            self._on_progress(Progress(batch_no=claim.batch_no, recipients=payload.size, submission=submission))
        except BaseException as error:  # noqa: BLE001 - a thread's failure belongs to the command that started it
            self._failure = self._failure or error
            self._pace.stop()
        finally:
            self._pace.leave(idle=False)

    def _batch(self, claim: Claim, roll: Roll) -> Batch:
        keyring, url = self._around.keyring, self._campaign.envelope.unsubscribe_url("")
        tokens = keyring.tokens(self._campaign.list_tag, roll.keys)
        urls = [url + token for token in tokens] if url else [""] * len(tokens)
        people = zip(roll.addresses, keyring.recipient_marks(roll.keys), urls, roll.values, strict=True)
        return Batch(
            campaign=self._campaign.name,
            run=self._campaign.run,
            attempt=claim.mark,
            envelope=self._campaign.envelope,
            template=self._templates[claim.template_id],
            recipients=list(map(Recipient._make, people)),
            tracking=claim.tracking,
        )

    def _record(self, claimed: Claim, submission: Submission) -> None:
        """Record an outcome; a full disk or a busy database is waited for, because the outcome is known only here."""
        around = self._around
        until = time.monotonic() + _RECORD_FOR_SECONDS
        while True:
            try:
                with around.records.database.write() as connection:
                    claims.record(connection, claimed, submission, owner=self._owner, at=around.records.clock())
            except (BusyError, DiskFullError) as error:
                self._trouble = error
                self._reserve.unlink(missing_ok=True)  # gives back the room that a few outcomes need
                self._pace.stop()
                if time.monotonic() > until:
                    raise self._unrecorded(claimed, submission, error) from error
                time.sleep(_RECORD_AGAIN_SECONDS)
            else:
                return

    def _unrecorded(self, claimed: Claim, submission: Submission, error: LedgerError) -> LedgerError:
        if isinstance(submission, Submitted):
            known = f"Batch {claimed.batch_no} was accepted by {self._around.provider.name}, and this is not recorded."
            cure = f"Then: apes-mailer resolve {self._campaign.name} {claimed.batch_no} --as submitted"
        else:
            known = f"What became of batch {claimed.batch_no} is not recorded."
            cure = f"Then look at it with: apes-mailer status {self._campaign.name}"
        return LedgerError(f"{error.message} {known}", hint=f"{error.hint} {cure}")

    def _make_reserve(self) -> None:
        try:
            self._reserve.write_bytes(b"\0" * _RESERVE_BYTES)
        except OSError as error:
            self._reserve.unlink(missing_ok=True)
            raise DiskFullError(
                f"There is no room beside {self._around.records.database.path.name}: {error}. Nothing was submitted.",
                hint="Make room on the disk, then run: apes-mailer resume " + self._campaign.name,
            ) from error

    def _react(self, submission: Submission) -> None:
        if isinstance(submission, NotAccepted) and submission.credentials:
            self.refused_credentials = True
        if self._is_too_much(submission):
            self._pause(*self._cause_and_cure(submission))

    def _is_too_much(self, submission: Submission) -> bool:
        match submission:
            case Submitted():
                self._pace.succeeded()
                return False
            case Refused():
                return self._pace.refused()
            case NotAccepted():
                return submission.stop or self._pace.failed(submission.retry_after)
            case Unknown():
                return self._pace.doubted()
            case _:
                assert_never(submission)

    def _cause_and_cure(self, submission: Submission) -> tuple[str, str]:
        match submission:
            case NotAccepted():
                later = f"Try again later with: apes-mailer resume {self._campaign.name}"
                return submission.cause, submission.cure if submission.stop else later
            case Unknown():
                see = f"See which with: apes-mailer status {self._campaign.name}"
                return f"several batches are in doubt ({submission.cause})", see
            case Refused():
                provider, reason = self._around.provider.name, next(iter(submission.reasons.values()))
                see = "See whether it is the letter or your account that is refused; those named are not sent to again"
                return f"{provider} refuses people in every request, and accepts nobody ({reason})", see
            case Submitted():
                return "", ""
            case _:
                assert_never(submission)

    def _pause(self, cause: str, cure: str) -> None:
        self._pace.stop()
        with self._around.records.database.write() as connection:
            control.pause(
                connection,
                self._campaign.id,
                by="program",
                at=self._around.records.clock(),
                actor=self._owner,
                cause=cause,
                cure=cure,
            )

"""Following a send: the signals that stop it, how it is shown while it goes, and the error that tells how it ended."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType

from apes_mailer.campaign.dispatch import Dispatched, Watch
from apes_mailer.campaign.send import Progress, Sender
from apes_mailer.cli import output
from apes_mailer.cli.interruption import handling
from apes_mailer.cli.progress import SendProgress
from apes_mailer.errors import IncompleteError, InterruptedByUserError, SettingsError
from apes_mailer.ledger.freeze import Frozen
from apes_mailer.ledger.states import CampaignState, Kind
from apes_mailer.ledger.status import Status

_STDERR = 2


class Signals:
    """Ctrl-C, SIGTERM and a closed terminal: before the send they end the command, during it they are a clean pause."""

    def __init__(self) -> None:
        self._sender: Sender | None = None
        self._asked = 0

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1
        if self._sender is None:
            # No ordinary exception: the database layer would wrap it, with what it was just writing.
            raise KeyboardInterrupt
        self._sender.stop()
        if self._asked == 1:
            output.say("\nStopping: the batches on their way are finished first. (Three times Ctrl-C leaves at once.)")
        elif self._asked > 2:
            with suppress(OSError):  # not through the buffer, which the line above may hold at this moment
                os.write(_STDERR, b"Leaving: the batches on their way are in doubt.\n")
            # Threads that wait for an answer cannot be ended otherwise; the ledger is made for ends like this.
            os._exit(InterruptedByUserError.exit_code)

    def during(self, sender: Sender) -> None:
        """From now on a signal stops this sender."""
        self._sender = sender
        if self._asked:
            sender.stop()

    @contextmanager
    def handled(self) -> Generator[None, None, None]:
        """Handle the signals of this process."""
        with handling(self):
            yield


class Follower:
    """Shows how a send goes."""

    def __init__(self, signals: Signals, announce: Callable[[Frozen], None], *, before: Status | None = None) -> None:
        """``announce`` gets what was frozen; ``before`` is where a campaign stood that is resumed."""
        self._signals = signals
        self._total = before.pending if before else 0
        self._recipients = before.recipients if before else 0
        self._announce = announce
        self._line: SendProgress | None = None

    def watch(self) -> Watch:
        """Return the callbacks of a send."""
        return Watch(prepared=self._prepared, progress=self._progress, sender=self._begin, warn=output.say)

    def finish(self, ended: Status) -> None:
        """Say the last state; who opted out meanwhile is not among those that were to be submitted."""
        if self._line is not None:
            with suppress(OSError, ValueError):
                self._line.finish(left_out=self._recipients - ended.recipients)

    def _prepared(self, frozen: Frozen) -> None:
        self._total = self._recipients = frozen.recipients
        self._announce(frozen)

    def _begin(self, sender: Sender) -> None:
        self._signals.during(sender)
        if self._total:
            self._line = SendProgress(self._total)

    def _progress(self, progress: Progress) -> None:
        if self._line is not None:
            with suppress(OSError, ValueError):  # a terminal that was closed is no reason to stop a send
                self._line.add(progress.recipients, progress.submission)


def conclude(dispatched: Dispatched) -> None:
    """Raise the error that tells a script how a send ended; return when everything is done."""
    _let_go_of_a_closed_terminal()
    ended = dispatched.status
    if ended.state is CampaignState.FINISHED:
        return
    name = ended.campaign
    if ended.kind is not Kind.SEND:
        again = "Run the same command again"
    elif ended.refused == ended.recipients:
        again = f"What is refused is not sent again: correct it in a copy, apes-mailer new OTHER --from {name}"
    elif ended.unknown and not ended.pending:
        again = f"See which batches are in doubt, and how to resolve them, with: apes-mailer status {name}"
    else:
        again = f"Continue with: apes-mailer resume {name}"
    cure = f"{ended.cure.rstrip('.')}." if ended.cure else ""
    hint = cure if again.rpartition(": ")[2] in cure else f"{cure} {again}".strip()
    if hint != cure and ended.cure and _reached_nobody(ended):
        hint += f". Nobody has got the letter: to change it, make a copy with: apes-mailer new OTHER --from {name}"
    where = f"{ended.submitted:,} of {ended.recipients:,} recipients are submitted"
    cause = f": {ended.cause}" if ended.cause else ""
    if dispatched.stopped_by_person:
        raise InterruptedByUserError(f"Paused{cause}; {where}.", hint=hint)
    if dispatched.refused_credentials:
        raise SettingsError(f"Paused{cause}; {where}.", hint=hint)
    raise IncompleteError(f"Not finished{cause}; {where}.", hint=hint)


def _reached_nobody(ended: Status) -> bool:
    """Whether a send has certainly reached nobody; a batch that goes again may have been accepted before."""
    first_requests = all(batch.attempts <= 1 for batch in ended.batches)
    return ended.kind is Kind.SEND and first_requests and not (ended.submitted or ended.unknown or ended.refused)


def _let_go_of_a_closed_terminal() -> None:
    """Let what nobody can read go nowhere: left in its buffer it would make another exit code of the true one."""
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())

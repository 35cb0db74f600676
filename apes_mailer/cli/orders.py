"""From a command line to an order: what is asked for, the typed count, and the signals that stop a send."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import FrameType

from apes_mailer.campaign import audience, correction, prepare, waiving
from apes_mailer.campaign.audience import Corrected
from apes_mailer.campaign.compose import Composition
from apes_mailer.campaign.dispatch import Dispatched, Watch
from apes_mailer.campaign.order import Order, Purpose
from apes_mailer.campaign.send import Progress, Sender
from apes_mailer.cli import missing, output, typed
from apes_mailer.cli.interruption import handling
from apes_mailer.cli.progress import SendProgress
from apes_mailer.errors import CancelledError, IncompleteError, InterruptedByUserError, SettingsError, UsageError
from apes_mailer.ledger.freeze import Frozen
from apes_mailer.ledger.states import CampaignState, Kind
from apes_mailer.ledger.status import Status
from apes_mailer.model.waiver import Waiver
from apes_mailer.providers.base import Provider
from apes_mailer.wiring import Application

_STDERR = 2


def actor() -> str:
    """Return who is at the keyboard, for the history."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return "somebody"


def order(
    application: Application,
    composition: Composition,
    provider: Provider,
    list_name: str,
    purpose: Purpose,
    *,
    where: str | None = None,
    waived: Sequence[Waiver] = (),
    corrected: Corrected | None = None,
) -> Order:
    """Return what is to be prepared. Raises ``SettingsError`` or ``ContactsError`` when something is missing.

    A correction goes to those who got the ``corrected`` campaign, which went to this list.
    """
    workspace, database = application.workspace, application.database
    if corrected is not None:
        found = audience.of_corrected(workspace, database, corrected)
    else:
        segment = typed.segment(application, where)
        found = audience.find(workspace, database, list_name, where=segment)
    if taken := audience.notice(found):
        output.say(taken)
    mark = "[TEST] " if purpose is Purpose.TEST else ""
    return Order(
        composition=composition,
        audience=found,
        purpose=purpose,
        provider=provider,
        envelope=application.envelope(provider, list_name, composition, subject_mark=mark),
        batch_size=application.settings.send.batch_size,
        actor=actor(),
        policy=application.settings.policy_of(list_name),
        waivers=waived,
        tracking=application.tracking(),
    )


def corrected_by(
    application: Application, name: str, list_name: str | None, where: str | None, *, also_in_doubt: bool
) -> Corrected | None:
    """Return the campaign whose recipients an issue goes to, None when it goes to the list that is named.

    Raises ``UsageError`` when both are there or neither, or when it is no correction and asks for those in doubt.
    """
    found = correction.corrected_by(application.workspace, name)
    if found is not None:
        correction.require_no_list(name, found, list_name or where)
        return Corrected(campaign=found, with_doubtful=also_in_doubt)
    if list_name is None:
        raise UsageError("Missing option '--to'.", hint=missing.lists_here(application))
    if also_in_doubt:
        raise UsageError(f"{name} is no correction: nobody is in doubt.", hint="Leave out --also-in-doubt.")
    return None


def list_of(application: Application, corrected: Corrected) -> str:
    """Return the list that a campaign went to. Raises ``UsageError`` when it did not go out."""
    return audience.of_corrected(application.workspace, application.database, corrected).name


def each_variant(asked: Order) -> list[Order]:
    """Return the orders by which the readers of a test get every variant of a letter, marked in its subject."""
    variants = asked.composition.variants
    if not variants.differ:
        return [asked]
    orders: list[Order] = []
    for each in variants.possible():
        mark = f"{asked.envelope.subject_mark.rstrip('] ')} {each.variant.name}] "
        orders.append(replace(asked, only=each, envelope=replace(asked.envelope, subject_mark=mark)))
    return orders


def blocking(composition: Composition, waived: Sequence[Waiver]) -> list[Waiver]:
    """Return the waivers without which a letter could not be sent; say which of them waive nothing.

    Raises ``CheckFailedError`` when an error is left.
    """
    waiving.require_sound(composition, waived)
    needed = waiving.used(composition, waived)
    for each in waived:
        if each not in needed:
            output.say(f"{each.rule} found no error: there is nothing to waive.")
    return needed


def survey(application: Application, composition: Composition, list_name: str, where: str | None) -> Frozen:
    """Return what a rehearsal to a list, or to a segment of it, would freeze; raises as a preparation would."""
    asked = order(application, composition, application.provider("outbox"), list_name, Purpose.SEND, where=where)
    return survey_of(application, asked)


def survey_of(application: Application, asked: Order, *, expected: int | None = None) -> Frozen:
    """Return what an order would freeze, without freezing it; raises as a preparation would."""
    return prepare.survey(
        application.database,
        asked,
        application.keyring,
        application.instance,
        application.clock(),
        expected=expected,
    )


def typed_count(confirm: str | None, name: str) -> int | None:
    """Return the count of ``--confirm NAME:COUNT``. Raises ``UsageError`` when it is not of that form."""
    if confirm is None:
        return None
    confirmed, _, count = confirm.rpartition(":")
    if confirmed != name or not count.isascii() or not count.isdigit():
        raise UsageError(
            f"--confirm {confirm} is not understood.", hint=f"Write the campaign and the count: --confirm {name}:COUNT"
        )
    return int(count)


def ask_count(name: str, count: int, what: str) -> int:
    """Let a person at a terminal type the count; raises ``CancelledError`` without a terminal or when it differs.

    ``what`` is what happens then, as it follows the word "to".
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise CancelledError(
            f"Nothing was sent. To {what}, confirm the number of recipients.",
            hint=f"In a script: --confirm {name}:{count}",
        )
    output.say(f"\nType the number of recipients to {what}, anything else to cancel:")
    typed = sys.stdin.readline().strip().replace(",", "").replace(" ", "").replace("\u202f", "")
    if typed != str(count):
        raise CancelledError("Cancelled: nothing was sent.")
    return count


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

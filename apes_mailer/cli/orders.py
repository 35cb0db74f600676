"""From a command line to an order: what is asked for, of whom, and the count that a person types."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from apes_mailer.campaign import audience, correction, prepare, waiving
from apes_mailer.campaign.audience import Corrected
from apes_mailer.campaign.compose import Composition
from apes_mailer.campaign.order import Order, Purpose
from apes_mailer.cli import missing, output, typed
from apes_mailer.errors import CancelledError, UsageError
from apes_mailer.ledger.freeze import Frozen
from apes_mailer.model.waiver import Waiver
from apes_mailer.providers.base import Provider
from apes_mailer.wiring import Application


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
    if confirmed and confirmed != name:
        raise UsageError(
            f"--confirm names {confirmed}, and this is about {name}.", hint=f"Write --confirm {name}:COUNT"
        )
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
    counted = sys.stdin.readline().strip().replace(",", "").replace(" ", "").replace("\u202f", "")
    if counted != str(count):
        raise CancelledError("Cancelled: nothing was sent.")
    return count

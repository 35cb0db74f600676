"""What the web answers to a letter, for a check and for the card of a send."""

from __future__ import annotations

from collections.abc import Sequence

from apes_mailer.campaign import pictures, reaching, waiving
from apes_mailer.campaign.audience import STAFF
from apes_mailer.campaign.compose import Composition
from apes_mailer.model.answer import Reach
from apes_mailer.model.waiver import Waiver
from apes_mailer.providers.base import Provider
from apes_mailer.wiring import Application


def before_send(
    application: Application,
    composition: Composition,
    provider: Provider,
    list_name: str,
    waived: Sequence[Waiver],
) -> Composition:
    """Return the letter with what the web answers to its pictures and its web version; of a rehearsal nothing is asked.

    Raises ``CheckFailedError`` when it cannot be sent whatever the answers, ``SettingsError`` without a public address.
    """
    waiving.require_sound(composition, waived)
    if provider.rehearsal:
        return composition
    envelope = application.envelope(provider, list_name, composition.publication)
    pictures.publish(composition.renditions, application.workspace.pictures)  # `serve` can show them from now on
    return reaching.before_send(composition, envelope)


def for_check(application: Application, composition: Composition) -> Composition:
    """Return the letter with what the web answers to its links."""
    envelope = application.envelope(None, STAFF, composition.publication)
    memory = application.workspace.root / ".cache" / "answers.json"
    return reaching.check(composition, envelope, memory, application.clock())


def row(composition: Composition) -> list[tuple[str, str]]:
    """Return the line of the card that says what answered; none when nothing was asked."""
    if not composition.answers:
        return []
    reached = sum(answer.reach is Reach.REACHED for answer in composition.answers)
    what = "pictures and web version" if composition.publication else "pictures"
    return [("Online", f"{what}: {reached} of {len(composition.answers)} addresses answer")]

"""What the provider's account is asked for, as people and scripts see it."""

from __future__ import annotations

from typing import Any

from apes_mailer.campaign import syncing
from apes_mailer.campaign.syncing import Desk, Synced
from apes_mailer.errors import UsageError
from apes_mailer.providers.base import Provider
from apes_mailer.wiring import Application


def before_send(application: Application, provider: Provider, *, dry_run: bool = False) -> list[tuple[str, str]]:
    """Read the provider's block lists before a send; return the rows of the card that tell of it.

    In a dry run nothing changes at the provider. An account that does not answer stops nothing: the provider itself
    mails nobody who is on its lists.
    """
    synced = syncing.sync(_desk(application), provider, seconds=syncing.BEFORE_SENDING, only_read=dry_run)
    if synced is None:
        return []
    told = [syncing.news(synced) or ("" if synced.troubles else "nothing new"), syncing.trouble(synced)]
    return [("Opt-outs", f"{provider.name}: {line}") for line in told if line]


def sync(application: Application, name: str | None, *, whole: bool) -> Synced:
    """Read the block lists of a provider, the one of the settings by default.

    Raises ``SettingsError`` when it lacks a setting, ``UsageError`` when it keeps none.
    """
    provider = application.provider(name)
    synced = syncing.sync(_desk(application), provider, seconds=syncing.ON_DEMAND, whole=whole)
    if synced is None:
        raise UsageError(
            f"{provider.name} keeps no lists of addresses that it does not mail.",
            hint="Name the provider that has one: apes-mailer suppressions sync --provider sendgrid",
        )
    return synced


def _desk(application: Application) -> Desk:
    return Desk(database=application.database, keyring=application.keyring, clock=application.clock)


def sync_text(synced: Synced) -> str:
    """Return what a sync found, as people read it."""
    width = max((len(each.list) for each in synced.lists), default=0)
    lines = [
        f"  {each.list:<{width}}  {each.new:,} new"
        + (f", {each.cause}" if each.cause else ": turned away for the moment, and not suppressed")
        for each in synced.lists
    ]
    silence = "nothing new" if lines or not synced.troubles else "no answer"
    return "\n".join([f"{synced.provider}: {syncing.news(synced) or silence}", *lines])


def sync_json(synced: Synced) -> dict[str, Any]:
    """Return what a sync found, as scripts read it."""
    return {
        "provider": synced.provider,
        "new": synced.new,
        "lists": [
            {"list": each.list, "cause": each.cause, "read": each.read, "new": each.new} for each in synced.lists
        ],
        "let_back": synced.let_back,
        "erased": synced.erased,
        "jobs": synced.jobs,
        "troubles": [error.message for error in synced.troubles],
    }

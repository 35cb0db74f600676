"""The commands ``events``: whether the provider's reports come in, and applying those that wait."""

from __future__ import annotations

from dataclasses import asdict

import typer

from apes_mailer.cli import output
from apes_mailer.cli.context import Json, application_of
from apes_mailer.cli.help import Command
from apes_mailer.errors import SettingsError

events_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@events_app.command("status", cls=Command)
def status(context: typer.Context, *, json: Json = False) -> None:
    """Say whether the provider's reports come in.

    What is counted are the notices of the last days, as many as the settings keep.
    """
    from apes_mailer.campaign import overview

    application = application_of(context)
    found = overview.reported(application.database)
    takes = bool(application.settings.sendgrid.webhook_keys)
    if json:
        counts = asdict(found.counts)
        output.emit(
            {"takes": takes, "notices": found.notices, "waiting": found.waiting, "newest_at": found.newest_at, **counts}
        )
        return
    if not takes:
        output.show("Reports of SendGrid are not taken: sendgrid.webhook_keys is not set.")
    newest = f"the newest of {output.moment(found.newest_at)}" if found.newest_at else "none came yet"
    output.show(f"{output.plural(found.notices, 'notice')} kept, {newest}; {found.waiting:,} not applied yet.")
    output.show(
        f"{output.plural(found.counts.events, 'event')} in them: {found.counts.kept:,} new, "
        f"{found.counts.foreign:,} of other senders, {found.counts.unreadable:,} unreadable."
    )


@events_app.command("apply", cls=Command)
def apply(context: typer.Context, *, json: Json = False) -> None:
    """Apply what was reported and is not applied yet.

    apes-mailer serve does so by itself when it starts, and with each new report.
    """
    application = application_of(context)
    feedback = application.feedback
    if feedback is None:
        raise SettingsError(
            "Reports of SendGrid are not taken: sendgrid.webhook_keys is not set.",
            hint="How to turn them on is in docs/how-to/events.md.",
        )
    applied = feedback.apply()
    if json:
        output.emit({"applied": applied})
        return
    output.show(f"{output.plural(applied, 'notice')} applied.")

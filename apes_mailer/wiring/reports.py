"""What takes the reports of a provider."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from apes_mailer.errors import SettingsError

if TYPE_CHECKING:
    from apes_mailer.campaign.feedback import Feedback
    from apes_mailer.wiring import Application


def feedback(app: Application) -> Feedback | None:
    """Return what takes the notices of SendGrid's webhook; None without a key to verify them with.

    Raises ``SettingsError`` or ``LedgerError``.
    """
    settings = app.settings.sendgrid
    if not settings.webhook_keys:
        return None
    from apes_mailer.campaign.feedback import Feedback
    from apes_mailer.providers.sendgrid.webhook import Webhook

    try:
        webhook = Webhook(settings.webhook_keys, group=settings.asm_group)
    except ValueError as error:
        raise SettingsError(
            f"sendgrid.webhook_keys: {error}.",
            hint="Copy it again from SendGrid: Settings, Mail Settings, Event Webhooks, Signature Verification.",
        ) from error
    return Feedback(
        database=app.database,
        keyring=app.keyring,
        webhook=webhook,
        clock=app.clock,
        keep=dt.timedelta(days=settings.webhook_days),
    )

"""What the provider reports of letters: whether its notices are taken, and whether they come."""

from __future__ import annotations

import datetime as dt

from apes_mailer.campaign import overview
from apes_mailer.doctor.diagnosis import Sheet
from apes_mailer.store.database import Database
from apes_mailer.wiring import Application


def webhook(application: Application, database: Database | None) -> Sheet:
    """Look at the keys that notices are verified with, and at the newest notice."""
    sheet, where, guide = Sheet("events"), "sendgrid.webhook_keys", "docs/how-to/events.md"
    settings = application.settings
    if not settings.sendgrid.webhook_keys:
        what = "what becomes of letters is not reported here: bounces and complaints are read before each send only"
        sheet.info(what, where, f"With a server of yours: {guide}")
        return sheet
    if database is None:
        return sheet
    before = len(sheet.found)
    with sheet.noting(where):
        _ = application.feedback
    if len(sheet.found) > before:
        return sheet
    found = overview.reported(database)
    if found.waiting:
        cure = "apes-mailer events apply"
        sheet.warning(f"{found.waiting:,} reports wait to be applied", where, cure)
    if found.newest_at:
        newest = dt.datetime.fromisoformat(found.newest_at).astimezone()
        sheet.ok(f"reports come in, the newest on {newest:%Y-%m-%d at %H:%M}", where)
    else:
        days = settings.sendgrid.webhook_days
        sheet.warning(f"keys are set, and in {days} days no report has come", where, f"When nothing comes in: {guide}")
    return sheet

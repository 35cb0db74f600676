"""The provider: our key to it, what the key may do, and whether the provider knows our address."""

from __future__ import annotations

from apes_mailer.contacts import block_lists
from apes_mailer.doctor.diagnosis import Sheet
from apes_mailer.errors import AccountError, ApesMailerError
from apes_mailer.model.account import Rights
from apes_mailer.providers.base import KeepsBlockLists, Provider, TellsOfItself
from apes_mailer.settings import Settings
from apes_mailer.store.database import Database
from apes_mailer.store.times import local_day
from apes_mailer.wiring import Application

MOST_SECONDS = 10.0
"""Of each request."""

_KEY = "SENDGRID_API_KEY"
_MOST_NAMED = 5


def key(application: Application) -> tuple[Sheet, Provider | None]:
    """Look at the way out for letters; return it when it is usable."""
    sheet = Sheet("provider")
    try:
        provider = application.provider(within=MOST_SECONDS)
    except ApesMailerError as error:
        sheet.error(error.message, cure=error.hint)
        return sheet, None
    if provider.rehearsal:
        cure = 'To send, choose a provider: provider = "sendgrid" below [send].'
        sheet.info("letters go into the folder outbox/, and nothing leaves this computer", "send.provider", cure)
    else:
        sheet.ok(f"letters leave through {provider.name}, and its key is set", "send.provider")
    return sheet, provider


def told(application: Application, provider: Provider) -> Sheet:
    """Ask the provider for the rights of the key, and for the sender."""
    sheet = Sheet("provider")
    if not isinstance(provider, TellsOfItself):
        return sheet
    try:
        _rights(sheet, provider.rights())
    except AccountError as error:
        sheet.error(error.message, _KEY, _cure(error))
        return sheet
    try:
        _sender(application, provider, sheet)
    except AccountError as error:
        sheet.info(error.message, "sender.address", f"{_cure(error)} Or look there: Settings, Sender Authentication.")
    return sheet


def _cure(error: AccountError) -> str:
    return error.hint if error.exit_code != 1 else "Run it again later; check the connection of this computer."


def _rights(sheet: Sheet, rights: Rights) -> None:
    for right in rights.missing:
        note = sheet.error if right.to_send else sheet.info
        note(
            f"the key lacks the right {right.name} ({', '.join(right.scopes)}): {right.without}",
            _KEY,
            "Give it the right with SendGrid: Settings, API Keys."
            + ("" if right.to_send else " Letters go out without it, too."),
        )
    if rights.surplus:
        more = len(rights.surplus) - _MOST_NAMED
        named = ", ".join(rights.surplus[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
        cure = "Make a key with Restricted Access and the rights of docs/how-to/send-through-sendgrid.md alone."
        sheet.warning(f"the key may do more than is needed, which helps only who steals it: {named}", _KEY, cure)
    elif not rights.missing:
        sheet.ok("the key has every right that is of use, and no other", _KEY)


def _sender(application: Application, provider: TellsOfItself, sheet: Sheet) -> None:
    address, where = application.settings.sender.address, "sender.address"
    domain = address.rpartition("@")[2]
    standing = provider.standing(address)
    if standing.domain:
        sheet.ok(f"the domain {standing.domain} is authenticated: its SPF and DKIM are in order", where)
        return
    records = "; ".join(f"{each.kind} {each.host} → {each.data}" for each in standing.missing)
    cure = f"Authenticate {domain} with SendGrid: Settings, Sender Authentication."
    if records:
        cure = f"Put these records into the DNS of {domain}, then press Verify there: {records}"
    if standing.alone:
        what = (
            f"{address} is verified by itself, but its domain is not authenticated: Gmail and Yahoo refuse many letters"
        )
        sheet.warning(what, where, cure)
    else:
        sheet.error(f"the provider does not know {address} as ours, and refuses letters from it", where, cure)


def last_sync(database: Database, provider: Provider) -> Sheet:
    """Say when the provider was last asked whom it no longer mails."""
    sheet = Sheet("suppressions")
    if isinstance(provider, KeepsBlockLists):
        with database.read() as connection:
            read_to = block_lists.newest_reading(connection, provider.name, provider.account)
        if read_to:
            sheet.ok(f"what {provider.name} knows of people was last read on {local_day(read_to)}")
        else:
            cure = "It is with each send. To do it now: apes-mailer suppressions sync"
            sheet.info(f"{provider.name} was never asked whom it no longer mails", cure=cure)
    return sheet


def dns(settings: Settings) -> Sheet:
    """Say where to look up what is not looked up from here."""
    sheet, domain = Sheet("dns"), settings.sender.address.rpartition("@")[2]
    sheet.info(
        f"DMARC of {domain} is not looked up from here, and Gmail and Yahoo ask for it",
        "sender.address",
        f"Look: nslookup -type=TXT _dmarc.{domain} should show a record that begins with v=DMARC1. "
        "SPF and DKIM are with SendGrid: Settings, Sender Authentication.",
    )
    return sheet

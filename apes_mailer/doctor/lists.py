"""The lists: by which right each is mailed, how many of it may be, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apes_mailer.campaign import audience, census
from apes_mailer.campaign.audience import STAFF, Audience
from apes_mailer.campaign.census import Counted
from apes_mailer.contacts import lists, retention
from apes_mailer.contacts.file_rows import Rows
from apes_mailer.doctor.diagnosis import Sheet
from apes_mailer.errors import ApesMailerError
from apes_mailer.ledger.census import Census
from apes_mailer.model.consent import Policy
from apes_mailer.model.tracking import Tracking
from apes_mailer.store.database import Database
from apes_mailer.wiring import Application

_MOST_SLIPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """A list in numbers; ``kept`` is its file, or ``store``."""

    list: str
    kept: str
    policy: Policy
    counted: Counted


def names(application: Application, database: Database) -> list[str]:
    """Return the names of all lists, sorted."""
    with database.read() as connection:
        stored = [each.name for each in lists.stored(connection)]
    return sorted({*stored, *application.workspace.list_files()})


def none() -> Sheet:
    """Return what there is to say of a workspace without a list."""
    sheet = Sheet("list")
    cure = "Put a CSV file there, or: apes-mailer contacts import FILE --list LIST"
    sheet.warning("there is no list yet", "contacts/", cure)
    return sheet


def examine(application: Application, database: Database, name: str, *, asked: bool) -> tuple[Sheet, ListState | None]:
    """Look at a list; ``asked``: a letter is to go there, so that having nobody to mail is an error."""
    sheet, policy = Sheet("list"), application.settings.policy_of(name)
    try:
        found = audience.find(application.workspace, database, name)
        counted = census.take(database, found, policy, application.keyring, application.clock())
    except ApesMailerError as error:
        sheet.error(error.message, name, error.hint)
        return sheet, None
    _may_be_mailed(sheet, name, policy, counted.census, asked=asked)
    _right(sheet, found, policy, counted.census)
    _rows(sheet, found, counted.rows)
    if counted.stale:
        what = f"contacts of whom nothing was heard for {retention.YEARS} years: {counted.stale:,}"
        cure = f"Look with: apes-mailer contacts stale --list {name} --export FILE"
        sheet.warning(f"{what}; the CNIL wants such addresses gone", name, cure)
    _tracked(sheet, name, counted.census, application.settings.tracking.wanted())
    return sheet, ListState(list=name, kept=found.shown or "store", policy=policy, counted=counted)


def opposition(states: Sequence[ListState]) -> Sheet:
    """Say once what the lists take for granted that are mailed to whoever has not said no."""
    sheet = Sheet("list")
    names = [each.list for each in states if each.policy is Policy.OPPOSITION and each.list != STAFF]
    if names:
        whose = "its policy takes" if len(names) == 1 else "their policy takes"
        what = f"{whose} for granted that everybody was told of the letter, and that it sells nothing"
        where = ", ".join(f"lists.{name}.policy" for name in names)
        sheet.info(what, where, 'If people have to agree first: policy = "opt-in"')
    return sheet


def _may_be_mailed(sheet: Sheet, name: str, policy: Policy, counted: Census, *, asked: bool) -> None:
    numbers = (
        f"contacts: {counted.contacts:,}, may be mailed: {counted.mailable:,}, suppressed: {counted.suppressed:,}, "
        f"consent on record: {counted.agreed:,}, legal basis on record: {counted.with_basis:,}"
    )
    if counted.mailable:
        sheet.ok(f"{numbers} ({policy.words})", name)
    else:
        note = sheet.error if asked else sheet.warning
        note(f"nobody may be mailed; {numbers} ({policy.words})", name)


def _right(sheet: Sheet, found: Audience, policy: Policy, counted: Census) -> None:
    name, unproven = found.name, counted.contacts - counted.suppressed - counted.agreed
    if policy is Policy.OPT_IN and unproven:
        first = f"take the file {found.shown} out of that folder, and " if found.file else ""
        cure = (
            f"If they agreed, {first}say where they did: apes-mailer contacts import FILE --list {name} "
            "--consent-source WORDS. Otherwise let them sign up."
        )
        sheet.warning(f"contacts left out because nothing proves that they agreed: {unproven:,}", name, cure)


def _rows(sheet: Sheet, found: Audience, rows: Rows) -> None:
    for first in rows.first[:1]:
        cure = f"See them with: apes-mailer contacts show {found.name}"
        what = f"rows that are no contact: {rows.unusable:,}; this one: {first.reason}"
        sheet.warning(what, f"{found.shown}:{first.line}", cure)
    for slip in rows.slips[:_MOST_SLIPS]:
        sheet.warning(slip.words, f"{found.shown}:{slip.line}", "Correct the address, if it is a slip of the pen.")


def _tracked(sheet: Sheet, name: str, counted: Census, wanted: Tracking) -> None:
    numbers = {"opens": counted.opens, "clicks": counted.clicks}
    said = [f"{purpose}: {numbers[purpose]:,}" for purpose in sorted(wanted)]
    if said:
        sheet.info(f"agreed to be counted: {', '.join(said)}", name)

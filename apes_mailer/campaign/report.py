"""The report of a campaign: what became of it, derived from the ledger at this moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from apes_mailer.errors import UsageError
from apes_mailer.ledger import campaigns, feedback, figures, status
from apes_mailer.ledger.campaigns import Campaign
from apes_mailer.ledger.owner import OwnerLock
from apes_mailer.ledger.states import Kind
from apes_mailer.ledger.status import Status
from apes_mailer.model.consent import Purpose
from apes_mailer.model.report import Clicks, Opens, Report, SentLetter
from apes_mailer.render import fill, web
from apes_mailer.render.report.places import Place, places
from apes_mailer.store.database import Connection, Database
from apes_mailer.store.times import stamp

_COMPARED_DAYS = 366


def report(database: Database, name: str, *, at: dt.datetime) -> Report:
    """Return the report of a campaign that a provider was asked for.

    Raises ``UsageError`` when there is none: rehearsals have no report, nobody outside got them.
    """
    alive = OwnerLock(database.path, name).alive()
    with database.read() as connection:
        found = campaigns.find(connection, name)
        if found is None:
            raise _nothing_to_report(connection, name)
        return _report(connection, campaigns.load(connection, found), alive=alive, at=at)


def every(database: Database) -> list[Status]:
    """Return where each campaign stands that was prepared for a provider, oldest first."""
    with database.read() as connection:
        sends = campaigns.sends(connection)
    found: list[Status] = []
    for campaign_id, name in sends:
        alive = OwnerLock(database.path, name).alive()
        with database.read() as connection:
            found.append(status.of(connection, campaign_id, owner_alive=alive))
    return found


def _nothing_to_report(connection: Connection, name: str) -> UsageError:
    rehearsed = [campaign for campaign in campaigns.of_name(connection, name) if campaign.kind is not Kind.SEND]
    if rehearsed:
        return UsageError(
            f'"{name}" was only rehearsed: nobody but you and your colleagues got it, so there is nothing to report.',
            hint=f"See the rehearsals with: apes-mailer status {name}. To send it: apes-mailer send {name} --to LIST",
        )
    return UsageError(
        f'"{name}" has not been sent: there is nothing to report.', hint="See what was sent with: apes-mailer report"
    )


def _report(connection: Connection, campaign: Campaign, *, alive: bool, at: dt.datetime) -> Report:
    stands = status.of(connection, campaign.id, owner_alive=alive)
    prepared = dt.datetime.fromisoformat(campaign.prepared_at)
    return Report(
        campaign=campaign.name,
        subject=_subject(connection, campaign),
        state=stands.state,
        provider=campaign.provider,
        list_name=campaign.list_name,
        policy=campaign.policy,
        segment=campaign.segment,
        prepared_at=campaign.prepared_at,
        made_at=stamp(at),
        correction_of=campaign.correction_of,
        issue_digest=campaign.issue_digest,
        candidates=stands.candidates,
        recipients=stands.recipients,
        excluded=stands.excluded,
        submitted=stands.submitted,
        refused=stands.refused,
        unknown=stands.unknown,
        pending=stands.pending,
        submitting=stands.submitting,
        duplicates=stands.duplicates,
        refusals=figures.refusals(connection, campaign.id),
        feedback=feedback.of_campaign(connection, campaign.id, submitted=stands.submitted),
        heard=feedback.heard(connection, campaign.id),
        left=figures.left(connection, campaign.id),
        sending=figures.sending(connection, campaign.id),
        letters=_letters(connection, campaign.id, stands),
        waivers=stands.waivers,
        decisions=figures.decisions(connection, campaign.id),
        opens=_opens(connection, campaign, stands.tracked.get(Purpose.OPENS, 0)),
        clicks=_clicks(connection, campaign, stands.tracked.get(Purpose.CLICKS, 0)),
        past=figures.past(connection, campaign.id, since=stamp(prepared - dt.timedelta(days=_COMPARED_DAYS))),
    )


def _subject(connection: Connection, campaign: Campaign) -> str:
    """Return the subject, that of all letters of a campaign, as whoever has no value for a merge tag reads it."""
    subject, links = next(iter(campaigns.templates(connection, campaign.id).values())).subject, _links(campaign)
    return f"{campaign.envelope.subject_mark}{web.neutral(subject, links).strip() or fill.show_tags(subject, links)}"


def _links(campaign: Campaign) -> fill.Links:
    return fill.Links(pictures=campaign.envelope.pictures_url, browser=campaign.envelope.browser_url)


def _opens(connection: Connection, campaign: Campaign, readers: int) -> Opens | None:
    count = feedback.opens(connection, campaign.id)
    return Opens(opens=count, readers=readers) if count or readers else None


def _clicks(connection: Connection, campaign: Campaign, readers: int) -> list[Clicks] | None:
    """Return the clicks with where their links stand in the letter; None when they are counted of nobody."""
    counts = feedback.clicks(connection, campaign.id)
    if not counts and not readers:
        return None
    known: dict[str, Place] = {}
    for template in campaigns.templates(connection, campaign.id).values():
        known = {**places(fill.show_tags(template.html, _links(campaign))), **known}
    nowhere = Place(words="", part="")
    return [
        Clicks(url=url, words=known.get(url, nowhere).words, part=known.get(url, nowhere).part, clicks=count)
        for url, count in counts
    ]


def _letters(connection: Connection, campaign_id: int, stands: Status) -> Sequence[SentLetter]:
    digests = {letter.variant: letter.digest for letter in campaigns.letters(connection, campaign_id)}
    letters: list[SentLetter] = []
    for variant, digest in digests.items():
        batches = [batch for batch in stands.batches if batch.variant == variant]
        if not batches:
            continue  # a letter that nobody on the list gets
        letters.append(
            SentLetter(
                variant=variant,
                digest=digest,
                recipients=sum(batch.recipients + batch.refused for batch in batches),
                submitted=sum(batch.recipients for batch in batches if batch.state == "submitted"),
                refused=sum(batch.refused for batch in batches),
                unknown=sum(batch.recipients for batch in batches if batch.state == "unknown"),
            )
        )
    return letters

"""Publishing: a letter's pictures and its web version, and the list of all letters, put where readers find them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apes_mailer.campaign import publications
from apes_mailer.campaign.compose import Composition
from apes_mailer.campaign.publications import Register
from apes_mailer.errors import UsageError
from apes_mailer.model.publication import ARCHIVE, FEED, PlaceName, Publication, picture_path
from apes_mailer.places.base import Place
from apes_mailer.render import archive, typography, web
from apes_mailer.render.archive import Archive, SignUp
from apes_mailer.render.letter import Letter
from apes_mailer.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place with its address, and what the archive there says of the sender.

    ``base`` has no slash at its end.
    """

    place: Place
    place_name: PlaceName
    base: str
    title: str
    sender: str
    tagline: str
    website: str
    language: str
    noindex: bool
    sign_ups: Sequence[SignUp] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing did: ``changed`` are the paths that were put, none when everything was there already.

    ``unsaid`` are the merge tags that say nothing on the web. ``left_at`` is the address of the page as it was before,
    when the place has another one now; empty otherwise.
    """

    publication: Publication
    changed: list[str]
    unsaid: list[str]
    left_at: str = ""


def publish(workspace: Workspace, composition: Composition, letter: Letter, site: Site, now: dt.datetime) -> Published:
    """Put a letter, rendered for the web, at a place. Doing it again changes only what has changed.

    Raises ``UsageError`` when it is published at another place, ``ApesMailerError`` or ``SettingsError`` when the place
    cannot be written; doing it again then puts what is missing.
    """
    with publications.held(workspace):
        register = publications.load(workspace)
        before = register.find(composition.name)
        _require_one_place(before, site)
        former_id = before.id if before else register.former.get(composition.name, "")
        publication = _publication(composition, letter, site, before, former_id, now)
        files = dict(_pictures(composition))
        files[publication.path] = web.page(letter.template.html, _about(publication, letter, site)).encode()
        changed = [path for path, content in files.items() if site.place.put(path, content)]
        if publication != before:
            register = _with(register, publication)
        publications.save(workspace, register)  # before the archive: a page that is there is known, whatever follows
        changed += _put_archive(register, site, now)
    return Published(
        publication=publication,
        changed=changed,
        unsaid=web.unfilled(letter.template.html),
        left_at=before.url if before and before.base != site.base and not before.only_here else "",
    )


def unpublish(workspace: Workspace, name: str, site: Site, now: dt.datetime) -> tuple[Publication, bool]:
    """Take a web version down, and return what it was. Its pictures stay: letters already sent show them.

    Return also whether its page was there to be taken away. It was not where somebody did so by hand, and where the
    settings have named another folder or bucket since: then readers may still find it.

    Raises ``UsageError`` when there is none, ``ApesMailerError`` or ``SettingsError`` when the place cannot be written.
    """
    with publications.held(workspace):
        register = publications.load(workspace)
        publication = require(register, name)
        former = {**register.former, name: publication.id}
        register = register.model_copy(update={"letters": register.without(name), "former": former, "updated": now})
        _put_archive(register, site, now)
        was_there = site.place.remove(publication.path)
        publications.save(workspace, register)
    return publication, was_there


def require(register: Register, name: str) -> Publication:
    """Return the publication of a campaign. Raises ``UsageError`` when there is none."""
    publication = register.find(name)
    if publication is None:
        names = ", ".join(sorted(each.name for each in register.letters)) or "none"
        raise UsageError(f'"{name}" is not published.', hint=f"Published are: {names}.")
    return publication


def _require_one_place(before: Publication | None, site: Site) -> None:
    if before is not None and before.place != site.place_name:
        raise UsageError(
            f'"{before.name}" is published at another place already: {before.url} ({before.place}).',
            hint=f"Publish it there again with --to {before.place}, or take it down first: "
            f"apes-mailer unpublish {before.name}",
        )


def _publication(
    composition: Composition, letter: Letter, site: Site, before: Publication | None, former_id: str, now: dt.datetime
) -> Publication:
    issue = composition.loaded.issue
    now = now.replace(microsecond=0)
    new = Publication(
        name=composition.name,
        id=former_id or uuid.uuid4().urn,
        place=site.place_name,
        base=site.base,
        title=_said(issue.title or issue.subject, issue.language) or composition.name,
        summary=_said(issue.preheader or "", issue.language),
        language=issue.language,
        date=issue.date,
        published=before.published if before else now,
        updated=before.updated if before else now,
        digest=letter.template.digest,
        issue_digest=composition.loaded.digest,
    )
    same = {"base", "issue_digest"}  # neither shows
    if before is not None and new.model_dump(exclude=same) != before.model_dump(exclude=same):
        return new.model_copy(update={"updated": now})
    return new


def _said(text: str, language: str) -> str:
    return typography.of(web.line(text), language)


def _with(register: Register, publication: Publication) -> Register:
    return register.model_copy(
        update={
            "feed_id": register.feed_id or uuid.uuid4().urn,
            "updated": publication.updated if register.updated is None else max(register.updated, publication.updated),
            "letters": (*register.without(publication.name), publication),
        }
    )


def _pictures(composition: Composition) -> Mapping[str, bytes]:
    """Return every picture of the letter, also of parts that are not on the web: readers get them from there too."""
    return {picture_path(name): path.read_bytes() for name, path in composition.renditions.files.items()}


def _about(publication: Publication, letter: Letter, site: Site) -> web.WebPage:
    return web.WebPage(
        url=publication.url,
        title=publication.title,
        summary=publication.summary,
        language=publication.language,
        letter=site.title,
        picture=next(iter(letter.template.pictures()), ""),
        noindex=site.noindex,
    )


def _put_archive(register: Register, site: Site, now: dt.datetime) -> list[str]:
    contents = Archive(
        id=register.feed_id,
        base=site.base,
        title=site.title,
        sender=site.sender,
        tagline=site.tagline,
        website=site.website,
        language=site.language,
        noindex=site.noindex,
        updated=register.updated or now,
        letters=register.at(site.place_name),
        sign_ups=site.sign_ups,
    )
    files = {ARCHIVE: archive.page(contents), FEED: archive.feed(contents)}
    return [path for path, text in files.items() if site.place.put(path, text.encode())]

"""What the public pages work with and say, from the settings of a workspace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from apes_mailer.campaign import confirmations, erasure, person, receipt
from apes_mailer.campaign.confirmations import Confirmations
from apes_mailer.campaign.preferences import PublicList
from apes_mailer.errors import SettingsError
from apes_mailer.model.keys import Keyring
from apes_mailer.store.database import Database
from apes_mailer.web import server
from apes_mailer.web.webhooks import Webhooks

if TYPE_CHECKING:
    from apes_mailer.wiring import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """``export`` returns all that is kept of an address, ``erase`` erases it."""

    export: Callable[[str], Mapping[str, Any]]
    erase: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the public pages work with and say.

    ``letter`` and ``sender`` are named to readers, ``write_to`` is where they reach a person. ``path`` is that of the
    public address when it has one, such as ``/lettre``. ``published`` is the folder of what can be read here, and
    ``noindex`` whether search engines are asked to leave it alone. ``patience`` is how many seconds a reader waits for
    the database.

    ``lists`` are those that readers can choose from, ``counts`` is whether anything is counted of those who agree.
    ``confirmations`` sends letters whose links are valid for ``lifetime``, ``person`` shows and erases what is kept of
    somebody; without the first nobody can sign up, without both nobody sees what is kept of them. ``webhooks`` is where
    a provider reports to, if any.
    """

    database: Database
    keyring: Keyring
    published: Path
    clock: Callable[[], dt.datetime]
    letter: str
    sender: str
    write_to: str
    path: str = ""
    noindex: bool = False
    patience: float = 20.0
    lists: Sequence[PublicList] = ()
    counts: bool = False
    confirmations: Confirmations | None = None
    person: Person | None = None
    lifetime: dt.timedelta = dt.timedelta(hours=48)
    webhooks: Webhooks | None = None


def site_of(app: Application) -> Site:
    """Return the site of a workspace.

    Raises ``SettingsError`` or ``LedgerError``, ``ThemeError`` when the theme of the letters that confirm is at fault.
    """
    settings, sender = app.settings, app.settings.sender
    return Site(
        database=app.database,
        keyring=app.keyring,
        published=app.workspace.published,
        clock=app.clock,
        letter=sender.letter or sender.name,
        sender=sender.name,
        write_to=sender.reply_to or sender.address,
        path=urlsplit(settings.public_url).path.rstrip("/"),
        noindex=settings.publish.noindex,
        lists=public_lists(app),
        counts=bool(settings.tracking.wanted()),
        confirmations=_confirmations(app),
        person=Person(
            export=lambda address: person.export(app.database, app.keyring, app.workspace, address, at=app.clock()),
            erase=lambda address: _erase(app, address),
        ),
        lifetime=dt.timedelta(hours=settings.confirmation.hours),
        webhooks=Webhooks(app.feedback) if app.feedback else None,
    )


def public_lists(app: Application) -> list[PublicList]:
    """Return the lists that readers know as letters of their own, in the order of the settings.

    Raises ``SettingsError`` for one that is open to all and kept as a file: nobody can be put on it from here.
    """
    found: list[PublicList] = []
    for name, settings in app.settings.lists.items():
        if settings.title is None:
            continue
        if settings.signup and (file := app.workspace.list_file(name)):
            shown = app.workspace.shown(file)
            raise SettingsError(
                f"Nobody can sign up for {name}: the list is the file {shown}, which is yours alone to change.",
                hint=f"Import it into the store: apes-mailer contacts import {shown} --list {name}, then move the file "
                f"away. Or take signup out of [lists.{name}].",
            )
        found.append(PublicList(name=name, title=settings.title, about=settings.about or "", open=settings.signup))
    return found


def _confirmations(app: Application) -> Confirmations | None:
    """Return what sends the letters that confirm; None where no provider is ready, and nobody needs to sign up."""
    try:
        provider = app.provider()
        # Of no unsubscribe group: whoever left it could not come back, since SendGrid would drop this letter too.
        envelope = app.envelope(provider, confirmations.NAME).by_page()
    except SettingsError:
        if any(each.signup for each in app.settings.lists.values()):
            raise
        return None
    settings, sender = app.settings, app.settings.sender
    titles = {name: each.title for name, each in settings.lists.items()}
    lifetime = dt.timedelta(hours=settings.confirmation.hours)
    theme = app.workspace.theme(settings.confirmation.theme)
    return Confirmations(
        database=app.database,
        keyring=app.keyring,
        provider=provider,
        envelope=envelope,
        templates=confirmations.templates(theme, sender.identity(), lifetime),
        title=lambda name: titles.get(name) or sender.letter or sender.name,
        clock=app.clock,
    )


def _erase(app: Application, address: str) -> None:
    """Erase a person who asked for it here, with a receipt; say what is left to do, without saying for whom."""
    erased = erasure.erase(app.database, app.keyring, app.workspace, address, at=app.clock())
    text = receipt.text(erased, actor="serve", language=app.language)
    try:
        path = receipt.keep(app.workspace, erased, text)
    except OSError as error:
        server.say(
            f"Somebody asked to be erased, and was. The receipt cannot be kept ({error.strerror}), so keep this:"
        )
        server.say(text)
    else:
        shown = app.workspace.shown(path)
        server.say(f"Somebody asked to be erased, and was. The receipt, which names nobody, is {shown}")
    if left := [app.workspace.shown(each) for each in erased.left]:
        server.say(f"The address stands, or may stand, in files that are yours to correct: {', '.join(left)}")
    if erased.log_left:
        log = f"the log of {app.database.path.name}"
        server.say(f"The address may stand in {log}, which another program keeps open, until that program ends.")

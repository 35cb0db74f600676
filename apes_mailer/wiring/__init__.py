"""From settings to live objects: the only place that picks an implementation."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from apes_mailer import settings as settings_module
from apes_mailer import workspace as workspace_module
from apes_mailer.errors import SettingsError
from apes_mailer.model.keys import Keyring
from apes_mailer.model.tracking import NOTHING, Tracking
from apes_mailer.workspace import Workspace

if TYPE_CHECKING:
    from apes_mailer.campaign.compose import Composition
    from apes_mailer.campaign.feedback import Feedback
    from apes_mailer.campaign.publish import Site
    from apes_mailer.campaign.send import Records, Surroundings
    from apes_mailer.ledger.instance import Instance
    from apes_mailer.model.batch import Envelope
    from apes_mailer.model.language import Language
    from apes_mailer.model.publication import PlaceName
    from apes_mailer.providers.base import Provider
    from apes_mailer.settings import Settings
    from apes_mailer.store.database import Database


def now() -> dt.datetime:
    """The time in UTC."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Application:
    """The live objects of one workspace, each made when it is first asked for."""

    workspace: Workspace
    clock: Callable[[], dt.datetime] = now

    @cached_property
    def settings(self) -> Settings:
        """The settings of the workspace. Raises ``SettingsError``."""
        return settings_module.load(self.workspace.settings_file, os.environ)

    @cached_property
    def language(self) -> Language:
        """What whoever is at the keyboard reads. Raises ``SettingsError``."""
        return self.settings.language or settings_module.language_of(os.environ)

    @cached_property
    def keyring(self) -> Keyring:
        """The keys made from the workspace's secret. Raises ``SettingsError``."""
        if not self.workspace.secret_file.exists():
            self._require_no_data()
        return Keyring(self.workspace.secret())

    def _require_no_data(self) -> None:
        # A new secret would make every contact key, suppression and unsubscribe link of the old one worthless.
        from apes_mailer.store.location import path_of

        database = path_of(self.settings.database_url or self.workspace.database.name, base=self.workspace.root)
        if database.exists():
            raise SettingsError(
                f"secret.key is missing: {database.name} and the unsubscribe links of letters already sent need it.",
                hint="Bring secret.key back from a backup, into the folder of apes-mailer.toml. Nothing was changed.",
            )

    @cached_property
    def database(self) -> Database:
        """The open database, which belongs to this secret. Raises ``SettingsError`` or ``LedgerError``."""
        return self._registered[0]

    @cached_property
    def instance(self) -> Instance:
        """The identity of the ledger on this computer. Raises what :attr:`database` raises."""
        return self._registered[1]

    @cached_property
    def _registered(self) -> tuple[Database, Instance]:
        import platformdirs

        from apes_mailer.ledger.instance import Instance, computer_id
        from apes_mailer.store.database import Database

        secret = self.keyring.fingerprint()  # first: a database without its secret is a loss, and is told so
        database = Database(self.settings.database_url or self.workspace.database.name, base=self.workspace.root)
        folder = Path(platformdirs.user_state_dir("apes-mailer", appauthor=False))
        instance = Instance(database.path, state_folder=folder, computer=computer_id())
        instance.register(database, secret)
        return database, instance

    def provider(self, name: str | None = None, *, within: float = math.inf) -> Provider:
        """Return a provider by name, the one of the settings by default; no request takes more seconds than ``within``.

        Raises ``SettingsError`` when the settings lack what it needs.
        """
        name = name or self.settings.send.provider
        match name:
            case "outbox":
                from apes_mailer.providers.outbox import Outbox

                return Outbox(self.workspace.outbox, pictures=self.workspace.pictures, clock=self.clock)
            case "sendgrid":
                return self._sendgrid(within)
            case _:
                raise SettingsError(f'There is no provider "{name}".', hint="Providers: outbox, sendgrid.")

    def _sendgrid(self, within: float) -> Provider:
        from apes_mailer.providers import sendgrid

        settings = self.settings
        key = settings.sendgrid_api_key.get_secret_value()
        if not key:
            raise SettingsError(
                "SendGrid needs a key, and SENDGRID_API_KEY is not set.",
                hint="Make a key with SendGrid (Settings, API Keys, Mail Send) and set the variable SENDGRID_API_KEY.",
            )
        if not key.isascii() or not key.isprintable():
            raise SettingsError("SENDGRID_API_KEY holds characters that no key has.", hint="Copy the key again.")
        region_url = sendgrid.EU_URL if settings.sendgrid.region == "eu" else sendgrid.GLOBAL_URL
        return sendgrid.SendGrid(
            api_key=key,
            base_url=settings.sendgrid.base_url or region_url,
            timeout=min(settings.send.timeout, within),
            nonce=self.keyring.substitution_nonce,
            asm_group=settings.sendgrid.asm_group,
        )

    @cached_property
    def feedback(self) -> Feedback | None:
        """What takes the notices of SendGrid's webhook; None without a key to verify them with.

        Raises ``SettingsError`` or ``LedgerError``.
        """
        from apes_mailer.wiring import reports

        return reports.feedback(self)

    def today(self) -> dt.date:
        """Return the day of the calendar on the wall here."""
        return self.clock().astimezone().date()

    def compose(self, name: str, *, for_provider: bool = False) -> Composition:
        """Return a campaign's letter, rendered and checked, and ``for_provider`` of the settings too, which may mail.

        Raises ``IssueError`` or ``ThemeError``.
        """
        from apes_mailer.campaign import compose

        sender = self.settings.sender
        around = compose.Circumstances(
            identity=sender.identity(),
            sender=sender.address,
            today=self.today(),
            language=self.language,
            hosts=self._hosts(),
            clients=self.settings.check.clients,
            serverless=self.settings.serverless,
            tracking=bool(self.tracking()),
            has_page=self.settings.unsubscribe.by == "page",
            mailed=for_provider and self.settings.send.provider != "outbox",
        )
        return compose.compose(self.workspace, name, around)

    def _hosts(self) -> frozenset[str]:
        """Where letters may load something from: our own pages, and whatever else the settings allow."""
        own = urlsplit(self.settings.public_url).hostname
        return frozenset({*self.settings.check.hosts, *([own] if own else [])})

    @cached_property
    def records(self) -> Records:
        """The ledger with its identity and its clock."""
        from apes_mailer.campaign.send import Records

        return Records(database=self.database, instance=self.instance, clock=self.clock)

    def surroundings(self, provider: Provider) -> Surroundings:
        """Return what a sender works with."""
        from apes_mailer.campaign.send import Surroundings

        send = self.settings.send
        return Surroundings(
            records=self.records,
            provider=provider,
            keyring=self.keyring,
            in_flight=send.in_flight,
            max_per_second=send.max_per_second,
            batch_size=send.batch_size,
            tracking=NOTHING if provider.rehearsal else self.tracking(),
        )

    def tracking(self) -> Tracking:
        """Return what is counted of readers who agreed. Raises ``SettingsError`` when they could not take it back."""
        wanted = self.settings.tracking.wanted()
        if wanted and self.settings.unsubscribe.by != "page":
            raise SettingsError(
                "[tracking] needs a page where readers take their consent back, and [unsubscribe] has none.",
                hint='Count nothing, or let readers unsubscribe by a page: by = "page" below [unsubscribe].',
            )
        return wanted

    def site(self, place_name: PlaceName | None = None) -> Site:
        """Return where web versions go; raises as :func:`apes_mailer.wiring.sites.site` does."""
        from apes_mailer.wiring import sites

        return sites.site(self.workspace, self.settings, place_name)

    def envelope(
        self,
        provider: Provider | None,
        list_name: str,
        composition: Composition | None = None,
        *,
        subject_mark: str = "",
    ) -> Envelope:
        """Return what is the same for every message; raises as :func:`apes_mailer.wiring.envelopes.make` does."""
        from apes_mailer.wiring import envelopes

        return envelopes.make(self.settings, provider, list_name, composition, subject_mark=subject_mark)


def application(folder: Path) -> Application:
    """Return the application of the workspace that a folder is in. Raises ``UsageError`` when it is in none."""
    return Application(workspace_module.find(folder))

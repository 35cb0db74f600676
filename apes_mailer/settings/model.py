"""The settings that there are, with their defaults and limits. Secrets come from the environment only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from apes_mailer.check.clients import support
from apes_mailer.model.consent import Policy
from apes_mailer.model.identity import Identity
from apes_mailer.model.language import Language
from apes_mailer.model.publication import PlaceName
from apes_mailer.model.text import Line
from apes_mailer.model.tracking import COUNTED, Tracking
from apes_mailer.settings.values import (
    ApiUrl,
    Client,
    Email,
    Host,
    ListName,
    Network,
    Prefix,
    PublicUrl,
    PublishedUrl,
    Segment,
    WebhookKeys,
)

ProviderName = Literal["outbox", "sendgrid"]
PROVIDERS: tuple[str, ...] = get_args(ProviderName)
"""The names of all providers."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sender(Identity):
    """``[sender]``: who the letters come from, as readers see it, and the addresses that they come from and go to."""

    address: Email
    reply_to: Email | None = None

    def identity(self) -> Identity:
        """What a letter shows of the sender."""
        return Identity(**self.model_dump(exclude={"address", "reply_to"}))


class Send(_Table):
    """``[send]``: how batches go out. ``timeout`` is the total time of a request in seconds."""

    provider: ProviderName = "outbox"
    batch_size: int = Field(default=1000, ge=1, le=1000)
    in_flight: int = Field(default=8, ge=1, le=64)
    timeout: float = Field(default=60.0, ge=0.1, le=600)
    max_per_second: int = Field(default=0, ge=0, description="Recipients a second for all programs together; 0: any.")


class Serve(_Table):
    """``[serve]``: the address of ``apes-mailer serve`` on this computer, and which reverse proxies it believes."""

    host: str = "127.0.0.1"
    port: int = Field(default=8025, ge=0, le=65535)
    trusted_proxies: tuple[Network, ...] = ("127.0.0.1", "::1")


class ListSettings(_Table):
    """``[lists.NAME]``: what holds for one list. ``policy`` is by which right it is mailed, a word of ``Policy``.

    With a ``title`` it is a letter of its own, which readers can choose and stop by itself on their page; ``about``
    says what it brings. ``signup``: anybody may sign up for it.
    """

    policy: Literal["opposition", "opt-in"] = "opposition"
    title: Line | None = None
    about: Line | None = None
    signup: bool = False

    @model_validator(mode="after")
    def _has_a_name_for_readers(self) -> Self:
        if self.title is None and (self.signup or self.about):
            raise ValueError("needs a title: the name by which readers know the letter")
        return self


class Confirmation(_Table):
    """``[confirmation]``: the letters with a link to follow: their theme, and for how many hours the link is valid."""

    theme: str = Field(default="apes", pattern=r"^[a-z0-9][a-z0-9_-]*$")
    hours: int = Field(default=48, ge=1, le=168)


class Check(_Table):
    """``[check]``: the hosts that letters may load something from, and the mail programs of their readers."""

    hosts: tuple[Host, ...] = ()
    clients: tuple[Client, ...] = support.USUAL


class Unsubscribe(_Table):
    """``[unsubscribe]``: how readers say no: by a page of ours, through the provider, or by writing to ``mailto``.

    With the page, mail programs may also write to ``mailto`` where it is set.
    """

    by: Literal["page", "provider", "mail"] = "page"
    mailto: Email | None = None


class TrackingSettings(_Table):
    """``[tracking]``: what the provider counts, of readers who agreed to it and of nobody else."""

    opens: bool = False
    clicks: bool = False

    def wanted(self) -> Tracking:
        """What is to be counted of whoever agreed."""
        return frozenset(purpose for purpose in COUNTED if getattr(self, purpose.value))


class SendGridSettings(_Table):
    """``[sendgrid]``: which of SendGrid's hosts to use; ``eu`` needs an EU account.

    ``asm_group`` is the number of its unsubscribe group, 0 when there is none. ``webhook_keys`` are the verification
    keys of its Event Webhook, which are no secret; without one, nothing is taken from it. What it posts is kept as it
    came for ``webhook_days`` after it was applied.
    """

    region: Literal["global", "eu"] = "global"
    base_url: ApiUrl | None = None
    asm_group: int = Field(default=0, ge=0)
    webhook_keys: WebhookKeys = ()
    webhook_days: int = Field(default=30, ge=0, le=365)


class Publish(_Table):
    """``[publish]``: where web versions and pictures go, and who may find them there.

    ``url`` is where readers reach the folder or the bucket. ``language`` is that of the archive, ``prefix`` stands
    before the name of each object in the bucket.
    """

    to: PlaceName = "serve"
    url: PublishedUrl = ""
    noindex: bool = False
    language: Language = "fr"
    folder: str = ""
    bucket: str = ""
    prefix: Prefix = ""
    endpoint_url: ApiUrl | None = None
    region: str = ""


class Settings(_Table):
    """All settings of a workspace."""

    sender: Sender
    language: Language | None = None
    public_url: PublicUrl = ""
    database_url: str = ""
    send: Send = Send()
    check: Check = Check()
    serve: Serve = Serve()
    lists: Mapping[ListName, ListSettings] = {}
    confirmation: Confirmation = Confirmation()
    publish: Publish = Publish()
    segments: Mapping[str, Segment] = {}
    unsubscribe: Unsubscribe = Unsubscribe()
    tracking: TrackingSettings = TrackingSettings()
    sendgrid: SendGridSettings = SendGridSettings()
    sendgrid_api_key: SecretStr = SecretStr("")
    aws_access_key_id: SecretStr = SecretStr("")
    aws_secret_access_key: SecretStr = SecretStr("")

    @property
    def serverless(self) -> bool:
        """Whether letters go to readers without any server of ours: they unsubscribe in another way."""
        return self.unsubscribe.by != "page" and not self.public_url

    @property
    def pages_url(self) -> str:
        """Where the public pages are, as far as this computer can reach them."""
        return self.public_url or f"http://{self.serve.host}:{self.serve.port}"

    def policy_of(self, list_name: str) -> Policy:
        """Return by which right a list is mailed."""
        return Policy(self.lists.get(list_name, ListSettings()).policy)


SECRETS: tuple[str, ...] = tuple(name for name, info in Settings.model_fields.items() if info.annotation is SecretStr)
"""The settings that come from the environment only."""

ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "APES_MAILER_LANGUAGE": ("language",),
    "APES_MAILER_PROVIDER": ("send", "provider"),
    "APES_MAILER_PUBLIC_URL": ("public_url",),
    "APES_MAILER_DATABASE_URL": ("database_url",),
    "APES_MAILER_BATCH_SIZE": ("send", "batch_size"),
    "APES_MAILER_IN_FLIGHT": ("send", "in_flight"),
    "APES_MAILER_TIMEOUT": ("send", "timeout"),
    "APES_MAILER_SENDGRID_BASE_URL": ("sendgrid", "base_url"),
    "APES_MAILER_SENDGRID_WEBHOOK_KEYS": ("sendgrid", "webhook_keys"),
    "APES_MAILER_PUBLISH_TO": ("publish", "to"),
    "APES_MAILER_PUBLISH_URL": ("publish", "url"),
    "APES_MAILER_PUBLISH_FOLDER": ("publish", "folder"),
    "APES_MAILER_PUBLISH_BUCKET": ("publish", "bucket"),
    "APES_MAILER_PUBLISH_ENDPOINT_URL": ("publish", "endpoint_url"),
    "SENDGRID_API_KEY": ("sendgrid_api_key",),
    "AWS_ACCESS_KEY_ID": ("aws_access_key_id",),
    "AWS_SECRET_ACCESS_KEY": ("aws_secret_access_key",),
}
"""Environment variables, and the setting each of them is."""

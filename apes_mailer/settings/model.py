"""The settings that there are, with their defaults and limits. Secrets come from the environment only."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from apes_mailer.check.clients import support
from apes_mailer.model import address, segment
from apes_mailer.model.consent import Policy
from apes_mailer.model.identity import Identity
from apes_mailer.model.language import Language
from apes_mailer.model.publication import PlaceName
from apes_mailer.model.text import Line
from apes_mailer.model.tracking import COUNTED, Tracking
from apes_mailer.workspace.names import is_name

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def _address(value: str) -> str:
    try:
        return address.normalise(value)
    except address.AddressError as error:
        raise ValueError(f"is not an email address: {error.reason}") from error


def _require_port(value: str) -> None:
    try:
        sound = urlsplit(value).port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("has no valid port: after the host and a colon comes a number from 1 to 65535, or nothing")


def _own_url(value: str, why_https: str) -> str:
    parts = urlsplit(value)
    if value and (not parts.hostname or parts.scheme not in {"https", "http"} or parts.query or parts.fragment):
        raise ValueError("must be a web address such as https://lettre.example.org")
    _require_port(value)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError(f"must begin with https://; {why_https}")
    if not re.fullmatch(r"[A-Za-z0-9:/._-]*", value):
        raise ValueError("may hold letters, digits, dots, hyphens and slashes only; write other names in punycode")
    return value.rstrip("/")


def _public_url(value: str) -> str:
    return _own_url(value, "mail programs refuse one-click unsubscription over http")


def _published_url(value: str) -> str:
    return _own_url(value, "mail programs warn of pictures that come over http")


def _api_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be a web address such as https://api.sendgrid.com")
    _require_port(value)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("must begin with https://; http would show the key to everybody on the way")
    return value.rstrip("/")


def _words(value: object) -> object:
    """Let an environment variable hold several values, with spaces or commas between them."""
    return tuple(re.split(r"[\s,]+", value.strip())) if isinstance(value, str) else value


def _webhook_key(value: str) -> str:
    key = "".join(value.split())
    if not re.fullmatch(r"[A-Za-z0-9+/]{80,}={0,2}", key):
        raise ValueError("must be a verification key as SendGrid shows it: about 124 letters, digits, + and /")
    return key


def _host(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", value):
        raise ValueError("must be the name of a host alone, such as images.example.org; write other names in punycode")
    return value.lower()


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value)) if "/" in value else str(ipaddress.ip_address(value))
    except ValueError as error:
        raise ValueError("must be an address such as 10.0.0.2, or a network such as 10.0.0.0/8") from error


def _list_name(value: str) -> str:
    if not is_name(value):
        raise ValueError("is no name that a list can have")
    return value


def _client(value: str) -> str:
    if value not in support.FAMILIES and value not in support.programs():
        known = ", ".join(support.FAMILIES)
        raise ValueError(f"is no mail program that is known here; write one of {known}")
    return value


def _prefix(value: str) -> str:
    if value.startswith("/") or ".." in value.split("/"):
        raise ValueError("must be the beginning of names in the bucket, such as lettre/, without a slash before it")
    return f"{value.rstrip('/')}/" if value else ""


def _segment(value: str) -> str:
    try:
        segment.parse(value, {})
    except segment.SegmentError as error:
        raise ValueError(f"is no segment: {error}") from error
    return value


ProviderName = Literal["outbox", "sendgrid"]
PROVIDERS: tuple[str, ...] = get_args(ProviderName)
"""The names of all providers."""

Email = Annotated[str, AfterValidator(_address)]


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
    trusted_proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = ("127.0.0.1", "::1")


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

    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    clients: tuple[Annotated[str, AfterValidator(_client)], ...] = support.USUAL


class Unsubscribe(_Table):
    """``[unsubscribe]``: how readers say no: by a page of ours, through the provider, or by writing to ``mailto``."""

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
    base_url: Annotated[str, AfterValidator(_api_url)] | None = None
    asm_group: int = Field(default=0, ge=0)
    webhook_keys: Annotated[tuple[Annotated[str, AfterValidator(_webhook_key)], ...], BeforeValidator(_words)] = ()
    webhook_days: int = Field(default=30, ge=0, le=365)


class Publish(_Table):
    """``[publish]``: where web versions and pictures go, and who may find them there.

    ``url`` is where readers reach the folder or the bucket. ``language`` is that of the archive, ``prefix`` stands
    before the name of each object in the bucket.
    """

    to: PlaceName = "serve"
    url: Annotated[str, AfterValidator(_published_url)] = ""
    noindex: bool = False
    language: Language = "fr"
    folder: str = ""
    bucket: str = ""
    prefix: Annotated[str, AfterValidator(_prefix)] = ""
    endpoint_url: Annotated[str, AfterValidator(_api_url)] | None = None
    region: str = ""


class Settings(_Table):
    """All settings of a workspace."""

    sender: Sender
    language: Language | None = None
    public_url: Annotated[str, AfterValidator(_public_url)] = ""
    database_url: str = ""
    send: Send = Send()
    check: Check = Check()
    serve: Serve = Serve()
    lists: Mapping[Annotated[str, AfterValidator(_list_name)], ListSettings] = {}
    confirmation: Confirmation = Confirmation()
    publish: Publish = Publish()
    segments: Mapping[str, Annotated[str, AfterValidator(_segment)]] = {}
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

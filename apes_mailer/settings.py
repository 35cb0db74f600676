"""Settings: ``apes-mailer.toml``, and the environment, which wins.

Read once, frozen, and handed down; nothing below reads the environment. Secrets come from the environment only.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from apes_mailer.errors import SettingsError
from apes_mailer.model import address
from apes_mailer.model.identity import Identity, SocialLink
from apes_mailer.model.text import Line, Link

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


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    if value and (not parts.hostname or parts.scheme not in {"https", "http"} or parts.query or parts.fragment):
        raise ValueError("must be a web address such as https://lettre.example.org")
    _require_port(value)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("must begin with https://; mail programs refuse one-click unsubscription over http")
    if not re.fullmatch(r"[A-Za-z0-9:/._-]*", value):
        raise ValueError("may hold letters, digits, dots, hyphens and slashes only; write other names in punycode")
    return value.rstrip("/")


def _api_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be a web address such as https://api.sendgrid.com")
    _require_port(value)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("must begin with https://; http would show the key to everybody on the way")
    return value.rstrip("/")


ProviderName = Literal["outbox", "sendgrid"]
PROVIDERS: tuple[str, ...] = get_args(ProviderName)
"""The names of all providers."""

Email = Annotated[str, AfterValidator(_address)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sender(_Table):
    """``[sender]``: who the letters come from, as readers see it."""

    name: Line
    address: Email
    reply_to: Email | None = None
    letter: Line | None = None
    tagline: Line | None = None
    postal_address: Line | None = None
    website: Link | None = None
    contact: Line | None = None
    reason: Line | None = None
    social: tuple[SocialLink, ...] = ()

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
    """``[serve]``: the address of ``apes-mailer serve`` on this computer."""

    host: str = "127.0.0.1"
    port: int = Field(default=8025, ge=0, le=65535)


class SendGridSettings(_Table):
    """``[sendgrid]``: which of SendGrid's hosts to use; ``eu`` needs an EU account."""

    region: Literal["global", "eu"] = "global"
    base_url: Annotated[str, AfterValidator(_api_url)] | None = None


class Settings(_Table):
    """All settings of a workspace."""

    sender: Sender
    public_url: Annotated[str, AfterValidator(_public_url)] = ""
    database_url: str = ""
    send: Send = Send()
    serve: Serve = Serve()
    sendgrid: SendGridSettings = SendGridSettings()
    sendgrid_api_key: SecretStr = SecretStr("")


ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "APES_MAILER_PROVIDER": ("send", "provider"),
    "APES_MAILER_PUBLIC_URL": ("public_url",),
    "APES_MAILER_DATABASE_URL": ("database_url",),
    "APES_MAILER_BATCH_SIZE": ("send", "batch_size"),
    "APES_MAILER_IN_FLIGHT": ("send", "in_flight"),
    "APES_MAILER_TIMEOUT": ("send", "timeout"),
    "APES_MAILER_SENDGRID_BASE_URL": ("sendgrid", "base_url"),
    "SENDGRID_API_KEY": ("sendgrid_api_key",),
}
"""Environment variables, and the setting each of them is."""


def load(file: Path, environment: Mapping[str, str]) -> Settings:
    """Read the settings. Raises ``SettingsError`` naming the file or the variable, and the cure."""
    data = _read(file)
    if "sendgrid_api_key" in data:
        raise SettingsError(
            f"{file.name} holds sendgrid_api_key; a secret does not belong in a file that is shared.",
            hint="Take it out, and set the environment variable SENDGRID_API_KEY.",
        )
    for variable, path in ENVIRONMENT.items():
        if value := environment.get(variable, "").strip():
            *section, name = path
            table: Any = data.setdefault(section[0], {}) if section else data
            if isinstance(table, dict):  # anything else is reported with the other faults of the file
                table[name] = value
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        raise _explain(error, file, environment) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        # Notepad on Windows begins a file with a byte order mark, which TOML does not know.
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file.name} cannot be read: {error}", hint="Correct this line.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file.name} is not UTF-8 text.", hint="Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(
            f"{file} cannot be read: {error.strerror or error}", hint="Check the rights of the file."
        ) from error


def _explain(error: ValidationError, file: Path, environment: Mapping[str, str]) -> SettingsError:
    lines: list[str] = []
    for fault in error.errors(include_url=False, include_input=False):
        path = tuple(str(part) for part in fault["loc"])
        variable = next((name for name, at in ENVIRONMENT.items() if at == path and environment.get(name)), None)
        place = variable or f"{file.name}, {'.'.join(path)}"
        message = fault["msg"].removeprefix("Value error, ")
        match fault["type"]:
            case "extra_forbidden":
                message = "is not a setting" + _did_you_mean(path)
            case "missing":
                message = "is missing"
            case "model_type":
                message = f"must be a section: write [{'.'.join(path)}] on a line of its own, and its settings below"
            case _:
                pass
        lines.append(f"{place}: {message}")
    return SettingsError("\n".join(lines), hint="The settings are described in docs/reference/settings.md.")


def _did_you_mean(path: tuple[str, ...]) -> str:
    *section, name = path
    model = _section(section)
    if model is None:
        return ""
    if close := difflib.get_close_matches(name, model.model_fields, n=1):
        return f"; did you mean {close[0]}?"
    if section and name in Settings.model_fields:
        return "; it belongs at the top of the file, before the first line in brackets"
    home = next(
        (table for table in Settings.model_fields if name in getattr(_section([table]), "model_fields", ())), ""
    )
    return f"; it belongs below the line [{home}]" if home else ""


def _section(path: Sequence[str]) -> type[BaseModel] | None:
    """Return the model of a section of the file, None where there is none."""
    model: type[BaseModel] = Settings
    for name in path:
        annotation = model.model_fields[name].annotation if name in model.model_fields else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return None
        model = annotation
    return model

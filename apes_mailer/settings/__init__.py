"""Settings: ``apes-mailer.toml``, and the environment, which wins.

Read once, frozen, and handed down; nothing below reads the environment.
"""

from __future__ import annotations

import locale
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from apes_mailer.errors import Problem, SettingsError
from apes_mailer.model.language import Language
from apes_mailer.settings import faults, toml_text
from apes_mailer.settings.model import (
    ENVIRONMENT,
    PROVIDERS,
    SECRETS,
    Check,
    Publish,
    Send,
    Sender,
    SendGridSettings,
    Serve,
    Settings,
    Unsubscribe,
)

__all__ = [
    "ENVIRONMENT",
    "PROVIDERS",
    "SECRETS",
    "Check",
    "Publish",
    "Send",
    "SendGridSettings",
    "Sender",
    "Serve",
    "Settings",
    "Unsubscribe",
    "language_of",
    "load",
]


def load(file: Path, environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises ``SettingsError`` with every fault of the file and of the environment, its line or variable, and the cure.
    """
    read = toml_text.parse(_text(file), shown=file.name)
    if read.data is None:
        raise _unusable(read.problems)
    _refuse_secret(read.data, file)
    _lay_over(read.data, environment)
    try:
        settings = Settings.model_validate(read.data)
    except ValidationError as error:
        raise _unusable([*read.problems, *faults.explain(error, read, environment)]) from error
    if read.problems:
        raise _unusable(read.problems)
    return settings


def language_of(environment: Mapping[str, str]) -> Language:
    """Return the language that a computer is set to, French or else English.

    The first of ``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` that is set says it (POSIX, XBD 8.2); Windows has none.
    """
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    if not named and sys.platform == "win32":
        named = locale.getlocale()[0] or ""
    return "fr" if named.lower().startswith("fr") else "en"


def _text(file: Path) -> str:
    try:
        # Notepad on Windows begins a file with a byte order mark, which TOML does not know.
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file.name} is not UTF-8 text.", hint="Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(
            f"{file} cannot be read: {error.strerror or error}", hint="Check the rights of the file."
        ) from error


def _refuse_secret(data: Mapping[str, Any], file: Path) -> None:
    secret = next((name for name in SECRETS if name in data), "")
    if secret:
        raise SettingsError(
            f"{file.name} holds {secret}; a secret does not belong in a file that is shared.",
            hint=f"Take it out, and set the environment variable {secret.upper()}.",
        )


def _lay_over(data: dict[str, Any], environment: Mapping[str, str]) -> None:
    for variable, path in ENVIRONMENT.items():
        if value := environment.get(variable, "").strip():
            *section, name = path
            table: Any = data.setdefault(section[0], {}) if section else data
            if isinstance(table, dict):  # anything else is reported with the other faults of the file
                table[name] = value


def _unusable(problems: list[Problem]) -> SettingsError:
    many = "1 fault" if len(problems) == 1 else f"{len(problems)} faults"
    return SettingsError(
        "\n".join([f"The settings cannot be used: {many}.", *(f"  {problem}" for problem in problems)]),
        hint="Every setting is explained in the apes-mailer.toml of a new workspace: apes-mailer init DIR",
    )

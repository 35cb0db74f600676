"""Where things are: the folder that holds campaigns, themes, lists, settings, the database and the outbox."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Literal

from apes_mailer.errors import ContactsError, Problem, SettingsError, ThemeError, UsageError
from apes_mailer.model.theme import Theme, ThemeFile

SETTINGS_FILE = "apes-mailer.toml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_THEME_SUFFIXES = {".mjml", ".txt", ".toml", ".css"}
_LIST_SUFFIXES = {".csv", ".tsv", ".txt"}
_EXAMPLES = {"campaign": "2025-07", "list": "adherents"}


def bundled(folder: str) -> Path:
    """Return a folder that comes with the program: ``templates`` or ``starter``.

    In an installed wheel the themes are inside the package; in a checkout they stand beside it.
    """
    package = Path(__file__).resolve().parent
    inside = package / "_bundled" / folder
    return inside if inside.is_dir() else package.parent / folder


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with an ``apes-mailer.toml``."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """The settings, without any secret."""
        return self.root / SETTINGS_FILE

    @property
    def campaigns(self) -> Path:
        """One folder for each issue."""
        return self.root / "campaigns"

    @property
    def contacts(self) -> Path:
        """Lists kept as files."""
        return self.root / "contacts"

    @property
    def templates(self) -> Path:
        """The workspace's own themes."""
        return self.root / "templates"

    @property
    def outbox(self) -> Path:
        """Where the outbox provider writes messages."""
        return self.root / "outbox"

    @property
    def pictures(self) -> Path:
        """Pictures of letters that went out, under content-hashed names."""
        return self.root / "published" / "pictures"

    @property
    def database(self) -> Path:
        """Contacts, suppressions and the ledger, unless the settings say otherwise."""
        return self.root / "mailer.db"

    @property
    def secret_file(self) -> Path:
        """The key behind unsubscribe links and contact keys."""
        return self.root / "secret.key"

    def shown(self, path: Path) -> str:
        """Return a path as people should read it: relative to the workspace when it is inside."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return str(path)

    def campaign(self, name: str) -> Path:
        """Return the folder of a campaign. Raises ``UsageError`` when there is none of that name."""
        self.check_campaign_name(name)
        folder = self.campaigns / name
        if not (folder / "issue.yaml").is_file():
            known = ", ".join(self.campaign_names()) or "none yet"
            raise UsageError(
                f'There is no campaign "{name}": {self.shown(folder / "issue.yaml")} does not exist.',
                hint=f"Campaigns here: {known}. Make a new one with: apes-mailer new {name}",
            )
        return folder

    def check_campaign_name(self, name: str) -> None:
        """Raise ``UsageError`` when no campaign can have this name, with the one that was meant."""
        parts = PureWindowsPath(name).parts  # both kinds of slashes
        meant = next((part for part in parts if (self.campaigns / part / "issue.yaml").is_file()), "")
        if meant not in {"", name}:
            raise UsageError(f'"{name}" is a path; a campaign goes by the name of its folder.', hint=f"Write: {meant}")
        if meant and not _NAME.fullmatch(meant):
            raise UsageError(
                f"The folder campaigns/{meant} has a name that no campaign can have.",
                hint=f"Rename it to campaigns/{usable_name(meant, 'campaign')}",
            )
        check_name(name, "campaign")

    def campaign_names(self) -> list[str]:
        """The names of all campaigns, sorted."""
        return sorted(path.parent.name for path in self.campaigns.glob("*/issue.yaml"))

    def list_files(self) -> dict[str, Path]:
        """The lists kept as files in ``contacts/``, by name, sorted.

        Of two files for one name the first is here; :meth:`list_file` refuses both.
        """
        by_name = {path.stem: path for path in reversed(self._tables()) if _NAME.fullmatch(path.stem)}
        return dict(sorted(by_name.items()))

    def misnamed_lists(self) -> list[str]:
        """What to do about each file of ``contacts/`` whose name no list can have, a sentence each."""
        return [
            f"{self.shown(path)} cannot be named in a command: rename it to "
            f"{usable_name(path.stem, 'list')}{path.suffix.lower()}"
            for path in self._tables()
            if not _NAME.fullmatch(path.stem)
        ]

    def list_file(self, name: str) -> Path | None:
        """Return the file of a list kept in ``contacts/``, or None.

        Raises ``UsageError`` when no list can have this name, ``ContactsError`` when two files have it.
        """
        found = [path for path in self._tables() if path.stem == name]
        if not _NAME.fullmatch(name) and found:
            better = usable_name(name, "list")
            raise UsageError(
                f"{self.shown(found[0])} has a name that no list can have.",
                hint=f"Rename the file to {better}{found[0].suffix.lower()}, and call the list {better}.",
            )
        check_name(name, "list")
        if len(found) > 1:
            files = " and ".join(self.shown(path) for path in found)
            raise ContactsError(f'Two files could be the list "{name}": {files}.', hint="Rename one of them.")
        return found[0] if found else None

    def _tables(self) -> list[Path]:
        """The files of ``contacts/`` that can hold a list, whatever they are called."""
        tables = [path for path in self.contacts.glob("[!.]*") if path.suffix.lower() in _LIST_SUFFIXES]
        return sorted(path for path in tables if path.is_file())

    def secret(self) -> bytes:
        """Return the workspace's secret, made at first use and readable by its owner only.

        Raises ``SettingsError`` when the file is damaged.
        """
        if not self.secret_file.exists():
            _write_private(self.secret_file, secrets.token_hex(32) + "\n")
        text = self.secret_file.read_text(encoding="ascii", errors="replace").strip()
        if not re.fullmatch(r"[0-9a-f]{64}", text):
            raise SettingsError(
                f"{self.shown(self.secret_file)} is damaged: it should hold 64 hexadecimal digits.",
                hint="Bring it back from a backup: the unsubscribe links of letters already sent depend on it.",
            )
        return bytes.fromhex(text)

    def theme(self, name: str) -> Theme:
        """Return a theme: the workspace's files over the built-in ones, over those of the theme it extends.

        Raises ``ThemeError`` when there is no such theme.
        """
        files: dict[str, ThemeFile] = {}
        for layer in self._theme_layers(name):
            files |= self._theme_files(layer)
        return Theme(name=name, files=files)

    def theme_names(self) -> list[str]:
        """The names of all themes, built-in and own."""
        folders = [*bundled("templates").glob("*/theme.toml"), *self.templates.glob("*/theme.toml")]
        return sorted({path.parent.name for path in folders})

    def _theme_layers(self, name: str) -> list[Path]:
        layers: list[Path] = []
        seen: list[str] = []
        wanted: str | None = name
        while wanted:
            here = [root / wanted for root in dict.fromkeys((self.templates, bundled("templates")))]
            here = [folder for folder in here if folder.is_dir()]
            if not here or wanted in seen:
                raise self._no_theme(wanted, seen)
            seen.append(wanted)
            layers += here
            wanted = next((base for folder in here if (base := _extends(folder))), None)
        return [bundled("templates") / "base", *reversed(layers)]

    def _no_theme(self, name: str, extended_by: list[str]) -> ThemeError:
        message = f'there is no theme "{name}"'
        hint = f"Themes here: {', '.join(self.theme_names())}."
        if name in extended_by:
            message = f'the theme "{name}" extends itself'
        if extended_by:
            hint = f'Correct the line "extends" in templates/{extended_by[-1]}/theme.toml.'
        problem = Problem(message=message, file=f"templates/{name}", hint=hint)
        return ThemeError(f"The theme {(extended_by or [name])[0]} cannot be used.", [problem])

    def _theme_files(self, folder: Path) -> dict[str, ThemeFile]:
        files: dict[str, ThemeFile] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix in _THEME_SUFFIXES and path.is_file():
                name = path.relative_to(folder).as_posix()
                shown = f"templates/{folder.name}/{name}"
                try:
                    files[name] = ThemeFile(path=shown, text=path.read_text(encoding="utf-8"))
                except UnicodeDecodeError as error:
                    problem = Problem(message="is not UTF-8 text", file=shown, hint="Save the file as UTF-8.")
                    raise ThemeError(f"The theme {folder.name} cannot be read.", [problem]) from error
        return files


def _extends(folder: Path) -> str | None:
    file = folder / "theme.toml"
    if not file.is_file():
        return None
    try:
        base = tomllib.loads(file.read_text(encoding="utf-8")).get("extends")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None  # reported with its line when the theme is compiled
    return base if isinstance(base, str) else None


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all; of several writers the first one wins."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        if not path.exists():
            _give_name(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _give_name(unfinished: Path, path: Path) -> None:
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass  # another program was first
    except OSError:
        unfinished.rename(path)  # a file system without hard links, such as that of a memory stick


def check_name(name: str, kind: Literal["campaign", "list"]) -> str:
    """Return a name of a campaign or a list if it can be a file name everywhere; raises ``UsageError``."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f'"{name}" cannot be the name of a {kind}.',
            hint="Use letters without accents, digits, hyphens, underscores and dots, for example "
            f"{usable_name(name, kind)}",
        )
    return name


def usable_name(text: str, kind: Literal["campaign", "list"]) -> str:
    """Return the nearest name that a campaign or a list can have."""
    text = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[:80] or _EXAMPLES[kind]


def find(start: Path) -> Workspace:
    """Return the workspace that a folder is in. Raises ``UsageError`` when it is in none, or does not exist."""
    start = start.resolve()
    if not start.is_dir():
        raise UsageError(f"There is no folder {start}.", hint="Check the path given with --workspace.")
    for folder in (start, *start.parents):
        if (folder / SETTINGS_FILE).is_file():
            return Workspace(folder)
    raise UsageError(
        f"{start} is not a workspace: there is no {SETTINGS_FILE} in it.",
        hint="Make one with: apes-mailer init DIR, or go to one, or give it with --workspace DIR.",
    )

"""Where things are: the folder that holds campaigns, themes, lists, settings, the database and the outbox."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from apes_mailer.errors import ContactsError, SettingsError, UsageError
from apes_mailer.model.theme import Theme
from apes_mailer.workspace import themes
from apes_mailer.workspace.names import check_name, did_you_mean, is_name, usable_name
from apes_mailer.workspace.private_file import write_private

__all__ = ["SETTINGS_FILE", "Workspace", "bundled", "check_name", "find", "usable_name"]

SETTINGS_FILE = "apes-mailer.toml"
_LIST_SUFFIXES = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".vcf"}
_OTHER_SUFFIXES = {".numbers", ".zip", ".docx", ".odt", ".pdf"}  # people put lists into these, too


def bundled(folder: str) -> Path:
    """Return a folder that comes with the program: ``templates`` or ``starter``.

    In an installed wheel the themes are inside the package; in a checkout they stand beside it.
    """
    package = Path(__file__).resolve().parents[1]
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
    def rejected(self) -> Path:
        """The reports of rows that an import did not take."""
        return self.contacts / "rejected"

    @property
    def outbox(self) -> Path:
        """Where the outbox provider writes messages."""
        return self.root / "outbox"

    @property
    def published(self) -> Path:
        """What ``serve`` shows: pictures, web versions, archive; and the register of what is published where."""
        return self.root / "published"

    @property
    def pictures(self) -> Path:
        """Pictures of letters that went out, under content-hashed names."""
        return self.published / "pictures"

    @property
    def picture_cache(self) -> Path:
        """What was made of pictures, to make it only once; may be deleted at any time."""
        return self.root / ".cache" / "pictures"

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

    def campaign(self, name: str, *, to_copy: bool = False) -> Path:
        """Return the folder of a campaign. Raises ``UsageError`` when there is none of that name.

        ``to_copy``: another one is made from it, so that making it first is no way out.
        """
        self.check_campaign_name(name)
        folder = self.campaigns / name
        if not (folder / "issue.yaml").is_file():
            names = self.campaign_names()
            hint = f"{did_you_mean(name, names)}Campaigns here: {', '.join(names) or 'none yet'}."
            if folder.is_dir():
                again = f"Put an issue.yaml there, or delete the folder, then: apes-mailer new {name}"
                hint = self.misnamed_issue(name) or again
            elif not to_copy:
                hint += f" Make a new one with: apes-mailer new {name}"
            missing = self.shown(folder / "issue.yaml")
            raise UsageError(f'There is no campaign "{name}": {missing} does not exist.', hint=hint)
        return folder

    def misnamed_issue(self, name: str) -> str:
        """What to do when the issue in a campaign's folder has another name, in a sentence; else nothing."""
        folder = self.campaigns / name
        if (folder / "issue.yaml").is_file():
            return ""
        files = sorted(path for path in folder.glob("[!.]*") if path.is_file())
        found = [path for path in files if path.suffix.lower() in {".yaml", ".yml"}]
        found = found or [path for path in files if path.name.lower().startswith("issue")]
        shown = " or ".join(self.shown(path) for path in found)
        return f"Rename {shown} to issue.yaml." if found else ""

    def check_campaign_name(self, name: str) -> None:
        """Raise ``UsageError`` when no campaign can have this name, with the one that was meant."""
        parts = PureWindowsPath(name).parts  # both kinds of slashes
        meant = next((part for part in parts if (self.campaigns / part / "issue.yaml").is_file()), "")
        if meant not in {"", name}:
            raise UsageError(f'"{name}" is a path; a campaign goes by the name of its folder.', hint=f"Write: {meant}")
        if meant and not is_name(meant):
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
        by_name = {path.stem: path for path in reversed(self._tables()) if is_name(path.stem)}
        return dict(sorted(by_name.items()))

    def unusable_lists(self) -> list[str]:
        """What to do about each file of ``contacts/`` that no command can read as a list, a sentence each."""
        lists = self.list_files()
        others = [path for path in self._files(_OTHER_SUFFIXES) if path.stem not in lists]
        return [
            f"{self.shown(path)} cannot be named in a command: rename it to "
            f"{usable_name(path.stem, 'list')}{path.suffix.lower()}"
            for path in self._tables()
            if not is_name(path.stem)
        ] + [self._not_a_list(path) for path in others]

    def other_document(self, name: str) -> str:
        """What to do when a document of this name that is no list stands in ``contacts/``; else nothing."""
        found = next((path for path in self._files(_OTHER_SUFFIXES) if name in {path.stem, path.name}), None)
        return self._not_a_list(found) if found else ""

    def _not_a_list(self, path: Path) -> str:
        name = usable_name(path.stem, "list")
        if path.suffix.lower() == ".zip":
            return (
                f"{self.shown(path)} is a ZIP file, not a list: apes-mailer contacts import {self.shown(path)} "
                f"--list {name}"
            )
        target = self.shown(path.with_name(f"{name}.csv"))
        return (
            f"{self.shown(path)} is no list that can be read: open it and save its table as {target} with "
            "File > Save as > CSV UTF-8."
        )

    def list_file(self, name: str) -> Path | None:
        """Return the file of a list kept in ``contacts/``, or None.

        Raises ``UsageError`` when no list can have this name, ``ContactsError`` when two files have it.
        """
        found = [path for path in self._tables() if path.stem == name]
        if not is_name(name) and found:
            better = usable_name(name, "list")
            raise UsageError(
                f"{self.shown(found[0])} has a name that no list can have.",
                hint=f"Rename the file to {better}{found[0].suffix.lower()}, and call the list {better}.",
            )
        typed = PureWindowsPath(name)  # both kinds of slashes
        if len(typed.parts) > 1 and typed.stem in self.list_files():
            raise UsageError(f'"{name}" is a path; a list goes by the name of its file.', hint=f"Write: {typed.stem}")
        check_name(name, "list")
        if len(found) > 1:
            files = " and ".join(self.shown(path) for path in found)
            raise ContactsError(f'Two files could be the list "{name}": {files}.', hint="Rename one of them.")
        return found[0] if found else None

    def _tables(self) -> list[Path]:
        """The files of ``contacts/`` that can hold a list, whatever they are called."""
        return self._files(_LIST_SUFFIXES)

    def _files(self, suffixes: set[str]) -> list[Path]:
        named = [path for path in self.contacts.glob("[!.]*") if path.suffix.lower() in suffixes]
        # While somebody has a file open, Excel keeps a note of it beside it, with "~$" before the name.
        return sorted(path for path in named if path.is_file() and not path.name.startswith("~$"))

    def secret(self) -> bytes:
        """Return the workspace's secret, made at first use and readable by its owner only.

        Raises ``SettingsError`` when the file is damaged.
        """
        if not self.secret_file.exists():
            write_private(self.secret_file, secrets.token_hex(32) + "\n")
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
        return themes.load(name, self._theme_roots)

    def has_theme(self, name: str) -> bool:
        """Whether there is a folder of this theme, built-in or own."""
        return (self.templates / name).is_dir() or name in self.theme_names()

    def theme_names(self) -> list[str]:
        """The names of all themes, built-in and own."""
        return themes.names(self._theme_roots)

    @property
    def _theme_roots(self) -> tuple[Path, Path]:
        return self.templates, bundled("templates")


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

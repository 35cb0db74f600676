"""The register of what is published: one file beside the pictures, written whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping, Sequence
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from apes_mailer.errors import ApesMailerError
from apes_mailer.model.publication import PlaceName, Publication
from apes_mailer.places.folder import Folder
from apes_mailer.workspace import Workspace

_FILE = "letters.json"
_PATIENCE = 60  # seconds


class Register(BaseModel):
    """All publications.

    ``feed_id`` is that of the feed, empty before the first publication; it never changes again. ``updated`` is when a
    letter last came, changed or went. ``former`` are the ids of entries that were taken down, by campaign: one that
    comes back has its own again (RFC 4287, 4.2.6).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    feed_id: str = ""
    updated: AwareDatetime | None = None
    letters: tuple[Publication, ...] = ()
    former: Mapping[str, str] = Field(default_factory=dict)

    def find(self, name: str) -> Publication | None:
        """Return the publication of a campaign, or None."""
        return next((each for each in self.letters if each.name == name), None)

    def at(self, place: PlaceName) -> Sequence[Publication]:
        """Return the publications at one place."""
        return [each for each in self.letters if each.place == place]

    def without(self, name: str) -> tuple[Publication, ...]:
        """Return all publications but that of one campaign."""
        return tuple(each for each in self.letters if each.name != name)


def load(workspace: Workspace) -> Register:
    """Return the register; an empty one before the first publication. Raises ``ApesMailerError`` when it is damaged."""
    file = workspace.published / _FILE
    try:
        return Register.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return Register()
    except ValidationError as error:
        shown = workspace.shown(file)
        raise ApesMailerError(
            f"{shown} is damaged, and only it tells which letters are published.",
            hint=f"Bring it back from a backup, or delete it and publish each letter again: rm {shown}",
        ) from error


def save(workspace: Workspace, register: Register) -> None:
    """Write the register."""
    Folder(workspace.published).put(_FILE, register.model_dump_json(indent=1).encode())


@contextlib.contextmanager
def held(workspace: Workspace) -> Generator[None]:
    """Keep other programs from publishing at the same time. Raises ``ApesMailerError`` when one does so for long."""
    from filelock import FileLock, Timeout

    workspace.published.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(workspace.published / f".{_FILE}.lock", timeout=_PATIENCE):
            yield
    except Timeout as error:
        raise ApesMailerError(
            "Another program is publishing at this moment.", hint="Try again when it is done."
        ) from error

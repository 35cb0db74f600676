"""The pictures of a letter: made ready for the places that the theme gives them, and put where readers find them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from apes_mailer.errors import IssueError, Problem
from apes_mailer.model.picture import Place, Rendition
from apes_mailer.model.spelling import plain
from apes_mailer.model.walk import walk
from apes_mailer.pictures.cache import ChangedError, Kept, PictureCache
from apes_mailer.pictures.opening import DamagedError
from apes_mailer.reading.issue import LoadedIssue

_LONGEST_STEM = 40
_DIGITS_OF_THE_DIGEST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Renditions:
    """The renditions of a letter by their places, and the file of each by its published name."""

    by_place: Mapping[Place, Rendition]
    files: Mapping[str, Path]

    def names(self) -> Mapping[Place, str]:
        """The published names by place."""
        return {place: rendition.name for place, rendition in self.by_place.items()}


def renditions(loaded: LoadedIssue, places: Iterable[Place], cache: PictureCache) -> Renditions:
    """Return a rendition for each place. Raises ``IssueError`` with every picture of which none can be made."""
    by_place: dict[Place, Rendition] = {}
    files: dict[str, Path] = {}
    problems: list[Problem] = []
    for place in places:
        source = loaded.picture_files[place.file]
        try:
            kept = cache.rendition(source.path, source.digest, source.kind, place.pixels)
        except (DamagedError, ChangedError, OSError) as error:
            problems.append(_problem(loaded, place.file, error))
            continue
        by_place[place] = _rendition(place.file, kept)
        files[by_place[place].name] = cache.path(kept)
    if problems:
        raise IssueError(f"{loaded.shown} cannot be used: {len(problems)} of its pictures cannot be shown.", problems)
    return Renditions(by_place=by_place, files=files)


def _rendition(file: str, kept: Kept) -> Rendition:
    stem = plain(PurePosixPath(file).stem).replace("_", "-")[:_LONGEST_STEM].strip("-") or "picture"
    return Rendition(
        name=f"{kept.file[:_DIGITS_OF_THE_DIGEST]}-{stem}{PurePosixPath(kept.file).suffix}",
        width=kept.width,
        height=kept.height,
        size=kept.size,
        compromise=kept.compromise,
    )


def _problem(loaded: LoadedIssue, file: str, error: Exception) -> Problem:
    field = next((path for path, value in walk(loaded.issue) if value == file and path.endswith(".file")), "")
    match error:
        case DamagedError():
            message, cure = "is damaged: not all of the picture is there", "Copy it into the images folder again."
        case ChangedError():
            message, cure = "has changed while the letter was made", "Wait until it is copied, and try again."
        case _:
            message, cure = (
                f"cannot be made ready for mail: {error}",
                "Check the free space and the rights of the disk.",
            )
    return Problem(message=f"{file} {message}", file=loaded.shown, line=loaded.line(field), field=field, hint=cure)


def publish(renditions: Renditions, folder: Path) -> None:
    """Put the pictures where readers find them, under their content-hashed names; one that is there stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in renditions.files.items():
        target = folder / name
        if not target.exists():
            part = folder / f"{name}.part"
            part.write_bytes(path.read_bytes())
            part.replace(target)

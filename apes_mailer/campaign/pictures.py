"""The pictures of a letter: made ready for the places that the theme gives them, and put where readers find them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from apes_mailer.errors import IssueError, Problem
from apes_mailer.model.picture import Place, Rendition
from apes_mailer.model.spelling import plain
from apes_mailer.model.walk import walk
from apes_mailer.pictures.cache import ChangedError, Kept, PictureCache
from apes_mailer.pictures.opening import DamagedError
from apes_mailer.places.folder import Folder
from apes_mailer.reading.issue import LoadedIssue
from apes_mailer.render.letter import Letter

_LONGEST_STEM = 40
_DIGITS_OF_THE_DIGEST = 16


class Renditions:
    """The pictures of an issue as its letters show them, each made when a letter first has a place for it."""

    def __init__(self, loaded: LoadedIssue, cache: PictureCache) -> None:
        self._loaded = loaded
        self._cache = cache
        self._by_place: dict[Place, Rendition] = {}
        self.files: dict[str, Path] = {}
        """Where the bytes are, by published name."""

    def named(self, letter: Letter) -> Letter:
        """Return a letter with the published names of its pictures, once all of them are made.

        Raises ``IssueError`` with every picture that cannot be made.
        """
        problems: list[Problem] = []
        for place in letter.places:
            if place not in self._by_place:
                try:
                    self._make(place)
                except (DamagedError, ChangedError, OSError) as error:
                    problems.append(_problem(self._loaded, place.file, error))
        if problems:
            message = f"{self._loaded.shown} cannot be used: {len(problems)} of its pictures cannot be shown."
            raise IssueError(message, problems)
        return letter.with_pictures({place: rendition.name for place, rendition in self.of(letter).items()})

    def of(self, letter: Letter) -> Mapping[Place, Rendition]:
        """Return the renditions that a letter shows, by their places."""
        return {place: self._by_place[place] for place in letter.places}

    def _make(self, place: Place) -> None:
        source = self._loaded.picture_files[place.file]
        kept = self._cache.rendition(source.path, source.digest, source.kind, place.pixels)
        rendition = _rendition(place.file, kept)
        self._by_place[place] = rendition
        self.files[rendition.name] = self._cache.path(kept)


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
    """Put the pictures where readers find them, under their content-hashed names; one that is there whole stays.

    Raises ``ApesMailerError`` when one cannot be written.
    """
    place = Folder(folder)
    for name, path in renditions.files.items():
        place.put(name, path.read_bytes())

"""Pictures: what those read who do not see them, how sharp they are, and what they weigh."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.check import known
from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import document
from apes_mailer.model.finding import Finding
from apes_mailer.model.issue import Image
from apes_mailer.model.picture import Compromise, Place, Rendition

_HEAVY, _HEAVY_TOGETHER = 200_000, 800_000  # bytes
_WIDEST = 600  # pixels of the letter
_HIGHEST = 2 * _WIDEST
_FILE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|hei[cf])\s*$", re.IGNORECASE)


def alternative_text(letter: CheckedLetter) -> Iterator[Finding]:
    """Every picture says what it shows, or says that it is decorative; one that is a link is never decorative."""
    for path, image in letter.values:
        if not isinstance(image, Image):
            continue
        if image.alt is None and image.link is not None:
            yield finding("picture-alt.link", path, file=image.file)
        elif image.alt is None and not image.decorative:
            yield finding("picture-alt.missing", path, file=image.file)
        elif image.alt is not None and image.decorative:
            yield finding("picture-alt.unused", path, file=image.file)
        elif image.alt is not None and _FILE_NAME.search(image.alt):
            yield finding("picture-alt.file", path, alt=image.alt)
        elif image.alt is not None and known.is_kind_of_picture(image.alt):
            yield finding("picture-alt.kind", path, alt=image.alt)


def weight(letter: CheckedLetter) -> Iterator[Finding]:
    """No picture is so heavy, and all of them are not, that readers on the move wait for them."""
    for path, place, rendition in _shown(letter):
        if rendition.size > _HEAVY:  # of all that is made for letters only what moves can be
            size = round(rendition.size / 1000)
            yield finding("picture-weight.one", path, file=place.file, size=size, most=_HEAVY // 1000)
    together = sum({rendition.name: rendition.size for rendition in letter.renditions.values()}.values())
    if together > _HEAVY_TOGETHER:
        yield finding("picture-weight.all", size=round(together / 1000), most=_HEAVY_TOGETHER // 1000)


def lightened(letter: CheckedLetter) -> Iterator[Finding]:
    """What a picture had to give up to be light enough for mail."""
    for path, place, rendition in _shown(letter):
        if rendition.compromise is not Compromise.NONE:
            yield finding(
                f"picture-lightened.{rendition.compromise}",
                path,
                file=place.file,
                width=rendition.width,
                size=round(rendition.size / 1000),
            )


def sharpness(letter: CheckedLetter) -> Iterator[Finding]:
    """A picture has at least as many pixels as its place in the letter is wide, and best twice as many."""
    for path, place, _ in _shown(letter):
        own = letter.pictures[place.file].width
        if own < place.width:
            yield finding("picture-small", path, file=place.file, own=own, width=place.width, best=place.pixels)


def height(letter: CheckedLetter) -> Iterator[Finding]:
    """No picture is so high that nobody can see it whole."""
    for path, place, _ in _shown(letter):
        own = letter.pictures[place.file]
        shown = round(own.height * min(place.width, own.width) / own.width)
        if shown > _HIGHEST:
            yield finding("picture-high", path, file=place.file, height=shown, most=_HIGHEST)


def _shown(letter: CheckedLetter) -> Iterator[tuple[str, Place, Rendition]]:
    """Yield where the issue first has it, place and rendition of each picture; of several places the widest."""
    widest: dict[str, tuple[Place, Rendition]] = {}
    for place, rendition in sorted(letter.renditions.items(), key=lambda item: item[0].width):
        widest[place.file] = (place, rendition)
    for path, image in letter.values:
        if isinstance(image, Image) and (found := widest.pop(image.file, None)) is not None:
            yield path, *found


def place(letter: CheckedLetter) -> Iterator[Finding]:
    """Readers can load the pictures from somewhere."""
    if letter.nowhere and (files := sorted({place.file for place in letter.renditions})):
        name = "picture-place.mailed" if letter.mailed else "picture-place.rehearsed"
        yield finding(name, files=", ".join(files))


def width(letter: CheckedLetter) -> Iterator[Finding]:
    """Every picture has a width in pixels, at most that of a letter: Outlook shows others at their full size."""
    for picture in document.read(letter.html).all("img"):
        given = picture.attributes.get("width", "")
        file = picture.attributes.get("src", "").rpartition("/")[2]
        if not given.isdigit():
            yield finding("picture-width.missing", file=file)
        elif int(given) > _WIDEST:
            yield finding("picture-width.wide", file=file, width=given, most=_WIDEST)

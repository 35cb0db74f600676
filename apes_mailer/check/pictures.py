"""Pictures: what those read who do not see them."""

from __future__ import annotations

from collections.abc import Iterator

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import document
from apes_mailer.model.finding import Finding
from apes_mailer.model.issue import Image

_HEAVY, _TOO_HEAVY, _HEAVY_TOGETHER = 200_000, 1_000_000, 800_000  # bytes
_WIDEST = 600  # pixels of the letter


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


def weight(letter: CheckedLetter) -> Iterator[Finding]:
    """No picture is so heavy, and all of them are not, that readers on the move wait for them."""
    first: dict[str, str] = {}
    for path, image in letter.values:
        if isinstance(image, Image) and image.file in letter.pictures:
            first.setdefault(image.file, path)
    for file, path in first.items():
        size = letter.pictures[file].size
        if size > _HEAVY:
            name = "picture-weight.one" if size < _TOO_HEAVY else "picture-weight.unbearable"
            yield finding(name, path, file=file, size=round(size / 1000), most=_HEAVY // 1000)
    together = sum(letter.pictures[file].size for file in first)
    if together > _HEAVY_TOGETHER:
        yield finding("picture-weight.all", size=round(together / 1000), most=_HEAVY_TOGETHER // 1000)


def width(letter: CheckedLetter) -> Iterator[Finding]:
    """Every picture has a width in pixels, at most that of a letter: Outlook shows others at their full size."""
    for picture in document.read(letter.html).all("img"):
        given = picture.attributes.get("width", "")
        file = picture.attributes.get("src", "").rpartition("/")[2]
        if not given.isdigit():
            yield finding("picture-width.missing", file=file)
        elif int(given) > _WIDEST:
            yield finding("picture-width.wide", file=file, width=given, most=_WIDEST)

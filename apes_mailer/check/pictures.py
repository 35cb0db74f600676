"""Pictures: what those read who do not see them."""

from __future__ import annotations

from collections.abc import Iterator

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding
from apes_mailer.model.issue import Image


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

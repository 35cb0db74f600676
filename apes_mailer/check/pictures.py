"""Pictures: what those read who do not see them."""

from __future__ import annotations

from collections.abc import Iterator

from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.finding import Finding, Severity
from apes_mailer.model.issue import Image
from apes_mailer.model.walk import walk


def alternative_text(letter: CheckedLetter) -> Iterator[Finding]:
    """Every picture says what it shows, or says that it is decorative; one that is a link is never decorative."""
    for path, image in walk(letter.issue):
        if not isinstance(image, Image):
            continue
        if image.alt is None and (image.link is not None or not image.decorative):
            yield Finding(
                rule="picture-alt",
                severity=Severity.ERROR,
                field=path,
                message=f"the picture {image.file} has no alternative text",
                cure="Add `alt:` with what the picture shows"
                + ("." if image.link else ", or `decorative: true` if it adds nothing to the text."),
            )
        elif image.alt is not None and image.decorative:
            yield Finding(
                rule="picture-alt",
                severity=Severity.WARNING,
                field=path,
                message=f"the picture {image.file} has an alternative text and is decorative: the text is not used",
                cure="Remove `decorative: true`, or remove `alt:`.",
            )

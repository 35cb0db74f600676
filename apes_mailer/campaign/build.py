"""Writing a letter to a folder, to look at and to keep."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from apes_mailer.campaign import pictures
from apes_mailer.campaign.compose import Composition
from apes_mailer.model.batch import Envelope, Recipient
from apes_mailer.model.message import MessageTemplate
from apes_mailer.providers import mime
from apes_mailer.render import fill
from apes_mailer.render.letter import Letter

_ENDINGS = ("mjml", "html", "txt", "eml")


def build(composition: Composition, envelope: Envelope, folder: Path) -> list[Path]:
    """Write the letter with its merge tags still in place; the same issue gives the same bytes.

    ``issue.html`` shows the pictures that are put beside it; ``issue.eml`` has the addresses that readers will get.
    Where some parts are for some readers only, these files have all parts, and each variant has its own beside them:
    ``issue.aisne-somme.html``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    letters = {"issue": composition.letter}
    if composition.variants.differ:
        letters |= {f"issue.{each.variant.name}": each.letter for each in composition.variants.possible()}
    pictures.publish(composition.renditions, folder / "images")
    return [path for stem, letter in letters.items() for path in _write(folder / stem, composition, letter, envelope)]


def _write(stem: Path, composition: Composition, letter: Letter, envelope: Envelope) -> list[Path]:
    here = fill.links_of(envelope, pictures="images/")
    contents = (
        letter.mjml.encode(),
        fill.show_tags(letter.template.html, here).encode(),
        fill.show_tags(letter.template.text, here).encode(),
        message_of(composition, letter.template, envelope),
    )
    paths = [stem.with_name(f"{stem.name}.{ending}") for ending in _ENDINGS]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def message_of(
    composition: Composition, template: MessageTemplate, envelope: Envelope, *, day: dt.date | None = None
) -> bytes:
    """Return a letter as a message (RFC 5322) to its own sender, with its merge tags in place of their values.

    It is of the day of the issue, or else of ``day``; without either it has no date, and is the same every day.
    """
    recipient = Recipient(
        envelope.from_address,
        "build",
        envelope.unsubscribe_url("apercu"),
        {name: f"<<contact.{name}>>" for name in template.fields()},
    )
    day = composition.loaded.issue.date or day
    date = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) if day else None
    identity = mime.message_id(template.digest[:32], envelope.from_address)
    return mime.Splicer(template, envelope).message(recipient, message_id=identity, date=date)

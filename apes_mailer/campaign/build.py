"""Writing a letter to a folder, to look at and to keep."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from apes_mailer.campaign import pictures
from apes_mailer.campaign.compose import Composition
from apes_mailer.model.batch import Envelope, Recipient
from apes_mailer.providers import mime
from apes_mailer.render import fill


def build(composition: Composition, envelope: Envelope, folder: Path) -> list[Path]:
    """Write the letter with its merge tags still in place; the same issue gives the same bytes.

    ``issue.html`` shows the pictures that are put beside it; ``issue.eml`` has the addresses that readers will get.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures.publish(composition.renditions, folder / "images")
    template = composition.letter.template
    here = fill.Links(pictures="images/", browser=envelope.browser_url)
    contents = {
        "issue.mjml": composition.letter.mjml.encode(),
        "issue.html": fill.show_tags(template.html, here).encode(),
        "issue.txt": fill.show_tags(template.text, here).encode(),
        "issue.eml": _message(composition, envelope),
    }
    paths: list[Path] = []
    for name, content in contents.items():
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def _message(composition: Composition, envelope: Envelope) -> bytes:
    template = composition.letter.template
    recipient = Recipient(
        envelope.from_address,
        "build",
        envelope.unsubscribe_url("apercu"),
        {name: f"<<contact.{name}>>" for name in template.fields()},
    )
    day = composition.loaded.issue.date
    date = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) if day else None
    identity = mime.message_id(template.digest[:32], envelope.from_address)
    return mime.Splicer(template, envelope).message(recipient, message_id=identity, date=date)

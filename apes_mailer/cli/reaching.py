"""What the web answers to a letter, for a check and for the card of a send."""

from __future__ import annotations

from collections.abc import Sequence

from apes_mailer.campaign import contact_preview, pictures, reaching, waiving
from apes_mailer.campaign.audience import STAFF
from apes_mailer.campaign.compose import Composition
from apes_mailer.campaign.variants import MOST
from apes_mailer.model.answer import Reach
from apes_mailer.model.publication import picture_path
from apes_mailer.model.waiver import Waiver
from apes_mailer.providers.base import Provider
from apes_mailer.wiring import Application


def before_send(
    application: Application,
    composition: Composition,
    provider: Provider,
    list_name: str,
    waived: Sequence[Waiver],
) -> Composition:
    """Return the letter with what the web answers to its pictures and its web version; of a rehearsal nothing is asked.

    Raises ``CheckFailedError`` when it cannot be sent whatever the answers, ``SettingsError`` without a public address,
    ``ContactsError`` when the list cannot be read, ``ApesMailerError`` when a picture cannot be put.
    """
    waiving.require_sound(composition, waived)
    if provider.rehearsal:
        return composition
    envelope = application.envelope(provider, list_name, composition)
    _put_pictures_of_list(application, composition, list_name)
    pictures.publish(composition.renditions, application.workspace.pictures)  # `serve` can show them from now on
    return reaching.before_send(composition, envelope)


def _put_pictures_of_list(application: Application, composition: Composition, list_name: str) -> None:
    """Put the pictures that only readers of this list see where the letter is published, beside those of the others.

    Who has several values in a column may get a letter that `publish` could not know of, with a picture of another
    width.
    """
    variants, publication = composition.variants, composition.publication
    if publication is None or not variants.differ:
        return
    known = set(composition.renditions.files)
    found = contact_preview.values_on_list(
        application.workspace, application.database, list_name, variants.audiences.fields
    )
    for variant, _ in variants.counted(found)[:MOST]:  # a list that gives more is refused
        variants.get(variant)
    if more := {name: path for name, path in composition.renditions.files.items() if name not in known}:
        place = application.site(publication.place).place
        for name, path in more.items():
            place.put(picture_path(name), path.read_bytes())


def for_check(application: Application, composition: Composition) -> Composition:
    """Return the letter with what the web answers to its links."""
    envelope = application.envelope(None, STAFF, composition)
    memory = application.workspace.root / ".cache" / "answers.json"
    return reaching.check(composition, envelope, memory, application.clock())


def row(composition: Composition) -> list[tuple[str, str]]:
    """Return the line of the card that says what answered; none when nothing was asked."""
    if not composition.answers:
        return []
    reached = sum(answer.reach is Reach.REACHED for answer in composition.answers)
    what = "pictures and web version" if composition.publication else "pictures"
    return [("Online", f"{what}: {reached} of {len(composition.answers)} addresses answer")]

"""Which letter a request of the preview asks for: that of a contact, that of a variant, or the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from apes_mailer.campaign import contact_preview
from apes_mailer.campaign.audience import STAFF
from apes_mailer.campaign.compose import Composition
from apes_mailer.campaign.contact_preview import Copy, Reader
from apes_mailer.errors import ContactsError
from apes_mailer.model.variant import Variant
from apes_mailer.render.letter import Letter
from apes_mailer.web.live import Composed

if TYPE_CHECKING:
    from apes_mailer.wiring import Application

PICTURES = "/pictures/"
"""Where the preview has its pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A variant to choose; ``contacts`` is how many of the list get it, None while no list is chosen."""

    variant: Variant
    contacts: int | None
    empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A letter and its weight; ``variant`` is None for the whole letter, ``reader`` when tags are shown as written."""

    letter: Letter
    weight: int
    reader: Reader | None = None
    variant: Variant | None = None

    def copy(self, good: Composed, app: Application) -> Copy:
        """Return what somebody reads."""
        template = self.letter.template
        preheader = good.composition.loaded.issue.preheader or ""
        list_name = self.reader.list_name if self.reader else STAFF
        envelope = good.application.envelope(None, list_name, good.composition)
        if self.reader is None:
            return contact_preview.copy_with_tags(template, preheader, envelope, pictures=PICTURES)
        keyring = app.keyring
        return contact_preview.copy_for(self.reader, template, preheader, envelope, keyring, pictures=PICTURES)


def whole(composition: Composition) -> Shown:
    """Return the letter with every part."""
    return Shown(letter=composition.letter, weight=composition.weight)


def asked(request: Request, composition: Composition, app: Application) -> Shown:
    """Return what a request asks for. Raises ``ContactsError`` when there is no such contact, or nothing for it."""
    variants, reader = composition.variants, _reader(request, app)
    if not variants.differ:
        return Shown(letter=composition.letter, weight=composition.weight, reader=reader)
    name = request.query_params.get("variant", "")
    found = variants.for_contact(reader.values) if reader else variants.named(name)
    if reader and found is None:
        raise ContactsError(
            f"{reader.address} would get an empty letter: every part is for others.",
            hint="Let one part go to everybody, or take this contact off the list.",
        )
    if found is None:
        return whole(composition)
    return Shown(letter=found.letter, weight=found.weight, reader=reader, variant=found.variant)


def choices(request: Request, composition: Composition, app: Application) -> Sequence[Choice]:
    """Return the variants to choose from: those of the list that is chosen, or those that contacts can get.

    Raises ``ContactsError`` when the list cannot be read.
    """
    variants, list_name = composition.variants, request.query_params.get("list", "")
    if not variants.differ:
        return []
    if not list_name:
        return [Choice(variant=each.variant, contacts=None, empty=False) for each in variants.possible()]
    found = contact_preview.values_on_list(app.workspace, app.database, list_name, variants.audiences.fields)
    return [
        Choice(variant=variant, contacts=count, empty=variants.get(variant) is None)
        for variant, count in variants.counted(found)
    ]


def _reader(request: Request, app: Application) -> Reader | None:
    list_name = request.query_params.get("list", "")
    address = request.query_params.get("address", "").strip()
    if not list_name or not address:
        return None
    return contact_preview.find_reader(app.workspace, app.database, list_name, address)

"""From settings to envelopes: who writes, and where the links of a letter lead."""

from __future__ import annotations

from typing import Any

from apes_mailer.campaign.compose import Composition
from apes_mailer.errors import SettingsError
from apes_mailer.model.batch import Envelope
from apes_mailer.providers.base import Provider
from apes_mailer.settings import Settings


def make(
    settings: Settings,
    provider: Provider | None,
    list_name: str,
    composition: Composition | None,
    *,
    subject_mark: str,
) -> Envelope:
    """Return what is the same for every message; without a provider, for looking at a letter here.

    A letter that is published links to its publication and shows the pictures there. Raises ``SettingsError`` when
    readers could not unsubscribe, or could not reach what the letter shows them.
    """
    sender, publication = settings.sender, composition.publication if composition else None
    envelope = Envelope(
        from_address=sender.address,
        from_name=sender.name,
        reply_to=sender.reply_to or "",
        public_url=_public_url(settings, provider),
        list_id=f"<{list_name.lower()}.{sender.address.rpartition('@')[2]}>",
        subject_mark=subject_mark,
        browser_url=publication.url if publication else "",
        published_url=publication.base if publication else "",
        **_unsubscribing(settings),
    )
    if composition and provider and not provider.rehearsal:
        _require_reach(composition, envelope)
    return envelope


def require_way_out(settings: Settings, provider_name: str) -> None:
    """Raise ``SettingsError`` when readers of what leaves through a provider could not unsubscribe."""
    _reached_url(settings, provider_name)
    _unsubscribing(settings)


def _public_url(settings: Settings, provider: Provider | None) -> str:
    if provider is None or provider.rehearsal:
        return settings.pages_url
    return _reached_url(settings, provider.name)


def _reached_url(settings: Settings, provider_name: str) -> str:
    if settings.public_url.startswith("https://"):
        return settings.public_url
    if settings.unsubscribe.by != "page":
        return ""
    raise SettingsError(
        f"{provider_name} needs public_url: the https:// address where readers reach the unsubscribe page and the "
        "pictures.",
        hint="Set public_url in apes-mailer.toml, or APES_MAILER_PUBLIC_URL, to an https:// address at which "
        "`apes-mailer serve` answers. Without a server, let readers unsubscribe through SendGrid or by mail: write "
        'by = "provider" or by = "mail" below [unsubscribe].',
    )


def _unsubscribing(settings: Settings) -> dict[str, Any]:
    """Return how readers unsubscribe as an envelope has it; by the page alone, which is the usual way, is nothing."""
    match settings.unsubscribe.by:
        case "page":
            return {"also_mailto": settings.unsubscribe.mailto or ""}
        case "mail":
            return {"mailto": settings.unsubscribe.mailto or settings.sender.reply_to or settings.sender.address}
        case "provider":
            return _group(settings)


def _group(settings: Settings) -> dict[str, Any]:
    from apes_mailer.providers.sendgrid import UNSUBSCRIBE_LINK

    if not settings.sendgrid.asm_group:
        raise SettingsError(
            "Unsubscribing through the provider needs sendgrid.asm_group, which is not set.",
            hint="Make an unsubscribe group with SendGrid (Suppressions, Unsubscribe Groups), and write its number "
            "into apes-mailer.toml, below [sendgrid]: asm_group = 12345",
        )
    return {"provider_group": settings.sendgrid.asm_group, "provider_link": UNSUBSCRIBE_LINK}


def _require_reach(composition: Composition, envelope: Envelope) -> None:
    """Raise ``SettingsError`` when readers could not load what a letter shows."""
    publication = composition.publication
    if publication and publication.only_here:
        raise SettingsError(
            f"{publication.name} is published at {publication.base}, which only this computer reaches: every reader "
            "would miss its pictures.",
            hint=f"Publish it where they reach it: apes-mailer publish {publication.name}. That takes public_url, or a "
            "folder or a bucket of [publish].",
        )
    if envelope.published_url or envelope.public_url or not composition.renditions.files:
        return
    names = sorted({place.file for place in composition.letter.places})
    raise SettingsError(
        f"Readers could not load the pictures of {composition.name}: {', '.join(names)}. Without public_url they have "
        "to be published elsewhere.",
        hint="Name a folder or a bucket below [publish] in apes-mailer.toml, then: apes-mailer publish "
        f"{composition.name}. Or take the pictures out of the letter.",
    )

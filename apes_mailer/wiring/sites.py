"""From settings to the place where web versions go, and what is said there."""

from __future__ import annotations

from apes_mailer.campaign.publish import Site
from apes_mailer.errors import SettingsError
from apes_mailer.model.publication import PlaceName
from apes_mailer.places.base import Place
from apes_mailer.places.folder import Folder
from apes_mailer.places.s3 import S3, Bucket
from apes_mailer.render.archive import SignUp
from apes_mailer.settings import Settings
from apes_mailer.workspace import Workspace


def site(workspace: Workspace, settings: Settings, place_name: PlaceName | None) -> Site:
    """Return where web versions go, and what is said there; the place is by default that of the settings.

    Raises ``SettingsError`` when the settings lack what it needs.
    """
    publish, sender = settings.publish, settings.sender
    place_name = place_name or publish.to
    return Site(
        place=_place(workspace, settings, place_name),
        place_name=place_name,
        base=_url(settings, place_name),
        title=sender.letter or sender.name,
        sender=sender.name,
        tagline=sender.tagline or "",
        website=sender.website or "",
        language=publish.language,
        noindex=publish.noindex,
        sign_ups=_sign_ups(settings, place_name),
    )


def _sign_ups(settings: Settings, place_name: PlaceName) -> list[SignUp]:
    """Return where readers sign up; nowhere while readers elsewhere could not reach the pages."""
    if place_name != "serve" and not settings.public_url:
        return []
    base = settings.pages_url
    open_to_all = ((name, each.title) for name, each in settings.lists.items() if each.signup)
    return [SignUp(title=title, url=f"{base}/signup/{name}") for name, title in open_to_all if title]


def _place(workspace: Workspace, settings: Settings, name: PlaceName) -> Place:
    match name:
        case "serve":
            return Folder(workspace.published)
        case "folder":
            folder = settings.publish.folder
            _require("folder", folder, "publish.folder", 'folder = "site"')
            return Folder(workspace.root / folder)
        case "s3":
            return S3(_bucket(settings))


def _bucket(settings: Settings) -> Bucket:
    publish = settings.publish
    _require("s3", publish.bucket, "publish.bucket", 'bucket = "lettres"')
    key_id = settings.aws_access_key_id.get_secret_value()
    secret_key = settings.aws_secret_access_key.get_secret_value()
    if not key_id or not secret_key:
        raise SettingsError(
            "Publishing to a bucket needs a key, and AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set.",
            hint="Make a key where you rent the bucket, and set both variables.",
        )
    return Bucket(
        name=publish.bucket,
        prefix=publish.prefix,
        endpoint_url=publish.endpoint_url or "",
        region=publish.region,
        key_id=key_id,
        secret_key=secret_key,
    )


def _url(settings: Settings, place: PlaceName) -> str:
    if place == "serve":
        return settings.pages_url
    _require(place, settings.publish.url, "publish.url", 'url = "https://lettres.example.org"')
    return settings.publish.url


def _require(place: PlaceName, value: str, setting: str, example: str) -> None:
    if not value:
        raise SettingsError(
            f"Publishing to {place} needs {setting}, which is not set.",
            hint=f"Write it into apes-mailer.toml, below [publish]: {example}",
        )

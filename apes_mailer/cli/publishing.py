"""Commands that publish: publish, unpublish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apes_mailer.cli import output
from apes_mailer.cli.context import CampaignName, Json, application_of
from apes_mailer.model.publication import PlaceName

if TYPE_CHECKING:
    from apes_mailer.campaign.compose import Composition
    from apes_mailer.campaign.publish import Published


def publish(
    context: typer.Context,
    name: CampaignName,
    to: Annotated[
        PlaceName | None,
        typer.Option(metavar="PLACE", help="serve, folder or s3; by default the one of the settings."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Put the letter on the web, for everybody to read.

    Puts its pictures and its web version, and lists it in the archive and the feed. From then on the letter links to
    its web version. Publishing again puts what has changed.
    """
    from apes_mailer.campaign import compose
    from apes_mailer.campaign import publish as publishing

    application = application_of(context)
    site = application.site(to)
    composition = application.compose(name)
    letter = compose.for_web(application.workspace, composition, application.settings.sender.identity())
    done = publishing.publish(application.workspace, composition, letter, site, application.clock())
    _report(composition, done)
    if json:
        publication = done.publication
        output.emit(
            {
                "campaign": name,
                "place": publication.place,
                "url": publication.url,
                "archive": f"{publication.base}/",
                "changed": done.changed,
            }
        )


def _report(composition: Composition, done: Published) -> None:
    publication = done.publication
    put = f"{output.plural(len(done.changed), 'file')} put" if done.changed else "nothing has changed"
    output.say(f"{publication.name} is published: {publication.url} ({put}).")
    if done.left_at:
        output.say(f"Where it was published before, it stays: look at {done.left_at}, and delete it there.")
    for tag in done.unsaid:
        output.say(f"{tag} says nothing on the web: give it words to fall back on, {tag.removesuffix('>>')}|…>>.")
    errors = len(composition.errors())
    if errors:
        output.say(f"It has {output.plural(errors, 'error')}, and cannot be sent: apes-mailer check {publication.name}")
    if publication.only_here:
        output.say("Only this computer reaches it: before you send, set public_url, and publish it again.")
    elif publication.place == "serve":
        output.say("Readers get it where `apes-mailer serve` runs.")
    elif publication.place == "folder":
        output.say(f"Readers get it once the folder is at {publication.base}.")


def unpublish(context: typer.Context, name: CampaignName, *, json: Json = False) -> None:
    """Take the web version of a letter down.

    Its pictures stay, because letters already sent show them.
    """
    from apes_mailer.campaign import publications
    from apes_mailer.campaign import publish as publishing

    application = application_of(context)
    register = publications.load(application.workspace)
    site = application.site(publishing.require(register, name).place)
    taken, was_there = publishing.unpublish(application.workspace, name, site, application.clock())
    if was_there:
        output.say(
            f"{name} is published no more. In letters that were sent with a link to {taken.url}, it leads nowhere now."
        )
    else:
        output.say(
            f"{name} is listed no more, and its page was not where the settings publish to now. If they named another "
            f"place when it was published, readers may still find it: look at {taken.url}, and delete it there."
        )
    if json:
        output.emit({"campaign": name, "place": taken.place, "url": taken.url, "removed": was_there})

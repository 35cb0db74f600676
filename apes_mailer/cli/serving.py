"""``serve``, and the form by which people of other sites come to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from apes_mailer.cli import output
from apes_mailer.cli.context import application_of
from apes_mailer.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from apes_mailer.web.site import PublicList


def serve(
    context: typer.Context,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="HOST", help="The address to listen on; by default serve.host of the settings, 127.0.0.1."
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="PORT", help="The port to listen on; by default serve.port of the settings, 8025. 0: any free one."
        ),
    ] = None,
) -> None:
    """Serve what letters link to; take sign-ups and reports.

    It belongs behind a web server with https, never alone on the net.
    """
    from apes_mailer.web import public

    application = application_of(context)
    settings = application.settings.serve
    public.run(application, host=host or settings.host, port=settings.port if port is None else port)


def signup_form(
    context: typer.Context,
    list_name: Annotated[str, typer.Option("--list", metavar="LIST", help="The list to sign up for.")],
    language: Annotated[
        str, typer.Option(metavar="fr|en", help="The language of the form, and of what answers it.")
    ] = "fr",
) -> None:
    """Print a sign-up form for a page of your own site."""
    from apes_mailer.web import signup_form
    from apes_mailer.web.site import public_lists
    from apes_mailer.web.words import LANGUAGES

    application = application_of(context)
    if language not in LANGUAGES:
        raise UsageError(f"There are no words in {language}.", hint=f"Languages: {', '.join(LANGUAGES)}.")
    lists = public_lists(application)
    found = next((each for each in lists if each.open and each.name == list_name), None)
    if found is None:
        raise _closed(list_name, lists)
    if not application.settings.public_url:
        raise SettingsError(
            "A form needs public_url, the address at which `apes-mailer serve` answers, and it is not set.",
            hint='Write public_url = "https://…" at the top of apes-mailer.toml.',
        )
    output.show(signup_form.html(found, application.settings.public_url, LANGUAGES[language]))


def _closed(name: str, lists: Sequence[PublicList]) -> SettingsError:
    """Return what is said of a list that nobody can sign up for: it has all but the word, or may be another one."""
    from apes_mailer.workspace.names import did_you_mean

    message = f'Nobody can sign up for "{name}" yet.'
    if any(each.name == name for each in lists):
        return SettingsError(message, hint=f"Write below [lists.{name}] in apes-mailer.toml: signup = true")
    meant = did_you_mean(name, [each.name for each in lists if each.open])
    section = f'Write into apes-mailer.toml: [lists.{name}] and below it title = "…" and signup = true'
    return SettingsError(message, hint=f"{meant}{section}")

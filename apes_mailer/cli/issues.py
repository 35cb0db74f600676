"""Commands around an issue: init, new, check, build, preview, schema, serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apes_mailer.cli import output
from apes_mailer.cli.context import CampaignName, Json, application_of
from apes_mailer.errors import CheckFailedError
from apes_mailer.model.finding import Severity


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty folder.")],
) -> None:
    """Make a workspace: settings, a first issue, a list of colleagues."""
    from apes_mailer.campaign import starter

    workspace = starter.init(folder)
    name = starter.STARTER_NAME
    output.say(f"{workspace.root} is ready.")
    output.say(f"  1. Write your name and address into {workspace.settings_file.name}.")
    output.say(f"  2. Write your letter: campaigns/{name}/issue.yaml, and see it with: apes-mailer preview {name}")
    output.say(f"  3. Send it to your colleagues in contacts/staff.csv: apes-mailer test {name}")


def new(
    context: typer.Context,
    name: CampaignName,
    source: Annotated[str | None, typer.Option("--from", metavar="OTHER", help="Start from an earlier issue.")] = None,
) -> None:
    """Make a new issue."""
    from apes_mailer.campaign import starter

    workspace = application_of(context).workspace
    path = starter.new_issue(workspace, name, source=source)
    output.say(f"{workspace.shown(path)} is ready. See it with: apes-mailer preview {name}")


def schema(context: typer.Context) -> None:  # noqa: ARG001 - needs no workspace
    """Print the JSON Schema of issue.yaml, for editors."""
    from apes_mailer.model.issue import json_schema

    output.emit(json_schema())


def check(
    context: typer.Context,
    name: CampaignName,
    to: Annotated[str | None, typer.Option(metavar="LIST", help="Check the merge tags against this list too.")] = None,
    *,
    json: Json = False,
) -> None:
    """Check a letter; errors stop a send."""
    from apes_mailer.campaign import compose
    from apes_mailer.cli import orders

    application = application_of(context)
    composition = application.compose(name)
    if json:
        output.emit(
            {
                "campaign": name,
                "findings": [
                    {
                        "rule": finding.rule,
                        "severity": finding.severity,
                        "field": finding.field,
                        "line": composition.loaded.line(finding.field) if finding.field else None,
                        "message": finding.message,
                        "cure": finding.cure,
                    }
                    for finding in composition.findings
                ],
            }
        )
    else:
        for problem in compose.problems(composition, composition.findings):
            output.say(f"{problem}")
    errors = composition.errors()
    if errors:
        raise CheckFailedError(f"{output.plural(len(errors), 'error')} found: this letter cannot be sent.", [])
    if to is not None:
        orders.survey(application, composition, to)
    warnings = sum(finding.severity is Severity.WARNING for finding in composition.findings)
    weight = f"{composition.weight / 1000:.1f} kB of HTML"
    output.say(f"{name}: no error, {output.plural(warnings, 'warning')}, {weight}.")


def build(
    context: typer.Context,
    name: CampaignName,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to.")],
) -> None:
    """Write the letter as MJML, HTML, plain text and .eml."""
    from apes_mailer.campaign import build as building
    from apes_mailer.campaign.audience import STAFF

    application = application_of(context)
    envelope = application.envelope(None, STAFF)
    for path in building.build(application.compose(name), envelope, out):
        output.say(f"{path} ({path.stat().st_size / 1000:.1f} kB)")


def preview(
    context: typer.Context,
    name: CampaignName,
    port: Annotated[int, typer.Option(help="0: any free port.")] = 8026,
    *,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
) -> None:
    """Show the letter in the browser, and again at each change."""
    from apes_mailer.web import preview as previewing

    previewing.run(application_of(context), name, port=port, open_browser=browser)


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0: any free one.")] = None,
) -> None:
    """Serve what readers need: the unsubscribe page and the pictures."""
    from apes_mailer.web import public

    application = application_of(context)
    settings = application.settings.serve
    public.run(application, host=host or settings.host, port=settings.port if port is None else port)


def themes(
    context: typer.Context,
    *,
    json: Json = False,
) -> None:
    """List the themes."""
    names = application_of(context).workspace.theme_names()
    if json:
        output.emit(names)
    else:
        output.show("\n".join(names))


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (init, new, check, build, preview, schema, serve, themes):
        app.command()(command)

"""What every command starts from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from apes_mailer.wiring import Application

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output.")]
CampaignName = Annotated[str, typer.Argument(metavar="NAME", help="The campaign: the name of a folder of campaigns/.")]
Confirm = Annotated[
    str | None,
    typer.Option(metavar="NAME:COUNT", help="For scripts: confirms the campaign and its number of recipients."),
]

Where = Annotated[
    str | None,
    typer.Option(metavar="SEGMENT", help='Only these contacts of the list, say "territoire = Aisne and tag:adherent".'),
]


@dataclass
class Context:
    """The folder a command works in."""

    folder: Path

    @cached_property
    def application(self) -> Application:
        """The live objects of the workspace. Raises ``UsageError`` when the folder is in none."""
        from apes_mailer.wiring import application

        return application(self.folder)


def application_of(context: typer.Context) -> Application:
    """Return the application of a command."""
    found: Context = context.find_object(Context) or Context(folder=Path.cwd())
    return found.application

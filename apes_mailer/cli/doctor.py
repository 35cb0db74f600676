"""The command ``doctor``: whether letters can leave this workspace, and whether they may."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apes_mailer.cli import output
from apes_mailer.cli.context import Json, application_of
from apes_mailer.errors import ApesMailerError, SettingsError

if TYPE_CHECKING:
    from apes_mailer.doctor import ListState, Report


def doctor(
    context: typer.Context,
    to: Annotated[
        str | None, typer.Option(metavar="LIST", help="Look at this list only, as before a send to it.")
    ] = None,
    *,
    online: Annotated[
        bool,
        typer.Option("--online", help="Ask the provider and the public address too, at most 10 seconds each time."),
    ] = False,
    json: Json = False,
) -> None:
    """Say whether letters can leave here, and whether they may.

    It looks at settings, secret, database, provider and lists, and names the cure of what is wrong. Nothing is sent,
    and nothing changes of what it looks at.
    """
    from apes_mailer import doctor as examining
    from apes_mailer.doctor import Grade

    try:
        report = examining.examine(application_of(context), list_name=to, online=online)
    except SettingsError as error:
        if json:
            output.emit(_unreadable(error))
        raise
    errors, warnings = report.number(Grade.ERROR), report.number(Grade.WARNING)
    if json:
        output.emit(_as_json(report, online=online))
    else:
        for each in report.diagnoses:
            output.show(str(each))
    found = f"{output.plural(errors, 'error')}, {output.plural(warnings, 'warning')}"
    if errors:
        raise ApesMailerError(f"{found}: this workspace is not ready to send.")
    output.say(f"{found}.")


def _as_json(report: Report, *, online: bool) -> dict[str, Any]:
    from apes_mailer.doctor import Grade

    return {
        "ready": not report.number(Grade.ERROR),
        "online": online,
        "diagnoses": [asdict(each) for each in report.diagnoses],
        "lists": [_list_json(each) for each in report.lists],
    }


def _list_json(state: ListState) -> dict[str, Any]:
    counted = state.counted
    return {
        "list": state.list,
        "kept": state.kept,
        "policy": state.policy,
        **asdict(counted.census),
        "stale": counted.stale,
        "unusable": counted.rows.unusable,
    }


def _unreadable(error: SettingsError) -> dict[str, Any]:
    """Return what there is to say when the settings cannot be read."""
    from apes_mailer.doctor import Diagnosis, Grade

    told = Diagnosis(part="settings", grade=Grade.ERROR, message=error.message, cure=error.hint)
    return {"ready": False, "online": False, "diagnoses": [asdict(told)], "lists": []}

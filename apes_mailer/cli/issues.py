"""Commands around an issue: init, new, schema, check, build, preview, themes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apes_mailer.cli import list_rows, output
from apes_mailer.cli.context import CampaignName, Json, Where, application_of
from apes_mailer.errors import CheckFailedError, IssueError, Problem, ThemeError, UsageError
from apes_mailer.model.finding import Finding, Severity

if TYPE_CHECKING:
    from apes_mailer.campaign.compose import Composition
    from apes_mailer.wiring import Application


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty folder.")],
) -> None:
    """Make a workspace: settings, an issue, a list of colleagues."""
    from apes_mailer.campaign import starter

    workspace = starter.init(folder)
    name = starter.STARTER_NAME
    output.say(f"{workspace.root} is ready. Go there: cd {_quoted(folder)}")
    output.say(f"  1. Write your name and address into {workspace.settings_file.name}.")
    output.say(f"  2. Write your letter: campaigns/{name}/issue.yaml, and see it with: apes-mailer preview {name}")
    output.say(f"  3. Send it to your colleagues in contacts/staff.csv: apes-mailer test {name}")


def _quoted(folder: Path) -> str:
    """Return a folder as it is typed in the shells of all systems."""
    return f'"{folder}"' if any(map(str.isspace, str(folder))) else str(folder)


def new(
    context: typer.Context,
    name: CampaignName,
    source: Annotated[
        str | None, typer.Option("--from", metavar="OTHER", help="Copy text and pictures of an earlier issue.")
    ] = None,
    corrected: Annotated[
        str | None,
        typer.Option("--correction-of", metavar="OTHER", help="Copy a letter that went out, for those who got it."),
    ] = None,
) -> None:
    """Make a new issue, from the starter or from an earlier one."""
    from apes_mailer.campaign import starter

    if source and corrected:
        raise UsageError("--from and --correction-of exclude each other.", hint="Choose one of them.")
    application = application_of(context)
    workspace = application.workspace
    if corrected:
        source, path = corrected, _correction(application, name, corrected)
    else:
        path = starter.new_issue(workspace, name, source=source)
    output.say(f"{workspace.shown(path)} is ready. See it with: apes-mailer preview {name}")
    same = starter.still_to_change(workspace, path) if source else []
    if same:
        output.say(f"It still says what {source} says; change at least:")
    for line in same:
        output.say(f"  {line}")


def _correction(application: Application, name: str, corrected: str) -> Path:
    from apes_mailer.campaign import correction

    path = correction.new(application.workspace, application.database, name, corrected)
    output.say(f"It will go to those who got {corrected}, and to nobody else: apes-mailer send {name}")
    return path


def schema(context: typer.Context) -> None:  # noqa: ARG001 - needs no workspace
    """Print the JSON Schema of issue.yaml, for editors."""
    from apes_mailer.model.issue import json_schema

    output.emit(json_schema())


def check(
    context: typer.Context,
    name: CampaignName,
    to: Annotated[str | None, typer.Option(metavar="LIST", help="Check the merge tags against this list too.")] = None,
    where: Where = None,
    *,
    online: Annotated[bool, typer.Option("--online", help="Ask for the links on the web too.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Ask SpamAssassin and the W3C's vnu too, where they are installed.")
    ] = False,
    json: Json = False,
) -> None:
    """Check a letter; errors stop a send."""
    if where and not to:
        raise UsageError("--where needs a list.", hint="Name it: --to LIST")
    application = application_of(context)
    try:
        composition = application.compose(name, for_provider=True)
    except (IssueError, ThemeError) as error:
        if json:
            rule = "theme" if isinstance(error, ThemeError) else "issue"
            output.emit({"campaign": name, "findings": output.problems_json(rule, Severity.ERROR, error.problems)})
        raise
    composition = _online(application, composition) if online else composition
    blocking = len(composition.errors())
    composition = _deep(application, composition) if deep else composition
    unfilled, unheard = _against(application, composition, to, where) if to else ([], [])
    rows = list_rows.problems(application, to) if to else []
    if json:
        found = [
            *(_finding_json(composition, each) for each in composition.findings),
            *output.problems_json("merge-tag-unfilled", Severity.ERROR, map(_placed, unfilled)),
            *output.problems_json("merge-tag-unheard", Severity.WARNING, unheard),
            *output.problems_json("list-row", Severity.WARNING, rows),
        ]
        output.emit({"campaign": name, "findings": found})
    else:
        for problem in _listed(composition, unfilled, unheard, rows):
            output.say(f"{problem}")
    blocking += len(unfilled)
    if blocking:
        raise CheckFailedError(f"{output.plural(blocking, 'error')} found: this letter cannot be sent{_to(to)}.", [])
    if others := len(composition.errors()):
        raise CheckFailedError(f"{output.plural(others, 'error')} found by programs that `send` does not ask.", [])
    warnings = len(unheard) + len(rows) + sum(finding.severity is Severity.WARNING for finding in composition.findings)
    weight = f"{composition.weight / 1000:.1f} kB of HTML"
    output.say(f"{name}: no error, {output.plural(warnings, 'warning')}, {weight}.")


def _listed(
    composition: Composition, unfilled: list[Problem], unheard: list[Problem], rows: list[Problem]
) -> Iterator[Problem]:
    """Yield everything that was found in the order of the lines, those of the list last, with how grave it is."""
    from apes_mailer.campaign import compose
    from apes_mailer.check import catalogue

    found = [
        *((finding.severity, compose.problem(composition, finding)) for finding in composition.findings),
        *((Severity.ERROR, problem) for problem in unfilled),
        *((Severity.WARNING, problem) for problem in unheard),
    ]
    of_rows = [(Severity.WARNING, problem) for problem in rows]
    for severity, problem in [*sorted(found, key=lambda each: each[1].line or 0), *of_rows]:
        yield replace(problem, message=catalogue.headed(severity, problem.message, composition.language))


def _online(application: Application, composition: Composition) -> Composition:
    from apes_mailer.cli import reaching

    return reaching.for_check(application, composition)


def _deep(application: Application, composition: Composition) -> Composition:
    from apes_mailer.campaign import deepening
    from apes_mailer.campaign.audience import STAFF

    return deepening.check(
        composition,
        application.envelope(None, STAFF, composition),
        today=application.today(),
    )


def _to(list_name: str | None) -> str:
    return f' to the list "{list_name}"' if list_name else ""


def _against(
    application: Application, composition: Composition, list_name: str, where: str | None
) -> tuple[list[Problem], list[Problem]]:
    """Return the merge tags that a list cannot fill, and those of which nobody on it has anything.

    Raises ``ContactsError`` when it gives no recipient at all.
    """
    from apes_mailer.campaign import compose
    from apes_mailer.cli import cards, orders

    try:
        surveyed = orders.survey(application, composition, list_name, where)
    except CheckFailedError as error:
        return error.problems, []
    return [], [compose.problem(composition, finding) for finding in cards.unheard(surveyed)]


def _placed(problem: Problem) -> Problem:
    """Leave the file open when the tag is not in the issue, but in the theme or the settings."""
    return problem if problem.field else replace(problem, file="")


def _finding_json(composition: Composition, finding: Finding) -> dict[str, Any]:
    from apes_mailer.campaign import compose

    told = compose.problem(composition, finding)
    return output.problem_json(finding.rule, finding.severity, told, finding.variants)


def build(
    context: typer.Context,
    name: CampaignName,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to; made if need be.")],
    *,
    json: Json = False,
) -> None:
    """Write the letter as MJML, HTML, plain text and .eml."""
    from apes_mailer.campaign import build as building
    from apes_mailer.campaign.audience import STAFF

    application = application_of(context)
    composition = application.compose(name)
    envelope = application.envelope(None, STAFF, composition)
    paths = building.build(composition, envelope, out)
    for path in paths:
        output.say(f"{path} ({path.stat().st_size / 1000:.1f} kB)")
    if json:
        pictures = [out / "images" / picture for picture in composition.letter.template.pictures()]
        files = [{"path": str(path), "bytes": path.stat().st_size} for path in [*paths, *pictures]]
        output.emit({"campaign": name, "files": files})


def preview(
    context: typer.Context,
    name: CampaignName,
    port: Annotated[
        int, typer.Option(metavar="PORT", help="The port to listen on; 8026 by default, 0: any free one.")
    ] = 8026,
    *,
    browser: Annotated[bool, typer.Option(help="Open the browser, as by default, or only print the address.")] = True,
) -> None:
    """Show the letter in the browser, and again at each change."""
    from apes_mailer.web import preview as previewing

    previewing.run(application_of(context), name, port=port, open_browser=browser)


def themes(
    context: typer.Context,
    *,
    json: Json = False,
) -> None:
    """List the themes that an issue can name."""
    from apes_mailer.workspace import bundled

    names = application_of(context).workspace.theme_names()
    if json:
        output.emit(names)
    else:
        output.show("\n".join(names))
        output.say(f"Those that come with the program are in {bundled('templates')}, yours are in templates/.")

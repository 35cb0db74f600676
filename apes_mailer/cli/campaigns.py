"""Commands that look after a campaign: status, pause, resolve, why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apes_mailer.cli import answers, output, standings, typed
from apes_mailer.cli.context import CampaignName, Confirm, Json, application_of

if TYPE_CHECKING:
    from apes_mailer.ledger.status import Status
    from apes_mailer.wiring import Application

_MOST_SHOWN = 5  # rehearsals on a screen, the newest


def status_of(application: Application, name: str) -> Status:
    """Return where a campaign stands. Raises ``UsageError`` when neither a folder nor the ledger knows the name."""
    from apes_mailer.campaign import overview

    application.workspace.check_campaign_name(name)
    found = overview.of_campaign(application.database, name)
    if found.kind is None and not overview.rehearsals(application.database, name):
        application.workspace.campaign(name)
    return found


def status(context: typer.Context, name: CampaignName, *, json: Json = False) -> None:
    """Say where a campaign stands, and what to do next."""
    from apes_mailer.campaign import overview

    application = application_of(context)
    found = status_of(application, name)
    rehearsals = overview.rehearsals(application.database, name)
    feedback = overview.feedback(application.database, name)
    with application.database.read() as connection:
        doubt = application.instance.doubt(connection)
        lost = found.kind is None and name in application.instance.touched_since(connection)
    if doubt:
        doubt += " The next command that sends will put in doubt what was pending."
    if lost:
        doubt = f"{name} was handed to a provider from this computer, and this database does not know of it. {doubt}"
        doubt = f"{doubt.rstrip()} Bring the newer database back; {name} is not prepared a second time."
    if json:
        each = [output.plain(rehearsal) for rehearsal in rehearsals]
        output.emit({**output.plain(found), "rehearsals": each, "feedback": feedback, "doubt": doubt})
        return
    output.show(standings.status_text(found))
    for line in answers.feedback_lines(feedback):
        output.show(line)
    if len(rehearsals) > _MOST_SHOWN:
        output.show(f"  {output.plural(len(rehearsals) - _MOST_SHOWN, 'rehearsal')} before these: --json tells of all")
    for rehearsal in rehearsals[-_MOST_SHOWN:]:
        output.show(f"  {standings.rehearsal_text(rehearsal)}")
    if doubt:
        output.show(f"  Attention: {doubt}")


def pause(context: typer.Context, name: CampaignName, *, json: Json = False) -> None:
    """Stop a campaign that is being sent in another window.

    The batches on their way are finished first. Continue with resume.
    """
    from apes_mailer.campaign import dispatch
    from apes_mailer.cli import orders

    application = application_of(context)
    found = status_of(application, name)
    if found.kind is None or found.pending or found.submitting:
        found = dispatch.pause(application.records, name, actor=orders.actor())
    if json:
        output.emit(output.plain(found))
    else:
        output.show(standings.status_text(found))


def resolve(
    context: typer.Context,
    name: CampaignName,
    batch: Annotated[int, typer.Argument(metavar="BATCH", help="The number of the batch, as status shows it.")],
    outcome: Annotated[
        Literal["submitted", "pending"],
        typer.Option(
            "--as", metavar="STATE", help="submitted: the provider took it; pending: it never did, send it again."
        ),
    ],
    confirm: Confirm = None,
    *,
    json: Json = False,
) -> None:
    """Say what became of a batch in doubt.

    Look it up with the provider first: nobody else knows. A batch that goes again is confirmed with its number.
    """
    from apes_mailer.campaign import dispatch
    from apes_mailer.cli import orders

    application = application_of(context)
    expected = orders.typed_count(confirm, name)
    if status_of(application, name).kind is not None:
        dispatch.face_doubts(application.records, name, actor=orders.actor())
    batches = status_of(application, name).batches
    _require_doubt(name, batch, [each.no for each in batches if each.state == "unknown"])
    if outcome == "pending" and expected is None:
        size = next((each.recipients for each in batches if each.no == batch), 0)
        output.say(f"Batch {batch}: {output.plural(size, 'recipient')} who may already have the letter.")
        expected = orders.ask_count(name, size, "let this batch go again")
    found = dispatch.resolve(application.records, name, batch, to=outcome, expected=expected, actor=orders.actor())
    if json:
        output.emit(output.plain(found))
    else:
        output.show(standings.status_text(found))


def _require_doubt(name: str, batch: int, doubtful: list[int]) -> None:
    from apes_mailer.errors import UsageError

    if batch not in doubtful:
        known = ", ".join(map(str, doubtful)) or "none"
        raise UsageError(f"Batch {batch} is not in doubt.", hint=f"Batches of {name} in doubt: {known}.")


def why(
    context: typer.Context,
    name: CampaignName,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The email address that is asked about.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the message as it was frozen to a new file, say ana.eml.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Say whether an address got the letter, and if not, why."""
    from apes_mailer.campaign import why as asking
    from apes_mailer.errors import UsageError

    application = application_of(context)
    known = typed.address(address)
    if out is not None:
        typed.refuse_existing(out)
    status_of(application, name)
    found = asking.why(application.database, application.keyring, name, known, at=application.clock())
    if out is not None:
        if found.message is None:
            raise UsageError(
                f"There is no message of {name} for {known}.",
                hint=f"Why not is said by: apes-mailer why {name} {known}",
            )
        out.write_bytes(found.message)
        output.say(f"{out} is the message as it was frozen.")
    if json:
        output.emit(answers.why_json(found))
    else:
        output.show(answers.why_text(found))

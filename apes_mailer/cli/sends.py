"""Commands that send, and that look after what was sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apes_mailer.cli import output, typed
from apes_mailer.cli.context import CampaignName, Json, application_of
from apes_mailer.cli.help import SENDING, Command

if TYPE_CHECKING:
    from apes_mailer.campaign.dispatch import Dispatched
    from apes_mailer.campaign.order import Order
    from apes_mailer.ledger.status import Status
    from apes_mailer.wiring import Application

ProviderName = Annotated[
    str | None,
    typer.Option(metavar="P", callback=typed.provider, help="outbox or sendgrid; by default the one of the settings."),
]
Confirm = Annotated[
    str | None,
    typer.Option(metavar="NAME:COUNT", help="For scripts: confirms the campaign and its number of recipients."),
]


def send_test(
    context: typer.Context,
    name: CampaignName,
    to: Annotated[str, typer.Option(metavar="LIST", help="Who gets the test; staff by default.")] = "staff",
    provider: ProviderName = None,
    confirm: Confirm = None,
    *,
    json: Json = False,
) -> None:
    """Send the letter to colleagues; never counts as sent.

    The subject begins with [TEST]. Another list than staff, or more than 25 recipients, is confirmed as in a send.
    """
    from apes_mailer.campaign import compose
    from apes_mailer.campaign.order import Purpose
    from apes_mailer.cli import orders

    application = application_of(context)
    live = application.provider(provider)
    expected = orders.typed_count(confirm, name)
    composition = application.compose(name)
    compose.require_sound(composition)
    asked = orders.order(application, composition, live, to, Purpose.TEST)
    if expected is None:
        surveyed = orders.survey_of(application, asked)
        if asked.needs_count(surveyed.recipients):
            output.say(orders.card(application, asked, surveyed))
            expected = orders.ask_count(name, surveyed.recipients, "send this test")
    _dispatch(application, asked, expected, json=json)


def send(
    context: typer.Context,
    name: CampaignName,
    to: Annotated[str, typer.Option(metavar="LIST", help="The list that gets the letter.")],
    provider: ProviderName = None,
    confirm: Confirm = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the card and the numbers; prepare and send nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Send the letter to a list, once its number is confirmed.

    A person at a terminal is shown a card and types the number of recipients; a script says it with --confirm. Through
    the outbox a send is a rehearsal.
    """
    from apes_mailer.campaign import compose
    from apes_mailer.campaign.order import Purpose
    from apes_mailer.cli import orders

    application = application_of(context)
    live = application.provider(provider)
    expected = orders.typed_count(confirm, name)
    composition = application.compose(name)
    compose.require_sound(composition)
    asked = orders.order(application, composition, live, to, Purpose.SEND)
    if expected is None or dry_run:
        surveyed = orders.survey_of(application, asked)
        output.say(orders.card(application, asked, surveyed))
        if dry_run:
            if json:
                output.emit(output.survey_json(name, surveyed))
            output.say("\nA dry run: nothing was prepared, nothing was sent.")
            return
        expected = orders.ask_count(name, surveyed.recipients, f'send "{name}"')
    _dispatch(application, asked, expected, json=json, with_card=confirm is not None)


def _dispatch(
    application: Application, asked: Order, expected: int | None, *, json: bool, with_card: bool = False
) -> None:
    from apes_mailer.campaign import dispatch
    from apes_mailer.cli import orders

    signals = orders.Signals()
    follower = orders.Follower(
        signals,
        lambda frozen: output.say(orders.card(application, asked, frozen)) if with_card else None,
    )
    with signals.handled():
        done = dispatch.send(
            application.surroundings(asked.provider), application.workspace, asked, follower.watch(), expected=expected
        )
    follower.finish(done.status)
    _report(application, done, json=json)


def _report(application: Application, done: Dispatched, *, json: bool) -> None:
    from apes_mailer.cli import orders
    from apes_mailer.ledger.states import CampaignState, Kind

    ended = done.status
    if json:
        output.emit({**output.status_json(ended), "run": done.run})
    elif ended.kind is Kind.SEND:
        # Why it is not finished, and how to go on, is the error that follows.
        output.say(output.status_text(ended, only_numbers=ended.state is not CampaignState.FINISHED))
    else:
        output.say(output.rehearsed_text(ended))
    if ended.provider == "outbox":
        index = application.workspace.outbox / ended.campaign / done.run / "index.html"
        output.say(f"Look at them in your browser: {index}")
    orders.conclude(done)


def resume(
    context: typer.Context,
    name: CampaignName,
    provider: Annotated[
        str | None,
        typer.Option(metavar="P", callback=typed.provider, help="The campaign's own, which is the default."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Continue a campaign that was paused or interrupted.

    What goes out is the letter and the recipients as they were frozen; what is in doubt is not sent again.
    """
    from apes_mailer.campaign import dispatch
    from apes_mailer.cli import orders

    application = application_of(context)
    before = _status_of(application, name)
    live = application.provider(provider or before.provider or "outbox")
    signals = orders.Signals()
    follower = orders.Follower(signals, lambda _frozen: None, before=before)
    with signals.handled():
        done = dispatch.resume(application.surroundings(live), application.workspace, name, follower.watch())
    follower.finish(done.status)
    _report(application, done, json=json)


def _status_of(application: Application, name: str) -> Status:
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
    found = _status_of(application, name)
    rehearsals = overview.rehearsals(application.database, name)
    with application.database.read() as connection:
        doubt = application.instance.doubt(connection)
    if json:
        each = [output.rehearsal_json(rehearsal) for rehearsal in rehearsals]
        output.emit({**output.status_json(found), "rehearsals": each, "doubt": doubt})
        return
    output.show(output.status_text(found))
    for rehearsal in rehearsals[-5:]:
        output.show(f"  {output.rehearsal_text(rehearsal)}")
    if doubt:
        output.show(f"  Attention: {doubt} The next command that sends will put in doubt what was pending.")


def pause(context: typer.Context, name: CampaignName, *, json: Json = False) -> None:
    """Stop a campaign that is being sent in another window.

    The batches on their way are finished first. Continue with resume.
    """
    from apes_mailer.campaign import dispatch
    from apes_mailer.cli import orders

    application = application_of(context)
    found = _status_of(application, name)
    if found.kind is None or found.pending or found.submitting:
        found = dispatch.pause(application.records, name, actor=orders.actor())
    if json:
        output.emit(output.status_json(found))
    else:
        output.show(output.status_text(found))


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
    batches = _status_of(application, name).batches
    _require_doubt(application, name, batch, [each.no for each in batches if each.state == "unknown"])
    if outcome == "pending" and expected is None:
        size = next((each.recipients for each in batches if each.no == batch), 0)
        output.say(f"Batch {batch}: {output.plural(size, 'recipient')} who may already have the letter.")
        expected = orders.ask_count(name, size, "let this batch go again")
    found = dispatch.resolve(application.records, name, batch, to=outcome, expected=expected, actor=orders.actor())
    if json:
        output.emit(output.status_json(found))
    else:
        output.show(output.status_text(found))


def _require_doubt(application: Application, name: str, batch: int, doubtful: list[int]) -> None:
    from apes_mailer.errors import UsageError

    with application.database.read() as connection:
        copied = bool(application.instance.doubt(connection))
    # In a copy, what is pending will be in doubt as soon as the command goes on.
    if batch not in doubtful and not copied:
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
    _status_of(application, name)
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
        output.emit(output.why_json(found))
    else:
        output.show(output.why_text(found))


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("test", cls=Command, rich_help_panel=SENDING)(send_test)
    for command in (send, status, pause, resume, resolve, why):
        app.command(cls=Command, rich_help_panel=SENDING)(command)

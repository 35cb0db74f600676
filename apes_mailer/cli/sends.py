"""Commands that send: test, send, resume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apes_mailer.cli import campaigns, output, standings, typed
from apes_mailer.cli.context import CampaignName, Confirm, Json, Where, application_of

if TYPE_CHECKING:
    from apes_mailer.campaign.dispatch import Dispatched
    from apes_mailer.campaign.order import Order
    from apes_mailer.ledger.freeze import Frozen
    from apes_mailer.wiring import Application

ProviderName = Annotated[
    str | None,
    typer.Option(metavar="P", callback=typed.provider, help="outbox or sendgrid; by default the one of the settings."),
]


Waive = Annotated[
    list[str] | None,
    typer.Option(
        "--waive", metavar="RULE", help="Send in spite of the errors of this rule. Can be repeated; needs --because."
    ),
]
Because = Annotated[
    list[str] | None,
    typer.Option("--because", metavar="WHY", help="Why the rule of --waive is waived; is kept with the campaign."),
]


def send_test(  # noqa: PLR0913 - one argument for each option of the command
    context: typer.Context,
    name: CampaignName,
    to: Annotated[str, typer.Option(metavar="LIST", help="Who gets the test; staff by default.")] = "staff",
    where: Where = None,
    provider: ProviderName = None,
    confirm: Confirm = None,
    waive: Waive = None,
    because: Because = None,
    *,
    json: Json = False,
) -> None:
    """Send the letter to colleagues; never counts as sent.

    The subject begins with [TEST]. Where readers get different letters, colleagues get all of them. Another list than
    staff, or more than 25 recipients, is confirmed as in a send.
    """
    from apes_mailer.campaign import waiving
    from apes_mailer.campaign.order import Purpose
    from apes_mailer.cli import cards, orders

    application = application_of(context)
    live = application.provider(provider)
    expected = orders.typed_count(confirm, name)
    waived = waiving.waivers(waive or [], because or [])
    composition = application.compose(name)
    waived = orders.blocking(composition, waived)
    order = orders.order(application, composition, live, to, Purpose.TEST, where=where, waived=waived)
    asked = orders.each_variant(order)
    if expected is None:
        surveyed = orders.survey_of(application, asked[0])
        if asked[0].needs_count(surveyed.recipients):
            output.say(cards.card(application, asked[0], surveyed))
            expected = orders.ask_count(name, surveyed.recipients, "send this test")
    _dispatch(application, asked, expected, json=json)


def send(  # noqa: PLR0913 - one argument for each option of the command
    context: typer.Context,
    name: CampaignName,
    to: Annotated[
        str | None, typer.Option(metavar="LIST", help="The list that gets the letter; a correction needs none.")
    ] = None,
    where: Where = None,
    provider: ProviderName = None,
    confirm: Confirm = None,
    waive: Waive = None,
    because: Because = None,
    *,
    also_in_doubt: Annotated[
        bool,
        typer.Option(
            "--also-in-doubt", help="Of a correction: also to those of whom nobody knows whether they got it."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the card and the numbers; prepare and send nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Send the letter to a list, once its number is confirmed.

    A person at a terminal is shown a card and types the number of recipients; a script says it with --confirm. Through
    the outbox a send is a rehearsal.
    """
    from apes_mailer.campaign import waiving
    from apes_mailer.campaign.order import Purpose
    from apes_mailer.cli import accounts, cards, orders, reaching

    application = application_of(context)
    corrected = orders.corrected_by(application, name, to, where, also_in_doubt=also_in_doubt)
    list_name = orders.list_of(application, corrected) if corrected else to or ""
    live = application.provider(provider)
    expected = orders.typed_count(confirm, name)
    waived = waiving.waivers(waive or [], because or [])
    composition = reaching.before_send(application, application.compose(name), live, list_name, waived)
    waived = orders.blocking(composition, waived)
    opt_outs = accounts.before_send(application, live, dry_run=dry_run)
    asked = orders.order(
        application, composition, live, list_name, Purpose.SEND, where=where, waived=waived, corrected=corrected
    )
    if expected is None or dry_run:
        surveyed = orders.survey_of(application, asked, expected=expected)
        output.say(cards.card(application, asked, surveyed, opt_outs))
        if dry_run:
            if json:
                output.emit(standings.survey_json(name, surveyed))
            output.say("\nA dry run: nothing was prepared, nothing was sent.")
            return
        expected = orders.ask_count(name, surveyed.recipients, f'send "{name}"')

    def announce(frozen: Frozen) -> None:
        output.say(cards.card(application, asked, frozen, opt_outs))

    _dispatch(application, [asked], expected, json=json, announce=announce if confirm is not None else None)


def _dispatch(
    application: Application,
    asked: Sequence[Order],
    expected: int | None,
    *,
    json: bool,
    announce: Callable[[Frozen], None] | None = None,
) -> None:
    """Carry out one order after the other, and no further one when one did not come to its end."""
    from apes_mailer.cli import following
    from apes_mailer.errors import InterruptedByUserError
    from apes_mailer.ledger.states import CampaignState

    every: list[Dispatched] = []
    for each in asked:
        done = _carry_out(application, each, expected, announce)
        every.append(done)
        if not json:
            _tell(done)
        if done.stopped_by_person or done.status.state is not CampaignState.FINISHED:
            break
    if json:
        told = [_ended_json(done) for done in every]
        output.emit({**told[-1], "tests": told} if len(asked) > 1 else told[-1])
    else:
        _show_outbox(application, every)
    following.conclude(every[-1])
    if left := len(asked) - len(every):
        raise InterruptedByUserError(
            f"Stopped; not sent: {output.plural(left, 'variant')} of the letter.", hint="Run the same command again."
        )


def _carry_out(
    application: Application, asked: Order, expected: int | None, announce: Callable[[Frozen], None] | None
) -> Dispatched:
    from apes_mailer.campaign import dispatch
    from apes_mailer.cli import following

    signals = following.Signals()
    follower = following.Follower(signals, announce or (lambda _frozen: None))
    with signals.handled():
        done = dispatch.send(
            application.surroundings(asked.provider), application.workspace, asked, follower.watch(), expected=expected
        )
    follower.finish(done.status)
    return done


def _ended_json(done: Dispatched) -> dict[str, Any]:
    return {**output.plain(done.status), "run": done.run}


def _tell(done: Dispatched) -> None:
    from apes_mailer.ledger.states import CampaignState, Kind

    ended = done.status
    if ended.kind is Kind.SEND:
        # Why it is not finished, and how to go on, is the error that follows.
        output.say(standings.status_text(ended, only_numbers=ended.state is not CampaignState.FINISHED))
    else:
        output.say(standings.rehearsed_text(ended))


def _show_outbox(application: Application, every: Sequence[Dispatched]) -> None:
    """Say where to look at what was written into the outbox: at a run, or at the page that leads to several."""
    if every[0].status.provider == standings.OUTBOX:
        folder = application.workspace.outbox / every[0].status.campaign
        page = (folder if len(every) > 1 else folder / every[0].run) / "index.html"
        output.say(f"Look at them in your browser: {page}")


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
    from apes_mailer.cli import following

    application = application_of(context)
    before = campaigns.status_of(application, name)
    live = application.provider(provider or before.provider or standings.OUTBOX)
    signals = following.Signals()
    follower = following.Follower(signals, lambda _frozen: None, before=before)
    with signals.handled():
        done = dispatch.resume(application.surroundings(live), application.workspace, name, follower.watch())
    follower.finish(done.status)
    if json:
        output.emit(_ended_json(done))
    else:
        _tell(done)
        _show_outbox(application, [done])
    following.conclude(done)

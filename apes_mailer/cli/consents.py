"""The command for what a contact agreed to: that opens or clicks are counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apes_mailer.cli import output, typed
from apes_mailer.cli.context import Json, application_of
from apes_mailer.cli.suppressions import scope
from apes_mailer.errors import UsageError
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.tracking import COUNTED

if TYPE_CHECKING:
    from apes_mailer.contacts.consents import Consent
    from apes_mailer.wiring import Application

Said = Literal["given", "refused", "withdrawn"]
_STATE = "given, refused or withdrawn"


def consent(  # noqa: PLR0913 - one argument for each option of the command
    context: typer.Context,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="The email address; - reads one a line from standard input.")
    ],
    opens: Annotated[Said | None, typer.Option(metavar="STATE", help=f"That opens are counted: {_STATE}.")] = None,
    clicks: Annotated[Said | None, typer.Option(metavar="STATE", help=f"That clicks are counted: {_STATE}.")] = None,
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="LIST", help="For this list only; for all by default.")
    ] = None,
    source: Annotated[
        str, typer.Option(metavar="WORDS", help="Where the person said so: a form, a letter, a call.")
    ] = "",
    wording: Annotated[str, typer.Option(metavar="WORDS", help="What the person read, word by word.")] = "",
    on: Annotated[
        dt.date | None, typer.Option(metavar="DATE", parser=typed.day, help="When; today by default.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Record what a person agreed to be counted, or show it.

    Without --opens and --clicks it shows what is known. The log only grows: the last word of a person counts.
    """
    application = application_of(context)
    said = {each: State(word) for each, word in ((Purpose.OPENS, opens), (Purpose.CLICKS, clicks)) if word}
    known = [typed.address(each, place) for place, each in typed.lines(address)]
    if said:
        _require_proof(said, source, wording)
        _record(application, known, said, list_name, (source, wording), on)
        output.say(f"Recorded for {output.plural(len(known), 'address')}.")
    found = {each: _last_words(application, each, list_name) for each in known}
    if json:
        told = [{"address": each, **_as_json(words)} for each, words in found.items()]
        output.emit(told if address == "-" else told[0])
    elif not said:
        for each, words in found.items():
            output.show("\n".join([f"{each}:", *(f"  {line}" for line in _lines(words))]))


def _require_proof(said: Mapping[Purpose, State], source: str, wording: str) -> None:
    """Raise ``UsageError`` when what is recorded would prove nothing (GDPR, article 7(1))."""
    if not source.strip():
        raise UsageError("--source is missing: nothing was recorded.", hint='Say where: --source "form of the fair"')
    if State.GIVEN in said.values() and not wording.strip():
        raise UsageError(
            "--wording is missing: nothing was recorded.",
            hint='Write what the person read and agreed to: --wording "I agree that …"',
        )


def _record(
    application: Application,
    known: list[str],
    said: Mapping[Purpose, State],
    list_name: str | None,
    proof: tuple[str, str],
    on: dt.date | None,
) -> None:
    from apes_mailer.contacts import consents

    at = application.clock() if on is None else dt.datetime.combine(on, dt.time(12), dt.UTC)
    source, wording = proof
    with application.database.write() as connection:
        list_id = scope(application, connection, list_name)
        for each in known:
            for purpose, state in said.items():
                consents.record(
                    connection,
                    application.keyring.contact_key(each),
                    list_id=list_id,
                    purpose=purpose,
                    state=state,
                    at=at,
                    proof=consents.Proof(source=source.strip(), wording=wording.strip()),
                )


def _last_words(application: Application, address: str, list_name: str | None) -> dict[str, Consent | None]:
    """Return the last word of a person for each purpose; None where nothing was said."""
    from apes_mailer.contacts import consents, lists
    from apes_mailer.contacts.suppressions import ALL_LISTS

    key = application.keyring.contact_key(address)
    with application.database.read() as connection:
        list_id = ALL_LISTS if list_name is None else lists.number(connection, list_name)
        return {each.value: consents.latest(connection, key, list_id, each) for each in COUNTED}


def _as_json(words: Mapping[str, Consent | None]) -> dict[str, object]:
    return {purpose: asdict(said) if said else None for purpose, said in words.items()}


def _lines(words: Mapping[str, Consent | None]) -> Iterator[str]:
    for purpose, said in words.items():
        if said is None:
            yield f"{purpose}: nothing is known, so nothing is counted"
        else:
            yield f"{purpose}: {said.state}, {output.day(said.at)}, {said.proof.source}"

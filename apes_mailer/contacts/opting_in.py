"""Coming back: what the person said ends by the person, or by hand with the reason, and is recorded as a consent."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from apes_mailer.contacts import consents, let_backs, lists, suppressions
from apes_mailer.contacts.consents import Proof
from apes_mailer.contacts.suppressions import ALL_LISTS, BY_HAND, LATER_LISTS, Suppression
from apes_mailer.errors import UsageError
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.suppression import ENDED_BY_OPTING_IN, NEEDS_REASON, NEVER_WITH_OTHERS, Cause


def opt_in(connection: sa.Connection, key: bytes, *, list_id: int, at: dt.datetime, proof: Proof) -> list[Suppression]:
    """Record that a person wants the letters of one list, and end what the same person had said against it.

    Only for what proves to come from the owner of the address, such as the link of a double opt-in. What held for all
    lists goes on holding for each other list, and for those made later. Return what still keeps the letters away: a
    complaint, a bounce or whatever else is not the person's to end.
    """
    for held in suppressions.holding(connection, key, list_id=ALL_LISTS, at=at):
        if held.cause in ENDED_BY_OPTING_IN:
            _keep_for_others(connection, key, held, than=list_id)
    scopes = (ALL_LISTS, list_id)
    ended = {
        cause
        for cause in ENDED_BY_OPTING_IN
        for scope in scopes
        if suppressions.remove(connection, key, list_id=scope, cause=cause)
    }
    let_backs.queue(connection, key, ended, at=at)
    _record_given(connection, key, list_id, at, proof)
    return suppressions.holding(connection, key, list_id=list_id, at=at)


def let_back(
    connection: sa.Connection, key: bytes, *, list_id: int, cause: Cause | None, because: str, at: dt.datetime
) -> list[Cause]:
    """End suppressions for a list, or for all, on the word of whoever keeps the lists; return the causes that ended.

    All lists are those made later too. Without a cause all of them end but complaints and erasures, which have to be
    named. Raises ``UsageError`` when the person had said no and ``because`` does not say why that is over.
    """
    scopes = (ALL_LISTS, LATER_LISTS) if list_id == ALL_LISTS else (list_id,)
    there = dict.fromkeys(each for scope in scopes for each in suppressions.causes(connection, key, list_id=scope))
    ending = [each for each in there if (each not in NEVER_WITH_OTHERS if cause is None else each is cause)]
    said = [each for each in ending if each in NEEDS_REASON]
    if said and not because.strip():
        raise UsageError(
            f"The address is {' and '.join(said)}: that was the person's word, and only a reason ends it.",
            hint='Say how you know that the person wants letters again: --because "asked by phone on 12 March"',
        )
    for each in ending:
        for scope in scopes:
            suppressions.remove(connection, key, list_id=scope, cause=each)
    let_backs.queue(connection, key, ending, at=at)
    if said:
        _record_given(connection, key, list_id, at, Proof(source=BY_HAND, wording=because.strip()))
    return ending


def _record_given(connection: sa.Connection, key: bytes, list_id: int, at: dt.datetime, proof: Proof) -> None:
    consents.record(connection, key, list_id=list_id, purpose=Purpose.LETTER, state=State.GIVEN, at=at, proof=proof)


def _keep_for_others(connection: sa.Connection, key: bytes, held: Suppression, *, than: int) -> None:
    for number in lists.all_but(connection, {than}):
        suppressions.add(
            connection,
            key,
            list_id=number,
            cause=held.cause,
            at=dt.datetime.fromisoformat(held.at),
            until=dt.datetime.fromisoformat(held.until) if held.until else None,
            source=held.source,
            evidence=held.evidence,
        )

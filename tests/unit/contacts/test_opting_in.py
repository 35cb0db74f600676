"""Coming back: what the person said ends by the person, or by hand with the reason; nothing else does."""

from __future__ import annotations

import datetime as dt

import pytest

from apes_mailer.contacts import consents, opting_in, suppressions
from apes_mailer.contacts.consents import Proof
from apes_mailer.errors import UsageError
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from tests.unit.contacts.stores import KEYRING, NOW, Store

KEY = KEYRING.contact_key("a@exemple.fr")
LATER_ON = NOW + dt.timedelta(days=30)
LATER = suppressions.LATER_LISTS_NAME
PROOF = Proof(source="sign-up form", wording="Je veux la lettre. (2027-01)", origin="192.0.2.7")
SAID = [Cause.UNSUBSCRIBED, Cause.AT_PROVIDER, Cause.PAUSED, Cause.IMPORTED, Cause.ERASED]


def _suppress(store: Store, *causes: Cause, name: str | None = None) -> None:
    list_id = store.list_id(name) if name else schema.ALL_LISTS
    with store.database.write() as connection:
        for cause in causes:
            suppressions.add(connection, KEY, list_id=list_id, cause=cause, at=NOW)


def _opt_in(store: Store, name: str = "tous") -> list[str]:
    list_id = store.list_id(name)
    with store.database.write() as connection:
        return [each.cause for each in opting_in.opt_in(connection, KEY, list_id=list_id, at=LATER_ON, proof=PROOF)]


def _let_back(store: Store, cause: Cause | None = None, because: str = "") -> list[Cause]:
    with store.database.write() as connection:
        return opting_in.let_back(connection, KEY, list_id=schema.ALL_LISTS, cause=cause, because=because, at=LATER_ON)


def _holding(store: Store) -> set[tuple[str, str]]:
    with store.database.read() as connection:
        return {(each.list_name, each.cause) for each in suppressions.holding(connection, KEY, at=LATER_ON)}


def _said(store: Store) -> list[consents.Consent]:
    with store.database.read() as connection:
        return list(consents.of_key(connection, KEY))


@pytest.mark.parametrize("name", [None, "tous"])
@pytest.mark.parametrize("cause", SAID)
def test_opting_in_ends_what_the_person_had_said(store: Store, cause: Cause, name: str | None) -> None:
    _suppress(store, cause, name=name)
    assert _opt_in(store) == []
    assert _holding(store) == (set() if name else {(LATER, cause)})


@pytest.mark.parametrize("cause", sorted(set(Cause) - set(SAID)))
def test_opting_in_does_not_end_what_others_know(store: Store, cause: Cause) -> None:
    _suppress(store, Cause.UNSUBSCRIBED, cause)
    assert _opt_in(store) == [cause]


def test_who_had_left_everything_comes_back_to_one_list_only(store: Store) -> None:
    store.list_id("autres")
    _suppress(store, Cause.UNSUBSCRIBED)
    _opt_in(store, "tous")
    assert _holding(store) == {("autres", "unsubscribed"), (LATER, "unsubscribed")}
    assert all(kept.at.startswith("2027-01-12") for kept in store.every()), "it is kept as it was said then"


def test_list_that_is_made_later_knows_who_wants_nothing_but_one_other(store: Store) -> None:
    _suppress(store, Cause.UNSUBSCRIBED)
    _opt_in(store, "tous")
    later = store.list_id("nouveaux")
    assert ("nouveaux", "unsubscribed") in _holding(store)
    with store.database.read() as connection:
        assert suppressions.holding(connection, KEY, list_id=later, at=LATER_ON)
    _opt_in(store, "nouveaux")
    assert _holding(store) == {(LATER, "unsubscribed")}


def test_by_hand_a_no_to_all_ends_for_lists_made_later_too(store: Store) -> None:
    _suppress(store, Cause.UNSUBSCRIBED)
    _opt_in(store, "tous")
    assert _let_back(store, because="asked by phone") == [Cause.UNSUBSCRIBED]
    assert _holding(store) == set()


def test_opting_in_is_recorded_with_its_proof(store: Store) -> None:
    _opt_in(store)
    (line,) = _said(store)
    assert (line.list_name, line.purpose, line.state) == ("tous", Purpose.LETTER, State.GIVEN)
    assert line.proof == PROOF


def test_by_hand_the_word_of_the_person_ends_with_a_reason_only(store: Store) -> None:
    _suppress(store, Cause.UNSUBSCRIBED)
    with pytest.raises(UsageError, match="only a reason ends it"):
        _let_back(store, because="  ")
    assert _holding(store) == {("", "unsubscribed")}
    assert _let_back(store, because="asked by phone") == [Cause.UNSUBSCRIBED]
    assert [line.proof for line in _said(store)] == [Proof(source="by hand", wording="asked by phone")]


def test_what_was_made_by_hand_needs_no_reason_and_is_no_consent(store: Store) -> None:
    _suppress(store, Cause.MANUAL, Cause.BOUNCED)
    assert _let_back(store) == [Cause.MANUAL, Cause.BOUNCED]
    assert _said(store) == []


@pytest.mark.parametrize("cause", [Cause.COMPLAINED, Cause.ERASED])
def test_complaint_and_erasure_end_only_when_they_are_named(store: Store, cause: Cause) -> None:
    _suppress(store, cause, Cause.MANUAL)
    assert _let_back(store, because="asked by phone") == [Cause.MANUAL]
    assert _holding(store) == {("", cause)}
    assert _let_back(store, cause, "asked by phone") == [cause]
    assert _holding(store) == set()

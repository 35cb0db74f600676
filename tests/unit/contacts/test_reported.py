"""Noes that files and providers tell of, perhaps late: the last word of the person counts."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import pytest

from apes_mailer.contacts import consents, opting_in, reported, suppressions
from apes_mailer.contacts.consents import Proof
from apes_mailer.contacts.reported import Found
from apes_mailer.contacts.suppressions import LATER_LISTS_NAME
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.suppression import ENDED_BY_OPTING_IN, OF_THE_ADDRESS, Cause
from apes_mailer.store import schema
from tests.unit.contacts.stores import KEYRING, NOW, Store

ADDRESS = "a@exemple.fr"
KEY = KEYRING.contact_key(ADDRESS)
DAY = dt.timedelta(days=1)
LEFT = [(ADDRESS, "2025-03-01 10:00:00")]
AGREED = [(ADDRESS, "oui")]


def _opt_in(store: Store, name: str = "tous", at: dt.datetime = NOW) -> None:
    list_id = store.list_id(name)
    with store.database.write() as connection:
        opting_in.opt_in(connection, KEY, list_id=list_id, at=at, proof=Proof(source="form"))


def _hear(store: Store, cause: Cause, said: dt.datetime, list_id: int = schema.ALL_LISTS) -> list[int]:
    with store.database.write() as connection:
        return reported.add(connection, Found(KEY, cause, said, ""), list_id=list_id, at=NOW, source="sendgrid")


def _held(store: Store) -> set[tuple[str, str]]:
    return {(each.list_name, each.cause) for each in store.every()}


@pytest.mark.parametrize("order", list(permutations(["agreed", "left"])))
@pytest.mark.parametrize("name", ["UNSUB_TIME", "CLEAN_TIME"])
def test_consent_that_a_file_claims_is_nothing_against_a_no(store: Store, order: tuple[str, ...], name: str) -> None:
    for what in order:
        if what == "agreed":
            store.import_rows(AGREED, header=("EMAIL", "NEWSLETTER"))
        else:
            store.import_rows(LEFT, header=("EMAIL", name))
    assert _held(store) == {("tous", "imported") if name == "UNSUB_TIME" else ("", "bounced")}


def test_no_that_was_taken_back_since_changes_nothing_and_is_counted_so(store: Store) -> None:
    store.import_rows([(ADDRESS, "Ana")])
    _opt_in(store)
    counts, _ = store.import_rows(LEFT, header=("EMAIL", "UNSUB_TIME"))
    assert (counts.read, counts.unchanged, counts.suppressed, counts.opted_out) == (1, 1, 0, 0)
    assert store.every() == []


@pytest.mark.parametrize("written", ["2027-01-12", "12/01/2027"])
def test_day_without_a_time_lasts_until_its_evening(store: Store, written: str) -> None:
    _opt_in(store)
    store.import_rows([(ADDRESS, written)], header=("EMAIL", "UNSUB_TIME"))
    assert _held(store) == {("tous", "imported")}


@pytest.mark.parametrize("word", ["spam complaint", "hard bounce"])
def test_what_is_true_of_the_address_holds_for_all_lists(store: Store, word: str) -> None:
    store.import_rows([(ADDRESS, word)], header=("EMAIL", "STATUT"))
    assert {name for name, _ in _held(store)} == {""}
    counts, _ = store.import_rows([(ADDRESS, "Ana")], "autres")
    assert counts.suppressed == 1


@pytest.mark.parametrize("cause", sorted(ENDED_BY_OPTING_IN | OF_THE_ADDRESS))
def test_report_that_comes_late_does_not_count_against_a_newer_yes(store: Store, cause: Cause) -> None:
    list_id = store.list_id("tous")
    _opt_in(store)
    stands = cause in OF_THE_ADDRESS
    assert bool(_hear(store, cause, NOW - DAY, list_id)) is stands
    assert bool(store.every()) is stands
    assert _hear(store, Cause.MANUAL, NOW + DAY, list_id)


def test_late_no_to_all_lists_leaves_out_the_one_that_the_person_came_back_to(store: Store) -> None:
    store.list_id("autres")
    _opt_in(store)
    assert _hear(store, Cause.AT_PROVIDER, NOW - DAY)
    assert {name for name, _ in _held(store)} == {"autres", LATER_LISTS_NAME}
    assert _hear(store, Cause.AT_PROVIDER, NOW + DAY) == [schema.ALL_LISTS]


@pytest.mark.parametrize(
    "row",
    [
        f"{ADDRESS};Ana;désinscrit;trop",
        f"{ADDRESS};Ana;Arras;désinscrit;trop",
        f'"{ADDRESS}, b@exemple.fr";Ana;désinscrit',
    ],
)
def test_no_in_a_row_that_is_rejected_is_heeded(store: Store, row: str) -> None:
    path = store.folder / "liste.csv"
    path.write_text(f"EMAIL;PRENOM;STATUT\n{row}\n{ADDRESS};Ana;\n", encoding="utf-8")
    counts, rejects = store.import_file(path)
    assert [each.line for each in rejects] == [2]
    assert (counts.read, counts.rejected, counts.suppressed, counts.opted_out) == (2, 1, 1, 0)
    assert ("tous", "imported") in _held(store)


def test_damaged_row_without_a_mark_says_no_of_nobody(store: Store) -> None:
    path = store.folder / "liste.csv"
    path.write_text(f"EMAIL;PRENOM;STATUT\n{ADDRESS};Ana;inscrit;trop\n", encoding="utf-8")
    store.import_file(path)
    assert store.every() == []


def _record(store: Store, name: str | None, state: State, source: str) -> None:
    list_id = store.list_id(name) if name else schema.ALL_LISTS
    with store.database.write() as connection:
        proof = Proof(source=source, wording="read then")
        consents.record(connection, KEY, list_id=list_id, purpose=Purpose.LETTER, state=state, at=NOW, proof=proof)


def test_withdrawal_that_is_undone_brings_back_what_was_said_before_and_no_more(store: Store) -> None:
    _record(store, "tous", State.GIVEN, "form")
    _record(store, "autres", State.REFUSED, "paper")
    _record(store, None, State.WITHDRAWN, "link")
    with store.database.write() as connection:
        consents.undo_withdrawal(connection, KEY, list_id=schema.ALL_LISTS, source="link")
        last = {
            name: consents.latest(connection, KEY, number, Purpose.LETTER)
            for name, number in (("tous", 1), ("autres", 2), ("another", 99))
        }
    states = {name: said.state if said else None for name, said in last.items()}
    assert states == {"tous": State.GIVEN, "autres": State.REFUSED, "another": State.WITHDRAWN}
    assert last["tous"] is not None
    assert last["tous"].proof == Proof(source="form", wording="read then")


@pytest.mark.parametrize("ended", [True, False])
def test_no_of_a_file_has_no_end_whatever_was_there_before_it(store: Store, *, ended: bool) -> None:
    list_id, until = store.list_id("tous"), NOW - DAY if ended else NOW + DAY
    with store.database.write() as connection:
        suppressions.add(connection, KEY, list_id=list_id, cause=Cause.IMPORTED, at=NOW - 2 * DAY, until=until)
    store.import_rows([(ADDRESS, "désinscrit")], header=("EMAIL", "STATUT"))
    with store.database.read() as connection:
        (held,) = suppressions.holding(connection, KEY, at=NOW + 2 * DAY, list_id=list_id)
    assert (held.cause, held.until) == (Cause.IMPORTED, "")

"""A consent that is told of a whole file: in the log for each person, over nobody's no, and undone with its import."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.contacts import consents, importing, lists, suppressions, undoing
from apes_mailer.contacts.consents import Consent, Proof
from apes_mailer.contacts.file_consent import FileConsent
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.suppression import Cause
from apes_mailer.store.schema import ALL_LISTS
from tests.unit.contacts.stores import KEYRING, NOW, Store, write_csv

ANA, BOB = "a@exemple.fr", "b@exemple.fr"
FAIR = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
CONSENT = FileConsent(source="fair 2026", at=FAIR, basis="consent", wording="form of the fair, version 2")


def _said(store: Store, address: str) -> list[Consent]:
    with store.database.read() as connection:
        return list(consents.of_key(connection, KEYRING.contact_key(address)))


def _last_word(store: Store, address: str) -> State | None:
    with store.database.read() as connection:
        list_id, key = lists.number(connection, "tous"), KEYRING.contact_key(address)
        found = consents.latest(connection, key, list_id, Purpose.LETTER)
        return found.state if found else None


def _record(store: Store, address: str, state: State, list_id: int) -> None:
    with store.database.write() as connection:
        consents.record(
            connection,
            KEYRING.contact_key(address),
            list_id=list_id,
            purpose=Purpose.LETTER,
            state=state,
            at=NOW - dt.timedelta(days=900),
            proof=Proof(source="by hand"),
        )


def test_each_person_of_the_file_gets_a_line_with_the_whole_proof(store: Store) -> None:
    counts, _ = store.import_rows([(ANA, "Ana"), (BOB, "Bob"), ("zut", "")], consent=CONSENT)
    assert (counts.new, counts.rejected, counts.consents) == (2, 1, 2)
    for address in (ANA, BOB):
        (line,) = _said(store, address)
        assert (line.list_name, line.purpose, line.state) == ("tous", Purpose.LETTER, State.GIVEN)
        assert line.at == "2026-05-01T12:00:00.000000Z"
        assert line.proof == Proof(source="fair 2026", basis="consent", wording="form of the fair, version 2")


def test_without_a_day_it_is_that_of_the_import(store: Store) -> None:
    store.import_rows([(ANA, "Ana")], consent=FileConsent(source="fair"))
    (line,) = _said(store, ANA)
    assert dt.datetime.fromisoformat(line.at) == NOW


def test_file_without_a_word_on_consent_records_none(store: Store) -> None:
    counts, _ = store.import_rows([(ANA, "Ana")])
    assert "consents" not in counts.as_json()
    assert _said(store, ANA) == []


@pytest.mark.parametrize("state", [State.REFUSED, State.WITHDRAWN])
@pytest.mark.parametrize("everywhere", [True, False])
def test_no_in_the_log_stays_the_last_word(store: Store, state: State, *, everywhere: bool) -> None:
    _record(store, ANA, state, ALL_LISTS if everywhere else store.list_id("tous"))
    counts, _ = store.import_rows([(ANA, "Ana"), (BOB, "Bob")], consent=CONSENT)
    assert counts.consents == 1
    assert (_last_word(store, ANA), _last_word(store, BOB)) == (state, State.GIVEN)


def test_yes_that_is_known_already_is_not_told_again(store: Store) -> None:
    store.import_rows([(ANA, "Ana")], consent=CONSENT)
    counts, _ = store.import_rows([(ANA, "Ana")], consent=FileConsent(source="another fair"))
    assert counts.consents == 0
    assert len(_said(store, ANA)) == 1


@pytest.mark.parametrize("cause", [Cause.UNSUBSCRIBED, Cause.BOUNCED, Cause.MANUAL, Cause.ERASED])
def test_who_is_suppressed_is_given_none_and_stays_so(store: Store, cause: Cause) -> None:
    with store.database.write() as connection:
        suppressions.add(connection, KEYRING.contact_key(ANA), list_id=ALL_LISTS, cause=cause, at=NOW)
    counts, _ = store.import_rows([(ANA, "Ana"), (BOB, "Bob")], consent=CONSENT)
    assert (counts.suppressed, counts.consents) == (1, 1)
    assert _said(store, ANA) == []
    with store.database.read() as connection:
        assert suppressions.holding(connection, KEYRING.contact_key(ANA), at=NOW)


def test_who_says_no_in_the_file_is_given_none(store: Store) -> None:
    rows = [(ANA, "désinscrit"), (BOB, "actif")]
    counts, _ = store.import_rows(rows, header=("EMAIL", "STATUT"), consent=CONSENT)
    assert (counts.opted_out, counts.consents) == (1, 1)
    assert (_last_word(store, ANA), _last_word(store, BOB)) == (None, State.GIVEN)


def test_preview_counts_what_is_recorded_then(store: Store) -> None:
    _record(store, ANA, State.REFUSED, ALL_LISTS)
    path, list_id = write_csv(store.folder / "l.csv", ("EMAIL",), [(ANA,), (BOB,), (BOB,)]), store.list_id("tous")
    with open_contacts_file(path) as file, store.database.bulk(cache_mb=4) as bulk:
        with bulk.read() as connection:
            run = importing.Import(connection, KEYRING, lambda _reject: None, lambda _rows: None)
            run.read(file, CONSENT)
            shown = run.preview(list_id, NOW).counts
        assert _said(store, BOB) == []
        with bulk.write() as connection:
            counts = run.carry_out(importing.Source(path=path, list_id=list_id, at=NOW))
    assert shown == counts
    assert (counts.consents, len(_said(store, BOB))) == (1, 1)


def test_undoing_the_import_takes_the_proof_and_leaves_the_lines(store: Store) -> None:
    store.import_rows([(ANA, "Ana")])
    store.import_rows([(ANA, "Ana"), (BOB, "Bob")], consent=CONSENT)
    with store.database.bulk(cache_mb=1) as bulk, bulk.write() as connection:
        undoing.undo(connection, undoing.standing(connection, None).id, at=NOW)
    assert (_last_word(store, ANA), len(_said(store, ANA))) == (None, 1)
    counts, _ = store.import_rows([(ANA, "Ana")], consent=CONSENT)
    assert (counts.consents, _last_word(store, ANA)) == (1, State.GIVEN)


NO = st.sampled_from([State.REFUSED, State.WITHDRAWN])
STEPS = st.lists(st.one_of(st.just("import"), st.just("undo"), NO), max_size=8)


@given(steps=STEPS)
@settings(max_examples=25)
def test_no_is_never_overruled_whatever_is_imported_and_undone(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str | State]
) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    refused: State | None = None
    for step in steps:
        if isinstance(step, State):
            refused = step
            _record(store, ANA, step, store.list_id("tous"))
        elif step == "import":
            store.import_rows([(ANA, "Ana")], consent=CONSENT)
        else:
            with store.database.bulk(cache_mb=1) as bulk, bulk.write() as connection:
                standing = [each.id for each in undoing.imports(connection) if not each.undone_at]
                for each in standing[-1:]:
                    undoing.undo(connection, each, at=NOW)
        if refused is not None:
            assert _last_word(store, ANA) is refused
    store.close()

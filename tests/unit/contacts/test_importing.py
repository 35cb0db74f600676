"""Importing: every row is accounted for, nothing is lost on update, nobody suppressed comes back."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.contacts import consents, lists, opting_in, suppressions
from apes_mailer.contacts.consents import Proof
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.importing import Counts, Import, Source
from apes_mailer.contacts.rejects import Reject
from apes_mailer.errors import ContactsError
from apes_mailer.model import address
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.slip import Slip
from apes_mailer.model.suppression import Cause
from tests.unit.contacts.stores import KEYRING, NOW, Store, write_csv


def _sum(counts: Counts) -> int:
    return counts.new + counts.updated + counts.unchanged + counts.rejected + counts.suppressed


def test_first_import_is_all_new(store: Store) -> None:
    counts, rejects = store.import_rows([("a@exemple.fr", "Ana"), ("b@exemple.fr", "")])
    assert counts == Counts(read=2, new=2, updated=0, unchanged=0, rejected=0, suppressed=0)
    assert rejects == []
    assert store.contacts() == {"a@exemple.fr": {"PRENOM": "Ana"}, "b@exemple.fr": {}}


def test_second_import_tells_new_updated_and_unchanged_apart(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana"), ("b@exemple.fr", "Bob")])
    counts, _ = store.import_rows([("a@exemple.fr", "Ana"), ("b@exemple.fr", "Bo"), ("c@exemple.fr", "Cléo")])
    assert counts == Counts(read=3, new=1, updated=1, unchanged=1, rejected=0, suppressed=0)


def test_update_keeps_what_the_file_leaves_out(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana", "Lille")], header=["EMAIL", "PRENOM", "VILLE"])
    counts, _ = store.import_rows([("a@exemple.fr", "", "02")], header=["EMAIL", "PRENOM", "DEPARTEMENT"])
    assert counts.updated == 1
    assert store.contacts() == {"a@exemple.fr": {"PRENOM": "Ana", "VILLE": "Lille", "DEPARTEMENT": "02"}}


def test_empty_cell_alone_changes_nothing(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    counts, _ = store.import_rows([("a@exemple.fr", "")])
    assert (counts.unchanged, store.contacts()["a@exemple.fr"]) == (1, {"PRENOM": "Ana"})


def test_another_order_of_columns_is_no_change(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana", "Lille")], header=["EMAIL", "PRENOM", "VILLE"])
    counts, _ = store.import_rows([("Lille", "Ana", "a@exemple.fr")], header=["VILLE", "PRENOM", "EMAIL"])
    assert counts.unchanged == 1


def test_the_same_address_in_another_case_is_the_same_contact(store: Store) -> None:
    store.import_rows([("Ana@Exemple.FR", "Ana")])
    counts, _ = store.import_rows([(" ana@exemple.fr", "Ana")])
    assert (counts.unchanged, list(store.contacts())) == (1, ["ana@exemple.fr"])


def test_contact_of_another_list_is_new_on_this_one_and_keeps_its_fields(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")], "adherents")
    counts, _ = store.import_rows([("a@exemple.fr", "")], "amis")
    assert counts.new == 1
    assert store.contacts("amis") == store.contacts("adherents") == {"a@exemple.fr": {"PRENOM": "Ana"}}


@pytest.mark.parametrize("scope", [None, "tous"])
def test_suppressed_contacts_become_members_and_stay_suppressed(store: Store, scope: str | None) -> None:
    store.suppress("a@exemple.fr", scope)
    for _ in range(2):
        counts, _ = store.import_rows([("A@exemple.fr", "Ana"), ("b@exemple.fr", "Bob")])
        assert (counts.suppressed, counts.read) == (1, 2)
    assert list(store.contacts()) == ["a@exemple.fr", "b@exemple.fr"]
    assert not store.suppress("a@exemple.fr", scope), "the import ended the suppression"


def test_suppression_of_another_list_or_of_the_past_does_not_count(store: Store) -> None:
    store.suppress("a@exemple.fr", "autres")
    store.suppress("b@exemple.fr", until=NOW - dt.timedelta(days=1))
    store.suppress("c@exemple.fr", until=NOW + dt.timedelta(days=1))
    counts, _ = store.import_rows([(f"{name}@exemple.fr", "") for name in "abc"])
    assert (counts.new, counts.suppressed) == (2, 1)


def test_rejected_rows_name_their_line_and_reason(store: Store) -> None:
    counts, rejects = store.import_rows(
        [("a@exemple.fr", "Ana"), ("pas une adresse", "Bob"), ("", "Cléo"), ("jöe@exemple.fr", "Joe")]
    )
    assert (counts.new, counts.rejected) == (1, 3)
    assert [reject.line for reject in rejects] == [3, 4, 5]
    assert "@-sign" in rejects[0].reason
    assert rejects[1].reason == "The address is empty."
    assert "“ö”" in rejects[2].reason


def test_duplicate_is_rejected_with_the_first_line_and_the_first_counts(store: Store) -> None:
    counts, rejects = store.import_rows([("a@exemple.fr", "Ana"), ("b@exemple.fr", "Bob"), ("A@EXEMPLE.fr", "Anna")])
    assert counts == Counts(read=3, new=2, updated=0, unchanged=0, rejected=1, suppressed=0)
    assert rejects == [Reject(line=4, reason="same address as line 2", cells=("A@EXEMPLE.fr", "Anna"))]
    assert store.contacts()["a@exemple.fr"] == {"PRENOM": "Ana"}


def test_duplicates_are_found_over_the_whole_of_a_long_file(store: Store) -> None:
    rows = [[f"personne{number}@exemple.fr", f"P{number}"] for number in range(12_000)]
    rows[700][0] = rows[3][0]  # within one piece of the reading
    rows[11_990][0] = rows[3][0]  # and in another
    rows[11_000][0] = "nul"
    rows[11_995][0] = rows[6_000][0]
    counts, rejects = store.import_rows(rows)
    assert counts == Counts(read=12_000, new=11_996, updated=0, unchanged=0, rejected=4, suppressed=0)
    assert [reject.line for reject in rejects] == [702, 11_002, 11_992, 11_997]
    assert [rejects[at].reason for at in (0, 2, 3)] == [
        "same address as line 5",
        "same address as line 5",
        "same address as line 6002",
    ]


def test_rejected_row_is_handed_out_in_the_order_of_its_file(store: Store) -> None:
    rows = [("Ana", "zut", "Lille"), ("Bob", "b@exemple.fr", "Arras\x07"), ("Bob", "b@exemple.fr", "")]
    _, rejects = store.import_rows([*rows, ("Rob", "B@exemple.fr", "")], header=("PRENOM", "EMAIL", "VILLE"))
    assert [reject.cells for reject in rejects] == [rows[0], rows[1], ("Rob", "B@exemple.fr", "")]


def test_rejects_come_in_the_order_of_lines(store: Store) -> None:
    rows = [(address, "") for address in ["a@exemple.fr", "a@exemple.fr", "zut", "b@exemple.fr", "b@exemple.fr", "ouf"]]
    _, rejects = store.import_rows(rows)
    assert [reject.line for reject in rejects] == [3, 4, 6, 7]


def test_progress_counts_the_rows_read(store: Store) -> None:
    seen: list[int] = []
    path = write_csv(store.folder / "x.csv", ["EMAIL"], [[f"p{number}@exemple.fr"] for number in range(12_000)])
    store.import_file(path, on_rows=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 12_000


def test_fault_in_the_middle_of_a_file_leaves_nothing_behind(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    before = store.everything()
    path = store.folder / "cassé.csv"
    rows = "".join(f"personne{number}@exemple.fr;x\n" for number in range(9_000))
    path.write_text(f'EMAIL;PRENOM\na@exemple.fr;Autre\n{rows}z@exemple.fr;"ouvert\n{rows}', encoding="utf-8")
    with pytest.raises(ContactsError, match="9003: a quote"):
        store.import_file(path)
    assert store.everything() == before


def test_file_with_a_header_only_imports_nobody(store: Store) -> None:
    counts, _ = store.import_rows([])
    assert counts == Counts(read=0, new=0, updated=0, unchanged=0, rejected=0, suppressed=0)


@pytest.mark.parametrize(
    "value", ["<script>", '"quoted"', "back\\slash", "l’été 🌻", "null", "{}", "é\u0301", "\u202eabc", "a" * 5_000]
)
def test_any_value_is_stored_as_it_is_written(store: Store, value: str) -> None:
    store.import_rows([("a@exemple.fr", value)])
    assert store.contacts()["a@exemple.fr"]["PRENOM"] == value
    counts, _ = store.import_rows([("a@exemple.fr", value)])
    assert counts.unchanged == 1


@dataclass
class Model:
    """What a store with lists should do, in dictionaries."""

    contacts: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    members: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    suppressed: dict[str, set[str | None]] = field(default_factory=dict[str, set[str | None]])

    def import_rows(self, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Counts, list[int]]:
        seen: set[str] = set()
        rejected: list[int] = []
        counts: dict[str, int] = dict.fromkeys(["new", "updated", "unchanged", "suppressed"], 0)
        members = self.members.setdefault(name, set())
        for line, row in enumerate(rows, start=2):
            try:
                known = address.normalise(row[0])
            except address.AddressError:
                rejected.append(line)
                continue
            if known in seen:
                rejected.append(line)
                continue
            seen.add(known)
            counts[self._merge(known, name, dict(zip(header[1:], row[1:], strict=True)))] += 1
            members.add(known)
        return Counts(read=len(rows), rejected=len(rejected), **counts), rejected

    def _merge(self, known: str, name: str, values: Mapping[str, str]) -> str:
        old = self.contacts.get(known, {})
        self.contacts[known] = {**old, **{key: value for key, value in values.items() if value}}
        if self.suppressed.get(known, set()) & {None, name}:
            return "suppressed"
        if known not in self.members[name]:
            return "new"
        return "unchanged" if self.contacts[known] == old else "updated"


_ADDRESSES = [
    "a@exemple.fr",
    "A@Exemple.fr",
    "b@exemple.fr",
    " b@exemple.fr",
    "c@exemple.fr",
    "d@été.fr",
    "zut",
    "é@x.fr",
]
_VALUES = st.sampled_from(["Ana", "Bob", "", "l’été; demain", '"', "Ana "])
_ROWS = st.lists(st.tuples(st.sampled_from(_ADDRESSES), _VALUES, _VALUES), max_size=12)
_HEADERS = st.sampled_from([("EMAIL", "PRENOM", "VILLE"), ("EMAIL", "VILLE", "NOM")])
_IMPORTS = st.lists(st.tuples(st.sampled_from(["tous", "autres"]), _HEADERS, _ROWS), min_size=1, max_size=3)
_SUPPRESSED = st.dictionaries(
    st.sampled_from(["a@exemple.fr", "b@exemple.fr", "c@exemple.fr"]),
    st.sets(st.sampled_from([None, "tous", "autres"]), min_size=1, max_size=2),
    max_size=2,
)


@pytest.mark.slow
@settings(max_examples=60)
@given(imports=_IMPORTS, suppressed=_SUPPRESSED)
def test_imports_do_what_a_dictionary_would(
    imports: list[tuple[str, tuple[str, ...], list[tuple[str, str, str]]]], suppressed: dict[str, set[str | None]]
) -> None:
    model = Model(suppressed=suppressed)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for known, scopes in suppressed.items():
            for scope in scopes:
                store.suppress(known, scope)
        for name, header, rows in imports:
            stripped = [[cell.strip() for cell in row] for row in rows]
            expected, rejected = model.import_rows(name, header, stripped)
            counts, rejects = store.import_rows(rows, name, header=header)
            assert asdict(counts) == asdict(expected)
            assert counts.read == _sum(counts)
            assert [reject.line for reject in rejects] == rejected
        for name, members in model.members.items():
            assert store.contacts(name) == {known: model.contacts[known] for known in members}
        store.close()


def _suppressions(store: Store) -> dict[str, tuple[str, str, str, str]]:
    with store.database.read() as connection:
        return {
            each.address: (each.list_name, each.cause, each.at[:10], each.evidence)
            for each in suppressions.every(connection)
        }


def _consents(store: Store, address_: str) -> list[tuple[str, str, str, str]]:
    with store.database.read() as connection:
        found = consents.of_key(connection, KEYRING.contact_key(address_))
        return [(each.state, each.at[:10], each.proof.source, each.proof.basis) for each in found]


_BREVO = ("EMAIL", "PRENOM", "EMAIL_MARKETING", "UNSUB_TIME")


def test_who_says_no_is_suppressed_and_not_on_the_list(store: Store) -> None:
    rows = [
        ("a@exemple.fr", "Ana", "subscribed", ""),
        ("b@exemple.fr", "Bob", "unsubscribed", "2026-03-01 10:00:00"),
        ("c@exemple.fr", "Cléo", "hard bounce", ""),
        ("zut", "", "unsubscribed", ""),
    ]
    for new in (1, 0):
        counts, rejects = store.import_rows(rows, header=_BREVO)
        assert _sum(counts) == counts.read == 4
        assert (counts.new, counts.suppressed, counts.opted_out, counts.rejected) == (new, 2, 2, 1)
        assert [reject.line for reject in rejects] == [5]
        assert list(store.contacts()) == ["a@exemple.fr"]
        assert _suppressions(store) == {
            "b@exemple.fr": (
                "tous",
                "imported",
                "2026-03-01",
                "EMAIL_MARKETING: unsubscribed; UNSUB_TIME: 2026-03-01 10:00:00",
            ),
            "c@exemple.fr": ("", "bounced", "2027-01-12", "EMAIL_MARKETING: hard bounce"),
        }


def test_no_wins_over_another_row_of_the_same_file_and_over_the_list(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana"), ("b@exemple.fr", "Bob")])
    rows = [("a@exemple.fr", "oui"), ("A@exemple.fr", "non"), ("b@exemple.fr", "non")]
    counts, _ = store.import_rows(rows, header=("EMAIL", "NEWSLETTER"))
    assert (counts.read, counts.suppressed, counts.opted_out) == (3, 3, 2)
    assert set(_suppressions(store)) == {"a@exemple.fr", "b@exemple.fr"}
    assert set(store.contacts()) == {"a@exemple.fr", "b@exemple.fr"}, "who is on the list stays there"


def test_whoever_opted_in_after_the_no_of_a_file_is_left_alone(store: Store) -> None:
    list_id = store.list_id("tous")
    key = KEYRING.contact_key("a@exemple.fr")
    with store.database.write() as connection:
        lists.know(connection, key, "a@exemple.fr")
        opting_in.opt_in(connection, key, list_id=list_id, at=NOW, proof=Proof(source="sign-up"))
    store.import_rows([("a@exemple.fr", "Ana", "", "2026-03-01")], header=_BREVO)
    assert _suppressions(store) == {}
    store.import_rows([("a@exemple.fr", "Ana", "", "2027-03-01")], header=_BREVO)
    assert set(_suppressions(store)) == {"a@exemple.fr"}


def test_undated_no_counts_in_spite_of_an_earlier_opt_in(store: Store) -> None:
    list_id = store.list_id("tous")
    key = KEYRING.contact_key("a@exemple.fr")
    with store.database.write() as connection:
        before = NOW - dt.timedelta(days=1)
        opting_in.opt_in(connection, key, list_id=list_id, at=before, proof=Proof(source="sign-up"))
    store.import_rows([("a@exemple.fr", "Ana", "unsubscribed", "")], header=_BREVO)
    assert set(_suppressions(store)) == {"a@exemple.fr"}


def test_consents_of_a_file_are_kept_once_with_their_proof(store: Store) -> None:
    header = ("EMAIL", "CONFIRM_TIME", "SOURCE_DU_CONSENTEMENT", "BASE_LEGALE")
    rows = [("a@exemple.fr", "2024-03-05", "salon", "consentement"), ("b@exemple.fr", "05/03/2024", "", "")]
    for _ in range(2):
        store.import_rows([*rows, ("c@exemple.fr", "", "salon", "")], header=header)
        assert _consents(store, "a@exemple.fr") == [("given", "2024-03-05", "salon", "consentement")]
        assert _consents(store, "b@exemple.fr") == [("given", "2024-03-05", "liste.csv", "")]
        assert _consents(store, "c@exemple.fr") == []


def test_file_never_speaks_over_a_person_who_is_suppressed_or_in_the_log(store: Store) -> None:
    store.suppress("a@exemple.fr")
    list_id = store.list_id("tous")
    with store.database.write() as connection:
        consents.record(
            connection,
            KEYRING.contact_key("b@exemple.fr"),
            list_id=list_id,
            purpose=Purpose.LETTER,
            state=State.WITHDRAWN,
            at=NOW,
            proof=Proof(source="page"),
        )
    rows = [("a@exemple.fr", "2024-03-05"), ("b@exemple.fr", "2024-03-05")]
    store.import_rows(rows, header=("EMAIL", "CONFIRM_TIME"))
    assert _consents(store, "a@exemple.fr") == []
    assert _consents(store, "b@exemple.fr") == [("withdrawn", "2027-01-12", "page", "")]


def test_mended_addresses_and_slips_are_imported_and_told(store: Store) -> None:
    rows = [("Ana <a@exemple.fr>",), ("b@gmial.com",), ("c@exemple.fr",), ("d@gmial.com",)]
    path = write_csv(store.folder / "liste.csv", ["EMAIL"], rows)
    list_id = store.list_id("tous")
    with open_contacts_file(path) as file, store.database.bulk(cache_mb=4) as bulk, bulk.write() as connection:
        run = Import(connection, KEYRING, lambda _: None, lambda _: None)
        counts = run.run(file, Source(path=path, list_id=list_id, at=NOW))
        assert (counts.new, counts.rejected) == (4, 0)
        repairs, slips = run.remarks()
        assert repairs == [(2, "Ana <a@exemple.fr>", "a@exemple.fr")]
        assert slips == [Slip("gmial.com", 3, 1, "gmail.com")]
        assert [each.words for each in [*repairs, *slips]] == [
            "“Ana <a@exemple.fr>” is read as a@exemple.fr",
            "gmial.com: is gmail.com meant? (1 more)",
        ]
    assert list(store.contacts()) == ["a@exemple.fr", "b@gmial.com", "c@exemple.fr", "d@gmial.com"]


def test_nothing_is_kept_of_an_erased_person_who_says_no_in_a_file(store: Store) -> None:
    key = KEYRING.contact_key("a@exemple.fr")
    with store.database.write() as connection:
        suppressions.add(connection, key, list_id=suppressions.ALL_LISTS, cause=Cause.ERASED, at=NOW)
    counts, _ = store.import_rows([("a@exemple.fr", "Ana", "unsubscribed", "")], header=_BREVO)
    assert (counts.read, counts.suppressed) == (1, 1)
    assert "a@exemple.fr" not in store.everything()
    assert [each.cause for each in _every(store)] == [Cause.ERASED]


def _every(store: Store) -> list[suppressions.Suppression]:
    with store.database.read() as connection:
        return list(suppressions.every(connection))

"""Several letters in one campaign: each recipient gets one of them, each batch has one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.contacts import lists
from apes_mailer.ledger import campaigns, merge_values, rehearsals, resizing, traces
from apes_mailer.ledger.sorting import Letter, Letters
from apes_mailer.ledger.states import BatchState, Kind
from apes_mailer.model.merge import ContactField
from apes_mailer.model.message import Context, MessageTemplate, Slot
from apes_mailer.model.submission import NotAccepted, Refused, Submitted, Unknown
from apes_mailer.store import schema
from tests.support.ledgers import NAME, NOW, TEMPLATE, Ledger, address

PLACES = {0: "Aisne", 1: "Somme", 2: "Aisne", 3: "", 4: "somme"}


def template(words: str, *fields: str) -> MessageTemplate:
    """A letter that says something, with merge tags."""
    return replace(TEMPLATE, text=(words, *(Slot(ContactField(name), Context.PLAIN) for name in fields)))


BY_PLACE = {"aisne": template("Aisne", "PRENOM"), "somme": template("Somme", "NOM"), "others": template("Autres")}


def letter_of(values: Sequence[str]) -> Letter:
    """The letter for a place."""
    name = values[0].lower() or "others"
    return Letter(variant=name, template=BY_PLACE[name])


LETTERS = Letters(fields=["TERRITOIRE"], letter_of=letter_of)


def give(ledger: Ledger, fields: Mapping[int, Mapping[str, str]]) -> None:
    """Give numbered contacts their fields."""
    with ledger.database.write() as connection:
        for number, values in fields.items():
            connection.execute(
                sa.update(schema.contact)
                .where(schema.contact.c.key == ledger.key(number))
                .values(fields=json.dumps(values))
            )


@pytest.fixture
def sorted_ledger(ledger: Ledger) -> Ledger:
    """A ledger whose five contacts live in three places."""
    give(ledger, {number: {"TERRITOIRE": place, "PRENOM": f"P{number}"} for number, place in PLACES.items()})
    return ledger


def claimed(ledger: Ledger) -> list[tuple[str, list[str], list[Mapping[str, str]]]]:
    """What the remaining claims hand over: the letter's words, the addresses, the values."""
    with ledger.database.read() as connection:
        templates = campaigns.templates(connection, ledger.ids[NAME])
    found: list[tuple[str, list[str], list[Mapping[str, str]]]] = []
    while (taken := ledger.try_claim()) is not None:
        claim, roll = taken
        found.append((str(templates[claim.template_id].text[0]), list(roll.addresses), list(roll.values)))
    return found


def test_each_batch_has_one_letter_and_each_recipient_its_own(sorted_ledger: Ledger) -> None:
    frozen = sorted_ledger.prepare(letters=LETTERS)
    assert [(each.variant, each.recipients, each.batches) for each in frozen.variants] == [
        ("others", 1, 1),
        ("aisne", 2, 1),
        ("somme", 2, 1),
    ]
    assert [batch.variant for batch in sorted_ledger.status().batches] == ["others", "aisne", "somme"]
    assert [(words, addresses) for words, addresses, _ in claimed(sorted_ledger)] == [
        ("Autres", [address(3)]),
        ("Aisne", [address(0), address(2)]),
        ("Somme", [address(1), address(4)]),
    ]


def test_recipient_keeps_the_values_that_its_own_letter_uses_and_no_other(sorted_ledger: Ledger) -> None:
    sorted_ledger.prepare(letters=LETTERS)
    values = {words: given[0] for words, _, given in claimed(sorted_ledger)}
    assert values == {
        "Autres": {"EMAIL": address(3)},
        "Aisne": {"EMAIL": address(0), "PRENOM": "P0"},
        "Somme": {"EMAIL": address(1), "NOM": ""},
    }


def test_letter_is_asked_for_once_for_all_who_have_the_same(sorted_ledger: Ledger) -> None:
    asked: list[tuple[str, ...]] = []

    def remembered(values: Sequence[str]) -> Letter:
        asked.append(tuple(values))
        return letter_of(values)

    sorted_ledger.prepare(letters=Letters(fields=["TERRITOIRE"], letter_of=remembered))
    assert sorted(asked) == [("",), ("Aisne",), ("Somme",), ("somme",)]


def test_what_only_suppressed_contacts_would_get_is_no_letter_of_the_campaign(sorted_ledger: Ledger) -> None:
    sorted_ledger.suppress(3)
    frozen = sorted_ledger.prepare(letters=LETTERS)
    assert [each.variant for each in frozen.variants] == ["aisne", "somme"]
    assert frozen.excluded == {"suppressed": 1}


def test_several_fields_decide_together(sorted_ledger: Ledger) -> None:
    def both(values: Sequence[str]) -> Letter:
        name = "+".join(values)
        return Letter(variant=name, template=template(name))

    frozen = sorted_ledger.prepare(letters=Letters(fields=["TERRITOIRE", "PRENOM"], letter_of=both))
    assert {each.variant for each in frozen.variants} == {f"{place}+P{number}" for number, place in PLACES.items()}


def test_letter_that_cannot_be_made_freezes_nothing(sorted_ledger: Ledger) -> None:
    def refuse(values: Sequence[str]) -> Letter:
        if values == ["somme"]:
            raise LookupError
        return letter_of(values)

    with pytest.raises(LookupError):
        sorted_ledger.prepare(letters=Letters(fields=["TERRITOIRE"], letter_of=refuse))
    assert sorted_ledger.rows("SELECT count(*) AS n FROM template") == [{"n": 0}]


def test_values_for_one_letter_may_be_missing_where_only_the_other_needs_them(sorted_ledger: Ledger) -> None:
    frozen = sorted_ledger.prepare(letters=LETTERS)
    with sorted_ledger.database.read() as connection:
        templates = campaigns.templates(connection, frozen.campaign_id)
        needing = [number for number, each in templates.items() if "NOM" in each.fields()]
        others = [number for number in templates if number not in needing]
        found = merge_values.unfilled(connection, frozen.campaign_id, "NOM", templates=needing)
        assert merge_values.unfilled(connection, frozen.campaign_id, "NOM", templates=others) == (0, [])
    assert found == (2, [address(1), address(4)])


def test_batches_that_are_cut_keep_their_letter(sorted_ledger: Ledger) -> None:
    sorted_ledger.prepare(letters=LETTERS)
    with sorted_ledger.database.write() as connection:
        resizing.cut_pending(connection, sorted_ledger.ids[NAME], 1, actor="test", at=NOW)
    batches = {batch.no: batch.variant for batch in sorted_ledger.status().batches}
    assert batches == {1: "others", 2: "aisne", 3: "somme", 4: "aisne", 5: "somme"}
    assert Counter(words for words, addresses, _ in claimed(sorted_ledger) for _ in addresses) == {
        "Autres": 1,
        "Aisne": 2,
        "Somme": 2,
    }


def test_who_is_refused_or_in_doubt_goes_again_with_the_own_letter(sorted_ledger: Ledger) -> None:
    sorted_ledger.prepare(letters=LETTERS)
    sorted_ledger.record(sorted_ledger.claim(), Submitted(provider_id="1"))
    aisne = sorted_ledger.claim()
    sorted_ledger.record(aisne, Refused(reasons={0: "no"}))
    again = sorted_ledger.claim()
    assert (again.batch_no, again.template_id, list(again.contacts)) == (2, aisne.template_id, [aisne.contacts[1]])
    sorted_ledger.record(again, Unknown(cause="reset"))
    sorted_ledger.resolve(2, "pending")
    third = sorted_ledger.claim()
    assert (third.template_id, list(third.contacts)) == (aisne.template_id, list(again.contacts))
    sorted_ledger.record(third, NotAccepted(cause="busy"))
    assert [words for words, *_ in claimed(sorted_ledger)] == ["Aisne", "Somme"]


def test_trace_of_a_contact_names_its_letter(sorted_ledger: Ledger) -> None:
    frozen = sorted_ledger.prepare(letters=LETTERS)
    with sorted_ledger.database.read() as connection:
        contact_id = lists.contact_id(connection, sorted_ledger.key(4))
        assert contact_id is not None
        found = traces.recipient(connection, frozen.campaign_id, contact_id)
    assert found is not None
    assert (found.variant, found.batch_no, found.digest) == ("somme", 3, BY_PLACE["somme"].digest)


def test_rehearsal_counts_its_recipients_once_however_many_letters_it_has(sorted_ledger: Ledger) -> None:
    sorted_ledger.prepare(letters=LETTERS, kind=Kind.REHEARSAL)
    while sorted_ledger.try_claim() is not None:
        pass
    with sorted_ledger.database.write() as connection:
        connection.execute(sa.update(schema.batch).values(state=BatchState.SUBMITTED))
        [found] = rehearsals.of_name(connection, NAME, owner_alive=False)
    assert (found.recipients, found.submitted) == (5, 5)
    assert {each.variant: each.digest for each in found.letters} == {
        name: each.digest for name, each in BY_PLACE.items()
    }


def test_letter_sent_before_is_found_by_any_of_its_variants(sorted_ledger: Ledger) -> None:
    sorted_ledger.prepare(letters=LETTERS)
    sorted_ledger.claim()
    with sorted_ledger.database.read() as connection:
        assert campaigns.sends_of_letters(connection, [BY_PLACE["somme"].digest, "another"])
        assert not campaigns.sends_of_letters(connection, ["another"])


@given(
    places=st.lists(st.sampled_from(["", "Aisne", "AISNE", "Somme", 'O\'Brien "é"']), min_size=1, max_size=25),
    size=st.integers(1, 7),
    suppressed=st.sets(st.integers(0, 24)),
)
@settings(max_examples=40)
def test_everybody_is_in_one_batch_of_the_own_letter(places: list[str], size: int, suppressed: set[int]) -> None:
    def own(values: Sequence[str]) -> Letter:
        name = values[0].lower() or "others"
        return Letter(variant=name, template=template(name))

    with TemporaryDirectory() as folder:
        ledger = Ledger.create(Path(folder), contacts=len(places))
        give(ledger, {number: {"TERRITOIRE": place} for number, place in enumerate(places)})
        for number in suppressed:
            ledger.suppress(number)
        ledger.prepare(letters=Letters(fields=["TERRITOIRE"], letter_of=own), batch_size=size)
        numbers = [batch.no for batch in ledger.status().batches]
        found = claimed(ledger)
        ledger.database.close()
    assert numbers == list(range(1, len(found) + 1))
    assert all(len(addresses) <= size for _, addresses, _ in found)
    got = {each: words for words, addresses, _ in found for each in addresses}
    assert sum(len(addresses) for _, addresses, _ in found) == len(got)
    assert got == {
        address(number): place.lower() or "others" for number, place in enumerate(places) if number not in suppressed
    }

"""Opens and clicks are counted of whoever agreed, of nobody else, and only where the workspace wants it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from apes_mailer.contacts import consents, lists
from apes_mailer.contacts.consents import Proof
from apes_mailer.ledger import claims
from apes_mailer.ledger.claims import Claim, Roll
from apes_mailer.ledger.sorting import Letter, Letters
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.submission import NotAccepted, Submitted
from apes_mailer.model.tracking import NOTHING, Tracking, read, written
from apes_mailer.store import schema
from tests.support.ledgers import NAME, TEMPLATE, Ledger, address

OPENS, CLICKS = Purpose.OPENS, Purpose.CLICKS
BOTH: Tracking = frozenset({OPENS, CLICKS})


def letters(wanted: Tracking) -> Letters:
    """One letter for everybody, of whose readers this is to be counted."""
    return Letters(letter_of=lambda _: Letter(template=TEMPLATE), tracking=wanted)


def say(ledger: Ledger, number: int, purpose: Purpose, state: State, list_name: str = "") -> None:
    """Let a contact say something about a list, or about all."""
    with ledger.database.write() as connection:
        scope = lists.number(connection, list_name) if list_name else schema.ALL_LISTS
        consents.record(
            connection,
            ledger.key(number),
            list_id=scope,
            purpose=purpose,
            state=state,
            at=ledger.now,
            proof=Proof(source="form"),
        )


def claimed(ledger: Ledger, wanted: Tracking) -> list[tuple[Claim, Roll]]:
    """What the remaining claims hand over."""
    found: list[tuple[Claim, Roll]] = []
    while True:
        with ledger.database.write() as connection:
            taken = claims.claim(connection, ledger.ids[NAME], owner="sender", at=ledger.now, wanted=wanted)
        if taken is None:
            return found
        found.append(taken)


def counted(ledger: Ledger, wanted: Tracking = BOTH) -> dict[str, str]:
    """What is counted of each address, in the words of the ledger."""
    return {each: written(claim.tracking) for claim, roll in claimed(ledger, wanted) for each in roll.addresses}


@pytest.mark.parametrize("tracking", [NOTHING, frozenset({OPENS}), frozenset({CLICKS}), BOTH])
def test_ledger_reads_what_it_wrote(tracking: Tracking) -> None:
    assert read(written(tracking)) == tracking


def test_each_consent_counts_for_itself_and_for_nobody_else(ledger: Ledger) -> None:
    say(ledger, 1, OPENS, State.GIVEN)
    say(ledger, 2, CLICKS, State.GIVEN, "adherents")
    say(ledger, 3, OPENS, State.GIVEN)
    say(ledger, 3, CLICKS, State.GIVEN)
    say(ledger, 4, OPENS, State.REFUSED)
    frozen = ledger.prepare(letters=letters(BOTH))
    assert frozen.tracked == {"clicks": 2, "opens": 2}
    assert frozen.variants == []
    assert counted(ledger) == {
        address(0): "",
        address(1): "opens",
        address(2): "clicks",
        address(3): "clicks opens",
        address(4): "",
    }
    assert ledger.status().tracked == {"clicks": 2, "opens": 2}


def test_consent_to_the_letter_is_none_to_being_counted(ledger: Ledger) -> None:
    say(ledger, 1, Purpose.LETTER, State.GIVEN)
    assert ledger.prepare(letters=letters(BOTH)).tracked == {"clicks": 0, "opens": 0}
    assert set(counted(ledger).values()) == {""}


@pytest.mark.parametrize(
    ("words", "agreed"),
    [
        ([("", State.GIVEN), ("", State.WITHDRAWN)], False),
        ([("", State.WITHDRAWN), ("", State.GIVEN)], True),
        ([("adherents", State.GIVEN), ("", State.WITHDRAWN)], False),
        ([("", State.GIVEN), ("adherents", State.REFUSED)], False),
        ([("", State.REFUSED), ("adherents", State.GIVEN)], True),
    ],
)
def test_last_word_counts_whatever_it_is_about(ledger: Ledger, words: list[tuple[str, State]], agreed: bool) -> None:
    for list_name, state in words:
        say(ledger, 1, OPENS, state, list_name)
    ledger.prepare(letters=letters(BOTH))
    assert counted(ledger)[address(1)] == ("opens" if agreed else "")


def test_consent_of_an_import_that_was_undone_proves_nothing(ledger: Ledger) -> None:
    say(ledger, 1, OPENS, State.GIVEN)
    say(ledger, 2, OPENS, State.GIVEN)
    with ledger.database.write() as connection:
        row = {"list_id": 1, "source": "a.csv", "at": "2027", "counts": "{}", "undone_at": "2027"}
        undone = connection.execute(
            sa.insert(schema.contact_import).returning(schema.contact_import.c.id), row
        ).scalar()
        values = {"list_id": 0, "purpose": OPENS, "state": State.GIVEN, "at": "2027", "source": "a.csv"}
        rows = [{**values, "key": ledger.key(number), "import_id": undone} for number in (3, 4)]
        connection.execute(sa.insert(schema.consent), rows)
    say(ledger, 4, OPENS, State.GIVEN)
    ledger.prepare(letters=letters(BOTH))
    assert [number for number in range(5) if counted_of(ledger, number)] == [1, 2, 4]


def test_consent_for_another_list_says_nothing(ledger: Ledger) -> None:
    ledger.join([1], "autres")
    say(ledger, 1, OPENS, State.GIVEN, "autres")
    ledger.prepare(letters=letters(BOTH))
    assert counted(ledger)[address(1)] == ""


@pytest.mark.parametrize(
    ("frozen", "at_claim", "found"),
    [
        (NOTHING, BOTH, ""),
        (BOTH, NOTHING, ""),
        (frozenset({OPENS}), BOTH, "opens"),
        (BOTH, frozenset({CLICKS}), "clicks"),
    ],
)
def test_workspace_has_to_want_it_when_prepared_and_when_sent(
    ledger: Ledger, frozen: Tracking, at_claim: Tracking, found: str
) -> None:
    for purpose in BOTH:
        say(ledger, 1, purpose, State.GIVEN)
    ledger.prepare(letters=letters(frozen))
    assert counted(ledger, at_claim)[address(1)] == found


def test_consent_taken_back_before_the_claim_turns_it_off_for_the_whole_batch(ledger: Ledger) -> None:
    for number, purpose in itertools.product((0, 1, 2, 3), BOTH):
        say(ledger, number, purpose, State.GIVEN)
    ledger.prepare(letters=letters(BOTH), batch_size=2)
    say(ledger, 3, OPENS, State.WITHDRAWN)
    assert counted(ledger) == {
        address(4): "",
        address(0): "clicks opens",
        address(1): "clicks opens",
        address(2): "clicks",
        address(3): "clicks",
    }
    assert ledger.status().tracked == {"clicks": 4, "opens": 2}


def test_who_opted_out_meanwhile_turns_nothing_off_for_the_others(ledger: Ledger) -> None:
    for number in (0, 1):
        say(ledger, number, OPENS, State.GIVEN)
    ledger.prepare(letters=letters(BOTH), batch_size=2)
    ledger.suppress(0)
    say(ledger, 0, OPENS, State.WITHDRAWN)
    assert counted(ledger)[address(1)] == "opens"


def test_consent_given_after_the_preparation_changes_no_batch(ledger: Ledger) -> None:
    ledger.prepare(letters=letters(BOTH))
    say(ledger, 1, OPENS, State.GIVEN)
    assert counted(ledger)[address(1)] == ""


def test_batch_that_goes_again_asks_again(ledger: Ledger) -> None:
    say(ledger, 0, OPENS, State.GIVEN)
    ledger.prepare(letters=letters(BOTH))
    (first,) = [claim for claim, _ in claimed(ledger, BOTH) if claim.tracking]
    ledger.record(first, NotAccepted(cause="busy"))
    say(ledger, 0, OPENS, State.WITHDRAWN)
    (again,) = [claim for claim, _ in claimed(ledger, BOTH)]
    assert (again.batch_no, again.tracking) == (first.batch_no, NOTHING)
    ledger.record(again, Submitted())
    assert [batch.tracking for batch in ledger.status().batches if batch.no == first.batch_no] == [""]


def test_variants_are_split_and_still_counted_as_one_each(ledger: Ledger) -> None:
    by_parity: Mapping[str, Letter] = {
        name: Letter(variant=name, template=replace(TEMPLATE, text=(name,))) for name in ("a", "b")
    }
    for number in range(5):
        with ledger.database.write() as connection:
            connection.exec_driver_sql(
                "UPDATE contact SET fields = ? WHERE key = ?", (f'{{"COTE": "{"ab"[number % 2]}"}}', ledger.key(number))
            )
    say(ledger, 1, OPENS, State.GIVEN)
    say(ledger, 2, OPENS, State.GIVEN)
    frozen = ledger.prepare(
        letters=Letters(fields=["COTE"], letter_of=lambda values: by_parity[values[0]], tracking=BOTH)
    )
    assert [(each.variant, each.recipients) for each in frozen.variants] == [("a", 3), ("b", 2)]
    assert {each.batches for each in frozen.variants} == {2}
    assert {number for number in range(5) if counted_of(ledger, number)} == {1, 2}


def counted_of(ledger: Ledger, number: int) -> bool:
    """Whether a contact's batch is one of those of which something is counted, before any claim."""
    rows = ledger.rows(
        "SELECT t.tracking FROM recipient r JOIN template t ON t.id = r.template_id "
        "JOIN contact c ON c.id = r.contact_id WHERE c.key = :key",
        key=ledger.key(number),
    )
    return bool(rows[0]["tracking"])


def test_ledger_of_an_older_version_counts_nothing(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path, contacts=2)
    ledger.prepare()
    assert [row["tracking"] for row in ledger.rows("SELECT tracking FROM template")] == [""]
    assert set(counted(ledger).values()) == {""}

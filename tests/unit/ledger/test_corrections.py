"""Whom a correction goes to, frozen like any audience: both sums hold and everybody left out has a reason."""

from __future__ import annotations

import json

import sqlalchemy as sa

from apes_mailer.contacts import lists
from apes_mailer.ledger import corrections, freeze
from apes_mailer.ledger.freeze import Frozen, Preparation
from apes_mailer.ledger.sorting import Letters
from apes_mailer.ledger.states import Kind
from apes_mailer.model.submission import Refused, Submitted, Unknown
from apes_mailer.store import schema
from tests.support.ledgers import ENVELOPE, NAME, Ledger, letters_with

CORRECTION = "correction"


def _correct(
    ledger: Ledger, *, of: str = NAME, name: str = CORRECTION, with_doubtful: bool = False, letters: Letters
) -> Frozen:
    with ledger.database.write() as connection:
        list_id = lists.number(connection, "adherents")
        candidates = corrections.candidates(connection, ledger.ids[of], None, with_doubtful=with_doubtful)
        preparation = Preparation(
            name=name,
            kind=Kind.SEND,
            provider="local",
            list_id=list_id,
            envelope=ENVELOPE.to_json(),
            issue_digest="",
            letters=letters,
            batch_size=2,
            correction_of=ledger.ids[of],
        )
        frozen = freeze.freeze(connection, preparation, candidates, at=ledger.now, actor="test")
    ledger.ids[name] = frozen.campaign_id
    return frozen


def _recipients(ledger: Ledger, name: str = CORRECTION) -> list[int]:
    rows = ledger.rows(
        "SELECT contact.key FROM recipient JOIN contact ON contact.id = contact_id WHERE campaign_id = :id ORDER BY 1",
        id=ledger.ids[name],
    )
    keys = [row["key"] for row in rows]
    return [number for number in range(20) if ledger.key(number) in keys]


def _half_sent(ledger: Ledger) -> None:
    """Contacts 0 and 1 have the letter, 2 and 3 are in doubt, 4 waits."""
    ledger.prepare(letters=letters_with("PRENOM"))
    ledger.record(ledger.claim(), Submitted())
    ledger.record(ledger.claim(), Unknown(cause="timeout"))


def test_only_those_who_were_reached(ledger: Ledger) -> None:
    _half_sent(ledger)
    ledger.join([7])
    frozen = _correct(ledger, letters=letters_with())
    assert (frozen.candidates, frozen.recipients) == (5, 2)
    assert frozen.excluded == {"in_doubt": 2, "not_reached": 1}
    assert _recipients(ledger) == [0, 1]
    assert ledger.status(CORRECTION).correction_of == NAME


def test_those_in_doubt_by_choice(ledger: Ledger) -> None:
    _half_sent(ledger)
    frozen = _correct(ledger, letters=letters_with(), with_doubtful=True)
    assert frozen.excluded == {"not_reached": 1}
    assert _recipients(ledger) == [0, 1, 2, 3]


def test_who_has_said_no_or_was_erased_since_is_left_out(ledger: Ledger) -> None:
    _half_sent(ledger)
    ledger.suppress(0, "adherents")
    with ledger.database.write() as connection:
        contact = schema.contact
        gone = sa.update(contact).where(contact.c.key == ledger.key(1)).values(address="", key=b"a random one")
        connection.execute(gone)
    frozen = _correct(ledger, letters=letters_with())
    assert (frozen.recipients, frozen.excluded) == (0, {"in_doubt": 2, "not_reached": 1, "suppressed": 2})


def test_value_is_that_of_today_and_where_there_is_none_the_frozen_one(ledger: Ledger) -> None:
    with ledger.database.write() as connection:
        connection.execute(sa.update(schema.contact).values(fields=json.dumps({"PRENOM": "Ana", "VILLE": "Laon"})))
    ledger.prepare(letters=letters_with("PRENOM", "VILLE"))
    while claimed := ledger.try_claim():
        ledger.record(claimed[0], Submitted())
    with ledger.database.write() as connection:
        connection.execute(sa.update(schema.contact).values(fields=json.dumps({"PRENOM": "Anna", "PAYS": "France"})))
    _correct(ledger, letters=letters_with("PRENOM", "VILLE", "PAYS"))
    rows = ledger.rows("SELECT DISTINCT merge_values FROM recipient WHERE campaign_id = :id", id=ledger.ids[CORRECTION])
    assert [json.loads(row["merge_values"]) for row in rows] == [{"PRENOM": "Anna", "VILLE": "Laon", "PAYS": "France"}]


def test_later_doubts_and_resumes_of_the_letter_change_nothing_about_the_correction(ledger: Ledger) -> None:
    _half_sent(ledger)
    _correct(ledger, letters=letters_with())
    ledger.resolve(2, "submitted")
    ledger.record(ledger.claim(), Submitted())
    while claimed := ledger.try_claim(CORRECTION):
        ledger.record(claimed[0], Submitted())
    ended = ledger.status(CORRECTION)
    assert (ended.state, ended.submitted, ended.candidates) == ("finished", 2, 5)


def test_correction_of_a_correction_goes_to_those_who_got_that_one(ledger: Ledger) -> None:
    ledger.prepare()
    while claimed := ledger.try_claim():
        ledger.record(claimed[0], Submitted())
    _correct(ledger, letters=letters_with())
    ledger.record(ledger.claim(CORRECTION), Refused(reasons={0: "no"}))
    ledger.record(ledger.claim(CORRECTION), Submitted())
    second = _correct(ledger, of=CORRECTION, name="second", letters=letters_with())
    assert (second.candidates, second.recipients, second.excluded) == (5, 1, {"not_reached": 4})
    assert _recipients(ledger, "second") == [1]

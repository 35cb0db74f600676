"""Freezing an audience: everybody is accounted for, or nothing happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from apes_mailer.errors import CancelledError, LedgerError
from apes_mailer.ledger import campaigns, merge_values
from apes_mailer.ledger.control import Distrusted
from apes_mailer.ledger.states import BatchState, Kind
from apes_mailer.model.consent import Policy, Purpose, State
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.submission import Submitted, Unknown
from apes_mailer.store import schema
from tests.support.ledgers import NAME, NOW, Ledger, address, letters_with

_TABLES = ("campaign", "template", "recipient", "exclusion", "batch", "history")


def _sizes(ledger: Ledger) -> list[int]:
    return [ledger.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in _TABLES]


def _too_long(_address: str, values: Mapping[str, str]) -> str | None:
    return "too long" if len(values["PRENOM"].encode()) > 100 else None


def _hundred(_template: MessageTemplate) -> int:
    return 100


def _judge(_template: MessageTemplate) -> merge_values.TooLarge:
    return _too_long


def _give(ledger: Ledger, number: int, fields: str) -> None:
    with ledger.database.write() as connection:
        connection.execute(
            sa.update(schema.contact).where(schema.contact.c.key == ledger.key(number)).values(fields=fields)
        )


@pytest.mark.parametrize(("size", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (1000, [5])])
def test_recipients_become_batches_of_at_most_the_size(ledger: Ledger, size: int, sizes: list[int]) -> None:
    frozen = ledger.prepare(batch_size=size)
    assert (frozen.candidates, frozen.recipients, frozen.batches) == (5, 5, len(sizes))
    assert [batch.recipients for batch in ledger.status().batches] == sizes


def test_every_recipient_is_in_one_batch_though_others_stand_between_them(ledger: Ledger) -> None:
    ledger.join(range(5, 40), "autre")
    ledger.join(range(40, 44))
    ledger.suppress(2)
    ledger.prepare(batch_size=3)
    seen: list[str] = []
    while (found := ledger.try_claim()) is not None:
        seen += found[1].addresses
    assert seen == [address(number) for number in (0, 1, 3, 4, 40, 41, 42, 43)]


def test_suppressed_candidates_are_excluded_with_the_cause(ledger: Ledger) -> None:
    ledger.suppress(0)
    ledger.suppress(1, "adherents")
    ledger.suppress(2, "autre")
    ledger.suppress(3, until=NOW - dt.timedelta(seconds=1))
    ledger.suppress(4, until=NOW + dt.timedelta(seconds=1))
    frozen = ledger.prepare()
    assert (frozen.candidates, frozen.recipients, frozen.excluded) == (5, 2, {"suppressed": 3})
    rows = ledger.rows("SELECT DISTINCT reason, detail FROM exclusion")
    assert rows == [{"reason": "suppressed", "detail": "manual"}]


def test_on_an_opt_in_list_nobody_is_mailed_without_a_proof(ledger: Ledger) -> None:
    ledger.say(0, State.GIVEN)
    ledger.say(1, State.GIVEN, State.WITHDRAWN)
    ledger.say(2, State.REFUSED)
    ledger.say(3, State.GIVEN)
    ledger.suppress(3)
    frozen = ledger.prepare(policy=Policy.OPT_IN)
    assert frozen.excluded == {"no_proof_of_consent": 3, "suppressed": 1}
    assert (frozen.candidates, frozen.recipients) == (5, 1)
    rows = ledger.rows("SELECT detail FROM exclusion WHERE reason = 'no_proof_of_consent' ORDER BY contact_id")
    assert rows == [{"detail": "withdrawn"}, {"detail": "refused"}, {"detail": ""}]
    assert ledger.status().policy is Policy.OPT_IN


@pytest.mark.parametrize(("list_name", "recipients"), [("", 1), ("adherents", 1), ("autre", 0)])
def test_consent_counts_for_the_list_it_was_given_for_or_for_all(
    ledger: Ledger, list_name: str, recipients: int
) -> None:
    ledger.say(0, State.GIVEN, list_name=list_name)
    assert ledger.prepare(policy=Policy.OPT_IN).recipients == recipients


def test_consent_to_be_counted_is_none_to_be_mailed(ledger: Ledger) -> None:
    ledger.say(0, State.GIVEN, purpose=Purpose.OPENS)
    assert ledger.prepare(policy=Policy.OPT_IN).recipients == 0


def test_candidate_suppressed_twice_is_excluded_once(ledger: Ledger) -> None:
    ledger.suppress(0)
    ledger.suppress(0, "adherents")
    assert ledger.prepare().excluded == {"suppressed": 1}


def test_nobody_left_is_no_batch(ledger: Ledger) -> None:
    for number in range(5):
        ledger.suppress(number)
    frozen = ledger.prepare()
    assert (frozen.recipients, frozen.batches, frozen.excluded) == (0, 0, {"suppressed": 5})


@pytest.mark.parametrize("expected", [0, 4, 6])
def test_wrong_count_freezes_nothing(ledger: Ledger, expected: int) -> None:
    with pytest.raises(CancelledError, match="the list gives 5 recipients"):
        ledger.prepare(expected=expected)
    assert _sizes(ledger) == [0] * 6


def test_count_is_of_the_recipients_inside_the_freeze(ledger: Ledger) -> None:
    ledger.suppress(0)
    with pytest.raises(CancelledError, match="gives 4 recipients"):
        ledger.prepare(expected=5)
    assert ledger.prepare(expected=4).recipients == 4


def test_preparation_that_nobody_touched_is_forgotten_by_the_next(ledger: Ledger) -> None:
    ledger.suppress(0)
    first = ledger.prepare(batch_size=1)
    second = ledger.prepare(batch_size=5)
    assert ledger.status().batches[0].recipients == 4
    assert _sizes(ledger) == [1, 1, 4, 1, 1, 1]
    assert first.recipients == second.recipients


@pytest.mark.parametrize("touch", ["claimed", "submitted", "in doubt", "emptied", "distrusted"])
def test_campaign_that_was_touched_is_never_prepared_again(ledger: Ledger, touch: str) -> None:
    ledger.prepare()
    match touch:
        case "emptied":
            for number in range(5):
                ledger.suppress(number)
            assert ledger.try_claim() is None
        case "distrusted":
            ledger.distrust(NAME)
        case _:
            claim = ledger.claim()
            if touch != "claimed":
                ledger.record(claim, Submitted() if touch == "submitted" else Unknown(cause="reset"))
    before = _sizes(ledger)
    with pytest.raises(LedgerError, match="never prepared a second time") as caught:
        ledger.prepare()
    assert f"apes-mailer resume {NAME}" in caught.value.hint
    assert _sizes(ledger) == before


def test_campaign_whose_only_trace_is_what_a_person_settled_is_not_dropped_as_untouched(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.distrust(NAME)
    ledger.resolve(1, "submitted")
    ledger.resolve(2, "pending")
    assert ledger.distrust() == Distrusted(in_doubt=[NAME], doubted_before=[NAME], dropped=[])
    assert ledger.batch_states() == [BatchState.SUBMITTED, BatchState.UNKNOWN, BatchState.UNKNOWN]


def test_rehearsals_are_prepared_as_often_as_one_likes(ledger: Ledger) -> None:
    for kind in (Kind.TEST, Kind.REHEARSAL, Kind.TEST, Kind.SEND, Kind.REHEARSAL):
        ledger.prepare(kind=kind)
        ledger.record(ledger.claim(), Submitted())
    assert _sizes(ledger)[0] == 5


def test_database_refuses_a_second_real_campaign_of_a_name(ledger: Ledger) -> None:
    ledger.prepare()
    with pytest.raises(LedgerError, match="UNIQUE"), ledger.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO campaign (name, kind, provider, list_id, envelope, issue_digest, prepared_at, suppression_id)"
            " SELECT name, kind, provider, list_id, envelope, issue_digest, prepared_at, 0 FROM campaign"
        )


def test_values_are_frozen_and_only_those_that_the_letter_uses(ledger: Ledger) -> None:
    _give(ledger, 0, '{"PRENOM": "Odile", "VILLE": "Arras"}')
    ledger.prepare(letters=letters_with("PRENOM"))
    _give(ledger, 0, '{"PRENOM": "Another"}')
    found = ledger.try_claim()
    assert found is not None
    assert found[1].values[0] == {"EMAIL": address(0), "PRENOM": "Odile"}
    assert found[1].values[1] == {"EMAIL": address(1), "PRENOM": ""}


def test_values_too_large_for_the_provider_exclude_with_the_reason(ledger: Ledger) -> None:
    _give(ledger, 0, '{"PRENOM": "%s"}' % ("é" * 60))
    _give(ledger, 1, '{"PRENOM": "%s"}' % ("e" * 90))
    frozen = ledger.prepare(letters=letters_with("PRENOM"), value_bytes=_hundred, too_large=_judge)
    assert (frozen.recipients, frozen.excluded) == (4, {"too_large": 1})
    assert ledger.rows("SELECT detail FROM exclusion") == [{"detail": "too long"}]


def test_contacts_with_nothing_in_a_field_are_named(ledger: Ledger) -> None:
    _give(ledger, 0, '{"PRENOM": "Odile"}')
    _give(ledger, 1, '{"PRENOM": "  "}')
    frozen = ledger.prepare(letters=letters_with("PRENOM"))
    with ledger.database.read() as connection:
        letters = campaigns.templates(connection, frozen.campaign_id)
        found = merge_values.unfilled(connection, frozen.campaign_id, "PRENOM", templates=letters, first=2)
    assert found == (4, [address(1), address(2)])


def test_contacts_that_join_after_the_freeze_are_not_in_it(ledger: Ledger) -> None:
    ledger.prepare(batch_size=2)
    ledger.join(range(5, 9))
    seen = 0
    while (found := ledger.try_claim()) is not None:
        seen += len(found[1].addresses)
    assert seen == 5


def test_freeze_that_fails_at_its_end_leaves_nothing(ledger: Ledger) -> None:
    ledger.prepare()
    before = _sizes(ledger), ledger.batch_states()
    with pytest.raises(CancelledError):
        ledger.prepare(expected=1)
    assert (_sizes(ledger), ledger.batch_states()) == before == ([1, 1, 5, 0, 3, 1], [BatchState.PENDING] * 3)


_LOSSES = {
    "a recipient": (
        "INSERT ON recipient WHEN new.contact_id = 3 BEGIN DELETE FROM recipient WHERE contact_id = 3; END",
        "5 candidates, 3 recipients, 3 in batches, 1 exclusions",
    ),
    "an exclusion": (
        "INSERT ON exclusion BEGIN DELETE FROM exclusion WHERE id = new.id; END",
        "5 candidates, 4 recipients, 4 in batches, 0 exclusions",
    ),
    "a place in a batch": (
        "INSERT ON batch WHEN new.no = 1 BEGIN UPDATE batch SET size = size - 1 WHERE no = 1; END",
        "5 candidates, 4 recipients, 3 in batches, 1 exclusions",
    ),
}


@pytest.mark.parametrize("lost", _LOSSES)
def test_freeze_that_loses_a_row_is_noticed_and_nothing_is_prepared(ledger: Ledger, lost: str) -> None:
    trigger, sums = _LOSSES[lost]
    ledger.suppress(0)
    with ledger.database.write() as connection:
        connection.exec_driver_sql(f"CREATE TRIGGER loss AFTER {trigger}")
    with pytest.raises(LedgerError, match=f"The sums do not agree: {sums}. Nothing was prepared"):
        ledger.prepare()
    assert _sizes(ledger) == [0] * 6

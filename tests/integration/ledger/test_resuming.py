"""What going on with a campaign does first: it settles what was left behind, and heeds the settings of now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from apes_mailer.campaign import dispatch
from apes_mailer.campaign.dispatch import Dispatched, Watch
from apes_mailer.campaign.send import Records, Surroundings
from apes_mailer.campaign.why import why
from apes_mailer.contacts import person
from apes_mailer.ledger.owner import OwnerLock
from apes_mailer.ledger.states import BatchState, CampaignState
from apes_mailer.model.submission import NotAccepted, Refused, Unknown
from apes_mailer.providers.base import Limits
from apes_mailer.workspace import Workspace
from tests.support.ledgers import NAME, NOW, Ledger, address
from tests.support.told_provider import ToldProvider

SUBMITTED, UNKNOWN = BatchState.SUBMITTED, BatchState.UNKNOWN


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger, None, None]:
    """A prepared campaign of three batches: two, two and one."""
    made = Ledger.create(tmp_path, contacts=5)
    made.prepare()
    yield made
    made.database.close()


def _resume(ledger: Ledger, provider: ToldProvider, *, batch_size: int = 1000) -> tuple[Dispatched, list[str]]:
    """Resume; return how it ended and what a person was warned of."""
    records = Records(database=ledger.database, instance=ledger.instance, clock=lambda: NOW)
    around = Surroundings(
        records=records, provider=provider, keyring=ledger.keyring, in_flight=1, batch_size=batch_size
    )
    said: list[str] = []
    watch = Watch(prepared=lambda _: None, progress=lambda _: None, sender=lambda _: None, warn=said.append)
    return dispatch.resume(around, Workspace(ledger.database.path.parent), NAME, watch), said


@pytest.mark.parametrize(("dead", "said"), [(1, "1 batch was being submitted"), (2, "2 batches were being submitted")])
def test_what_a_dead_sender_left_is_in_doubt_and_the_rest_is_sent(ledger: Ledger, dead: int, said: str) -> None:
    for _ in range(dead):
        ledger.claim(owner="dead")
    provider = ToldProvider()
    done, warnings = _resume(ledger, provider)
    assert [who for addresses in provider.addresses for who in addresses] == [address(n) for n in range(2 * dead, 5)]
    # As stored: a status shows what has no owner as in doubt anyway.
    stored = [*[UNKNOWN] * dead, *[SUBMITTED] * (3 - dead)]
    assert [row["state"] for row in ledger.rows("SELECT state FROM batch ORDER BY no")] == stored
    assert ledger.attempt_states() == [str(state) for state in stored]
    assert warnings[0].startswith(f"{said} when the program stopped")
    assert done.status.state is CampaignState.INCOMPLETE


def test_batches_larger_than_the_size_asked_for_now_are_cut(ledger: Ledger) -> None:
    ledger.record(ledger.claim(), NotAccepted(cause="413", stop=True))
    provider = ToldProvider()
    done, _ = _resume(ledger, provider, batch_size=1)
    assert done.status.state is CampaignState.FINISHED
    assert sorted(provider.addresses) == [[address(number)] for number in range(5)]


def test_batch_that_goes_again_is_cut_too_and_evidence_still_settles_all_of_it(ledger: Ledger) -> None:
    doubtful = ledger.claim()
    ledger.record(doubtful, Unknown(cause="500"))
    ledger.resolve(1, "pending")
    ledger.record(ledger.claim(), NotAccepted(cause="413", stop=True))
    provider = ToldProvider()
    done, _ = _resume(ledger, provider, batch_size=1)
    assert done.status.state is CampaignState.FINISHED
    assert sorted(provider.addresses) == [[address(number)] for number in range(5)]
    ledger.prove(doubtful.mark)
    assert ledger.status().duplicates == 2


def test_campaign_prepared_anew_while_it_waited_for_its_lock_is_the_one_that_goes_on(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = OwnerLock.held

    def held_by_another_at_first(lock: OwnerLock) -> AbstractContextManager[str]:
        ledger.prepare("2027-04")  # takes the number after the highest
        ledger.prepare()
        monkeypatch.undo()
        return held(lock)

    before = ledger.ids[NAME]
    monkeypatch.setattr(OwnerLock, "held", held_by_another_at_first)
    done, _ = _resume(ledger, ToldProvider())
    assert ledger.ids[NAME] != before
    assert (done.status.state, done.status.submitted) == (CampaignState.FINISHED, 5)


def test_batches_are_never_larger_than_the_provider_takes(ledger: Ledger) -> None:
    ledger.prepare(batch_size=5)
    provider = ToldProvider()
    provider.limits = Limits(recipients=3)
    _resume(ledger, provider)
    assert list(map(len, provider.addresses)) == [3, 2]


def test_whoever_was_refused_before_a_cut_is_still_told_so(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path, contacts=10)
    ledger.prepare(batch_size=10)
    ledger.record(ledger.claim(), Refused(reasons={4: "no mailbox", 7: "no mailbox"}))
    ledger.record(ledger.claim(), NotAccepted(cause="413", stop=True))
    _resume(ledger, ToldProvider(), batch_size=4)
    answers = {n: why(ledger.database, ledger.keyring, NAME, address(n), at=NOW).answers[0] for n in (3, 4, 7, 9)}
    assert {n: (answer.verdict, answer.batch) for n, answer in answers.items()} == {
        3: ("submitted", 1),
        4: ("refused", 1),
        7: ("refused", 2),
        9: ("submitted", 2),
    }
    ledger.database.close()


def test_of_a_person_who_was_erased_nobody_says_that_nothing_was_sent(ledger: Ledger) -> None:
    _resume(ledger, ToldProvider())
    with ledger.database.write() as connection:
        key = ledger.keyring.contact_key(address(3))
        person.erase(connection, key, at=NOW + dt.timedelta(days=1), keep_number=True)
    told = {n: why(ledger.database, ledger.keyring, NAME, address(n), at=NOW).answers[0] for n in (3, 99)}
    assert {n: answer.verdict for n, answer in told.items()} == {3: "not_asked", 99: "not_asked"}
    assert "was erased on" in told[3].reason
    assert "what was sent to this address before is not known any more" in told[3].reason
    assert told[99].reason == "the address was not on the list when the campaign was prepared"

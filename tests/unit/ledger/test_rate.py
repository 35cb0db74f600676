"""The rate of a provider, kept in the ledger."""

from __future__ import annotations

import datetime as dt

import pytest

from apes_mailer.ledger import rate
from tests.support.ledgers import NOW, Ledger


def _reserve(ledger: Ledger, count: int, *, after: float = 0, per_second: int = 100, provider: str = "local") -> float:
    with ledger.database.write() as connection:
        at = NOW + dt.timedelta(seconds=after)
        return rate.reserve(connection, provider, count, per_second=per_second, at=at)


def test_first_batch_goes_at_once_and_the_next_ones_wait_their_turn(ledger: Ledger) -> None:
    assert [_reserve(ledger, 50) for _ in range(4)] == [0, 0.5, 1.0, 1.5]


def test_rate_that_was_not_used_is_not_saved_up(ledger: Ledger) -> None:
    _reserve(ledger, 50)
    assert [_reserve(ledger, 50, after=600) for _ in range(2)] == [0, 0.5]


def test_providers_do_not_share_a_rate(ledger: Ledger) -> None:
    _reserve(ledger, 500)
    assert _reserve(ledger, 500, provider="other") == 0


@pytest.mark.parametrize("seconds", [-7200, -86_400])
def test_clock_set_back_far_does_not_hold_up_a_send(ledger: Ledger, seconds: int) -> None:
    _reserve(ledger, 50)
    assert [_reserve(ledger, 50, after=seconds) for _ in range(2)] == [0, 0.5]


def test_clock_set_back_a_little_waits_until_then(ledger: Ledger) -> None:
    _reserve(ledger, 50)
    assert _reserve(ledger, 50, after=-60) == 60.5


def test_clock_set_forward_lets_the_next_batch_go(ledger: Ledger) -> None:
    _reserve(ledger, 500)
    assert [_reserve(ledger, 50, after=2 * 86_400) for _ in range(2)] == [0, 0.5]


def test_small_batch_does_not_take_the_reservation_of_a_large_one_for_a_clock_set_back(ledger: Ledger) -> None:
    assert _reserve(ledger, 1000, per_second=5) == 0
    assert _reserve(ledger, 3, per_second=5) == 200


def test_slow_rate_is_kept_by_three_programs(ledger: Ledger) -> None:
    assert [_reserve(ledger, 1000, per_second=1) for _ in range(3)] == [0, 1000, 2000]

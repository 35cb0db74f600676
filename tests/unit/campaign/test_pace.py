"""When batches may go, and when to give up."""

from __future__ import annotations

import threading
import time

import pytest

from apes_mailer.campaign import pace
from apes_mailer.campaign.pace import Pace


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_FIRST_WAIT", 0.0)


def test_work_is_done_when_nothing_is_pending_and_nobody_is_on_the_way() -> None:
    one = Pace(2)
    assert one.enter()
    one.leave(idle=True)
    assert one.stopped
    assert not one.enter()


def test_work_is_not_done_while_somebody_is_on_the_way() -> None:
    one = Pace(2)
    assert one.enter()
    assert one.enter()
    one.leave(idle=True)
    assert not one.stopped


def test_batch_that_came_back_after_the_last_look_is_looked_for_again() -> None:
    one = Pace(2)
    assert one.enter()  # a batch, on its way
    assert one.enter()  # looks for the next one, and finds nothing pending
    one.leave(idle=False)  # the batch comes back: not accepted, pending again
    one.leave(idle=True)
    assert one.enter()
    one.leave(idle=True)
    assert one.stopped


def test_after_a_failure_one_batch_at_a_time_probes() -> None:
    one = Pace(4)
    assert one.enter()
    assert not one.failed(None)
    entered = threading.Event()
    thread = threading.Thread(target=lambda: one.enter() and entered.set())
    thread.start()
    assert not entered.wait(0.1)
    one.leave(idle=False)
    assert entered.wait(10)
    thread.join(10)


def test_six_failures_in_a_row_are_enough() -> None:
    one = Pace(4)
    assert [one.failed(None) for _ in range(6)] == [False] * 5 + [True]


def test_success_forgets_failures_and_doubts() -> None:
    one = Pace(4)
    for _ in range(5):
        assert not one.failed(None)
    assert [one.doubted(), one.doubted()] == [False, False]
    one.succeeded()
    assert not one.failed(None)
    assert [one.doubted() for _ in range(3)] == [False, False, True]


def test_twenty_refusals_in_a_row_with_nobody_accepted_are_enough() -> None:
    one = Pace(4)
    assert not any(one.refused() for _ in range(19))
    one.succeeded()
    assert [one.refused() for _ in range(20)] == [False] * 19 + [True]


def test_failures_of_requests_that_left_together_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_FIRST_WAIT", 60.0)
    one = Pace(8)
    assert [one.failed(None) for _ in range(8)] == [False] * 8


def test_asking_to_slow_down_is_endured_longer_than_failing() -> None:
    one = Pace(1)
    assert [one.failed(0.0) for _ in range(40)] == [False] * 39 + [True]


def test_stop_lets_nobody_in_and_ends_every_wait() -> None:
    one = Pace(1)
    assert one.enter()
    results: list[bool] = []
    waiting = threading.Thread(target=lambda: results.append(one.enter()))
    waiting.start()
    one.stop()
    waiting.join(10)
    started = time.monotonic()
    one.sleep(3600)
    assert time.monotonic() - started < 60
    assert results == [False]

"""The contract for scripts: the states of a campaign, and the signals that change them. By the real command."""

from __future__ import annotations

import signal
import sys

import pytest

from tests.acceptance.looking import SEND, sound, through
from tests.support import faults
from tests.support.cli import STARTER, Cli
from tests.support.faults import FaultList
from tests.support.held import Held
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow


def test_campaign_that_was_never_prepared(small: Cli) -> None:
    status = sound(small.status())
    assert (status["state"], status["candidates"], status["batches"]) == ("none", 0, [])


def test_campaign_that_was_prepared_and_no_more(small: Cli, server: LocalSendGrid) -> None:
    through(small, server)
    small.module = ("tests.support.crash_points",)
    small.run(*SEND, extra={"CRASH_POINT": "prepared:1:SIGKILL"})
    small.module = ("apes_mailer",)
    status = sound(small.status())
    assert (status["state"], status["pending"]) == ("prepared", 60)
    small.ok("resume", STARTER)
    assert small.status()["state"] == "finished"


def test_campaign_under_way_and_paused_by_another_command(small: Cli, server: LocalSendGrid) -> None:
    held = Held(server)
    process = through(small, server).start(*SEND)
    held.wait()
    status = sound(small.status())
    assert (status["state"], status["submitting"]) == ("sending", 10)
    small.ok("pause", STARTER)
    held.let_go()
    process.communicate(timeout=60)
    assert process.returncode == 6
    status = sound(small.status())
    assert (status["state"], status["submitted"], status["pending"]) == ("paused", 10, 50)
    assert status["cause"]


def test_campaign_whose_sender_died(small: Cli, server: LocalSendGrid) -> None:
    held = Held(server)
    process = through(small, server).start(*SEND)
    held.wait()
    process.kill()
    process.communicate()
    held.let_go()
    status = sound(small.status())
    assert (status["state"], status["unknown"], status["pending"]) == ("incomplete", 10, 50)
    assert small.run("resume", STARTER).code == 6
    small.ok("resolve", STARTER, "1", "--as", "submitted")
    status = sound(small.status())
    assert (status["state"], status["submitted"], status["unknown"]) == ("finished", 60, 0)
    assert small.ok("pause", STARTER, "--json").json()["cause"] == "", "there was nothing left to pause"


def test_rehearsals_never_count_as_sent(small: Cli) -> None:
    for _ in range(2):
        small.ok(*SEND)
        small.ok("test", STARTER)
    status = sound(small.status())
    assert (status["state"], status["recipients"]) == ("none", 0)
    assert [each["kind"] for each in status["rehearsals"]] == ["rehearsal", "test"] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals for other processes")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_is_a_clean_pause(number: int, small: Cli, server: LocalSendGrid) -> None:
    held = Held(server)
    process = through(small, server).start(*SEND)
    held.wait()
    process.send_signal(number)
    held.let_go()
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"apes-mailer resume {STARTER}" in err
    status = sound(small.status())
    assert (status["state"], status["submitted"], status["unknown"]) == ("paused", 10, 0)
    small.ok("resume", STARTER)
    assert len(server.accepted) == len({each.address for each in server.accepted}) == 60


def test_resume_works_at_once_after_a_kill(small: Cli, server: LocalSendGrid) -> None:
    server.plan = FaultList([faults.OK, faults.HANG])
    process = through(small, server).start(*SEND)
    server.wait_for(lambda journal: len(journal.requests) == 2 and journal.requests[1].received)
    process.kill()
    process.communicate()
    assert small.run("resume", STARTER).code == 6
    status = sound(small.status())
    assert (status["state"], status["submitted"], status["unknown"]) == ("incomplete", 50, 10)

"""What the provider reports settles what is in doubt, whoever dies on the way, and never says too much."""

from __future__ import annotations

import os
import random

import pytest

from tests.support import faults
from tests.support.chaos import ReportedRun
from tests.support.cli import STARTER, Cli, sendgrid_environment
from tests.support.faults import FaultList
from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.reporter import Reporter, Serve, deaths
from tests.support.reporting import SigningKey
from tests.support.truth import PromiseBrokenError, Truth, check, check_submitted

pytestmark = pytest.mark.slow

RUNS = int(os.environ.get("APES_MAILER_CRASH_RUNS", "50"))
LARGE = frozenset(f"personne{number}@exemple{number % 37}.example" for number in range(10_000))
SMALL = frozenset(f"personne{number}@exemple{number % 37}.example" for number in range(60))
KEY = SigningKey()


@pytest.mark.parametrize("seed", range(max(RUNS // 10, 1)))
def test_reports_settle_every_doubt_about_what_was_accepted(seed: int, large: Cli) -> None:
    with Serve(large, KEY, deaths(seed)) as serve:
        run = ReportedRun(seed, large, LARGE, batch_size=200, serve=serve)
        result = run.go()
        assert result.submitted + result.refused == len(LARGE)
        told = large.ok("events", "status", "--json", extra={"APES_MAILER_SENDGRID_WEBHOOK_KEYS": KEY.public}).json()
        assert (told["waiting"], told["foreign"], told["unreadable"]) == (0, 0, 0)
        gone = large.ok("suppressions", "list", "--json").json()
        assert {each["cause"] for each in gone} == {"bounced"}
        assert large.status()["feedback"]["delivered"] == result.submitted - len(gone)


# A server applies what is left when it starts, so it comes to these points once before any notice.
@pytest.mark.parametrize("point", ["storing:1", "kept:2", "applying:1", "applied:2"])
def test_death_at_each_step_of_taking_a_notice_loses_nothing(point: str, small: Cli) -> None:
    with LocalSendGrid(plan=FaultList([faults.SERVER_ERROR_ACCEPTED])) as server:
        small.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=1)
        assert small.run("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60").code == 6
        with Serve(small, KEY, [f"{point}:SIGKILL"]) as serve:
            Reporter(serve, random.Random(point)).report(server)
            assert serve.died == 1
        status = small.status()
        assert (status["state"], status["feedback"]) == ("finished", {"delivered": 60})
        check(status, small.workspace / "mailer.db", Truth(accepted=server.accepted, addresses=SMALL))


def _report_of_a_first_attempt(small: Cli, server: LocalSendGrid, point: str) -> None:
    """Put both attempts of the first batch in doubt, of which only the first was accepted; let it be reported."""
    small.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=1)
    small.run("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
    small.ok("resolve", STARTER, "1", "--as", "pending", "--confirm", f"{STARTER}:10")
    small.run("resume", STARTER)
    with Serve(small, KEY, [point]) as serve:
        Reporter(serve, random.Random(0)).report(server)


ONLY_THE_FIRST = [
    faults.SERVER_ERROR_ACCEPTED,
    faults.OK,
    faults.OK,
    faults.OK,
    faults.OK,
    faults.OK,
    faults.SERVER_ERROR,
]


def test_report_of_an_older_attempt_says_nothing_of_a_newer_one(small: Cli) -> None:
    with LocalSendGrid(plan=FaultList(ONLY_THE_FIRST)) as server:
        _report_of_a_first_attempt(small, server, "")
        check_submitted(small.workspace / "mailer.db", Truth(accepted=server.accepted, addresses=SMALL))
        status = small.status()
        assert (status["unknown"], status["duplicates"]) == (10, 0)


def test_evidence_by_batch_fails_the_same_checker(small: Cli) -> None:
    with LocalSendGrid(plan=FaultList(ONLY_THE_FIRST)) as server:
        _report_of_a_first_attempt(small, server, "by-batch")
        truth = Truth(accepted=server.accepted, addresses=SMALL)
        with pytest.raises(PromiseBrokenError, match="the provider never took it"):
            check_submitted(small.workspace / "mailer.db", truth)

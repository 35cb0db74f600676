"""Kill anything at any moment: nobody is lost, nobody is mailed twice, and "finished" is only said when it is true."""

from __future__ import annotations

import os
import signal

import pytest

from tests.support import faults, variants
from tests.support.chaos import DESK_MIX, Run
from tests.support.cli import STARTER, Cli, sendgrid_environment, write_contacts
from tests.support.crash_points import POINTS
from tests.support.faults import FaultList
from tests.support.held import Held
from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.truth import PromiseBrokenError, Truth, check, doubtful_batches, require

pytestmark = pytest.mark.slow

RUNS = int(os.environ.get("APES_MAILER_CRASH_RUNS", "50"))
LARGE = frozenset(f"personne{number}@exemple{number % 37}.example" for number in range(10_000))
SMALL = frozenset(f"personne{number}@exemple{number % 37}.example" for number in range(60))


@pytest.mark.parametrize("seed", range(RUNS))
def test_seeded_chaos_loses_nobody_and_mails_nobody_twice(seed: int, large: Cli) -> None:
    result = Run(seed, large, LARGE, batch_size=200).go()
    assert result.submitted + result.refused == len(LARGE)


@pytest.mark.parametrize("seed", range(max(RUNS // 10, 1)))
def test_seeded_chaos_gives_everybody_the_own_variant(seed: int, varied: Cli) -> None:
    result = Run(seed, varied, LARGE, batch_size=200, look_also=variants.require_own_letters).go()
    assert result.submitted + result.refused == len(LARGE)
    recipients = {batch["variant"]: 0 for batch in varied.status()["batches"]}
    for batch in varied.status()["batches"]:
        recipients[batch["variant"]] += batch["recipients"] + batch["refused"]
    assert recipients == variants.counts(LARGE)


@pytest.mark.parametrize("seed", range(max(RUNS // 12, 1)))
def test_seeded_chaos_leaves_to_a_person_only_what_the_provider_s_log_does_not_know(seed: int, large: Cli) -> None:
    result = Run(seed, large, LARGE, batch_size=200, log_lag=seed % 4).go()
    assert result.submitted + result.refused == len(LARGE)


@pytest.mark.parametrize("seed", range(max(RUNS // 12, 1)))
def test_seeded_chaos_is_survived_when_the_log_is_in_trouble_too(seed: int, large: Cli) -> None:
    result = Run(seed, large, LARGE, batch_size=200, log_lag=seed % 4, desk_mix=DESK_MIX).go()
    assert result.submitted + result.refused == len(LARGE)


def _crash(cli: Cli, server: LocalSendGrid, point: str, *, in_flight: int) -> int:
    cli.module = ("tests.support.crash_points",)
    cli.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=in_flight)
    done = cli.run("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60", extra={"CRASH_POINT": point})
    cli.module = ("apes_mailer",)
    return done.code


def _finish(cli: Cli, server: LocalSendGrid) -> None:
    """Resume, and resolve by the provider's own word, until everybody is served; check at each step."""
    database = cli.workspace / "mailer.db"
    for _ in range(6):
        status = cli.status()
        truth = Truth(accepted=server.accepted, addresses=SMALL)
        check(status, database, truth)
        if status["state"] == "finished":
            return
        if status["state"] == "none":
            cli.run("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
            continue
        if status["unknown"] and not status["pending"]:
            for number, mark in doubtful_batches(database):
                arguments = ["--as", "submitted"]
                if mark not in truth.marks():
                    arguments = ["--as", "pending", "--confirm", f"{STARTER}:10"]
                cli.ok("resolve", STARTER, str(number), *arguments)
        cli.run("resume", STARTER)
    pytest.fail("the campaign does not come to an end")


ONCE = {"freezing", "prepared", "finishing"}
MOMENTS = [(point, count) for point in POINTS for count in ((1,) if point in ONCE else (1, 3, 6))]
"""Each step at the first, a middle and the last of six batches, or once where a command comes there once."""


@pytest.mark.parametrize("in_flight", [1, 4])
@pytest.mark.parametrize("number", ["SIGKILL", "SIGTERM"])
@pytest.mark.parametrize(("point", "count"), MOMENTS)
def test_death_at_each_step_of_the_protocol(point: str, count: int, number: str, in_flight: int, small: Cli) -> None:
    with LocalSendGrid() as server:
        code = _crash(small, server, f"{point}:{count}:{number}", in_flight=in_flight)
        status = small.status()
        check(status, small.workspace / "mailer.db", Truth(accepted=server.accepted, addresses=SMALL))
        if number == "SIGKILL":
            assert code == -signal.SIGKILL
            assert status["unknown"] <= in_flight * 10
        else:
            assert code in {0, 130}
            assert status["unknown"] == 0
            assert (code == 0) == (status["state"] == "finished")
        _finish(small, server)
        assert server.journal.violations == []


def test_first_resume_after_a_kill_names_every_doubt(small: Cli) -> None:
    plan = FaultList([faults.OK, faults.ACCEPT_THEN_HANG])
    with LocalSendGrid(plan=plan) as server:
        small.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=1)
        process = small.start("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
        server.wait_for(lambda journal: len(journal.accepted) == 20)
        process.kill()
        process.communicate()
        done = small.run("resume", STARTER)
        assert done.code == 6
        assert "batch 2" in done.err
        status = small.status()
        assert (status["state"], status["submitted"], status["unknown"]) == ("incomplete", 50, 10)
        assert [batch["no"] for batch in status["batches"] if batch["state"] == "unknown"] == [2]


def test_first_resume_after_a_kill_settles_what_the_log_shows_and_needs_nobody(small: Cli) -> None:
    with LocalSendGrid(plan=FaultList([faults.OK, faults.ACCEPT_THEN_HANG]), log_lag=0) as server:
        small.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=1)
        process = small.start("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
        server.wait_for(lambda journal: len(journal.accepted) == 20)
        process.kill()
        process.communicate()
        done = small.ok("resume", STARTER)
        assert "Batch 2: in doubt until now, and accepted by the log of sendgrid." in done.err
        assert small.status()["state"] == "finished"
        check(small.status(), small.workspace / "mailer.db", Truth(accepted=server.accepted, addresses=SMALL))
        attempts = small.ok("why", STARTER, "personne10@exemple10.example", "--json").json()["answers"][0]["attempts"]
        assert "the log of sendgrid has message local-" in attempts[0]["note"]


def test_ledger_that_requeues_on_restart_fails_the_same_checker(small: Cli) -> None:
    with LocalSendGrid(plan=FaultList([faults.OK, faults.ACCEPT_THEN_HANG])) as server:
        small.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=1)
        process = small.start("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
        server.wait_for(lambda journal: len(journal.accepted) == 20)
        process.kill()
        process.communicate()
        small.module = ("tests.support.crash_points",)
        assert small.run("resume", STARTER, extra={"CRASH_POINT": "mutant"}).code == 0
        truth = Truth(accepted=server.accepted, addresses=SMALL)
        with pytest.raises(PromiseBrokenError, match=r"mailed twice: .* 10 in all"):
            check(small.status(), small.workspace / "mailer.db", truth)


def test_second_send_or_resume_says_so_and_does_nothing(small: Cli) -> None:
    with LocalSendGrid(plan=FaultList([faults.ACCEPT_THEN_HANG])) as server:
        small.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=1)
        first = small.start("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
        server.wait_for(lambda journal: len(journal.accepted) == 10)
        assert small.status()["state"] == "sending"
        for arguments in (["resume", STARTER], ["send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60"]):
            done = small.run(*arguments)
            assert done.code == 1
            assert "is being sent at this moment" in done.err
            assert "did nothing" in done.err
        assert len(server.requests) == 1
        first.kill()
        first.communicate()
        assert small.status()["state"] == "incomplete"


def test_unsubscription_during_a_send_excludes_from_the_next_batch(small: Cli) -> None:
    with LocalSendGrid() as server:
        held = Held(server)
        small.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=1)
        process = small.start("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
        held.wait()
        late = "personne59@exemple22.example"
        small.ok("suppressions", "add", late, "--list", "tous")
        held.let_go()
        process.communicate(timeout=60)
        status = small.status()
        require(status["state"] == "finished", str(status))
        assert status["excluded"] == {"opted_out": 1}
        assert status["recipients"] == status["submitted"] == 59
        assert late not in {each.address for each in server.accepted}
        assert small.ok("why", STARTER, late, "--json").json()["answers"][0]["reason"] == "opted_out"


def test_list_file_edited_during_a_send_changes_nothing(small: Cli) -> None:
    file = write_contacts(small.workspace / "contacts" / "fichier.csv", 60)
    with LocalSendGrid() as server:
        held = Held(server)
        small.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=1)
        process = small.start("send", STARTER, "--to", "fichier", "--confirm", f"{STARTER}:60")
        held.wait()
        file.write_text("EMAIL\nquelqu.un.dautre@exemple.example\n", encoding="utf-8")
        held.let_go()
        process.communicate(timeout=60)
        assert {each.address for each in server.accepted} == SMALL

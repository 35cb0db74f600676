"""Tests to colleagues and rehearsals into the outbox: when the count is asked, and what they leave behind."""

from __future__ import annotations

import pytest

from tests.acceptance.looking import SEND, TO_ALL, messages, through
from tests.support.cli import STARTER, Cli, write_contacts
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("colleagues", "code"), [(25, 0), (26, 5)])
def test_test_to_many_colleagues_is_confirmed(colleagues: int, code: int, fresh: Cli, server: LocalSendGrid) -> None:
    write_contacts(fresh.workspace / "contacts" / "staff.csv", colleagues)
    done = through(fresh, server).run("test", STARTER)
    assert done.code == code
    assert (f"--confirm {STARTER}:{colleagues}" in done.err) == (code == 5)
    assert len(server.accepted) == (0 if code else colleagues)


def test_test_to_another_list_is_confirmed_and_never_counts_as_sent(small: Cli, server: LocalSendGrid) -> None:
    cli = through(small, server)
    test = ("test", STARTER, "--to", "tous")
    done = cli.run(*test)
    assert done.code == 5
    assert f"--confirm {STARTER}:60" in done.err
    assert server.requests == ()
    cli.ok(*test, "--confirm", f"{STARTER}:60")
    assert len(server.accepted) == 60
    status = cli.status()
    assert (status["state"], status["recipients"]) == ("none", 0)
    assert [each["kind"] for each in status["rehearsals"]] == ["test"]
    assert cli.ok(*SEND, "--json").json()["submitted"] == 60


def test_dry_run_into_the_outbox_writes_nothing(small: Cli) -> None:
    done = small.ok(*TO_ALL, "--dry-run", "--json")
    assert done.json()["recipients"] == 60
    assert messages(small) == []
    assert small.status()["rehearsals"] == []


def test_status_shows_the_newest_rehearsals_and_says_how_many_came_before(fresh: Cli) -> None:
    for _ in range(6):
        fresh.ok("test", STARTER)
    shown = fresh.ok("status", STARTER).out
    assert "1 rehearsal before these: --json tells of all" in shown
    assert shown.count(": 1 of 1 to staff, outbox") == 5
    assert len(fresh.status()["rehearsals"]) == 6


def test_count_for_another_campaign_sends_nothing_and_says_so(fresh: Cli) -> None:
    done = fresh.run("send", STARTER, "--to", "staff", "--confirm", "autre:1")
    assert done.code == 2
    assert f"--confirm names autre, and this is about {STARTER}" in done.err
    assert messages(fresh) == []

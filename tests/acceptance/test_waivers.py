"""Waivers: a letter that goes out in spite of an error, on somebody's word. By the real command."""

from __future__ import annotations

import pytest

from tests.acceptance.looking import SEND, through
from tests.support import faults
from tests.support.cli import STARTER, Cli, Done
from tests.support.faults import FaultList
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow

WAIVE = ["--waive", "link-empty", "--because", "the album opens on Friday"]


@pytest.fixture
def faulty(small: Cli, server: LocalSendGrid) -> Cli:
    """A campaign with a link that leads nowhere."""
    issue = small.workspace / "campaigns" / STARTER / "issue.yaml"
    text = issue.read_text(encoding="utf-8")
    issue.write_text(text.replace("link: https://example.org/jardin", 'link: "#"'), encoding="utf-8")
    return through(small, server)


def _refused(done: Done, server: LocalSendGrid, code: int) -> str:
    assert (done.code, done.out, server.requests) == (code, "", ())
    return done.err


def test_error_that_is_waived_blocks_nothing_and_is_kept_with_its_reason(faulty: Cli, server: LocalSendGrid) -> None:
    refused = _refused(faulty.run(*SEND), server, 3)
    assert "[link-empty]" in refused
    assert "--waive RULE --because" in refused
    done = faulty.ok(*SEND, *WAIVE)
    assert "link-empty, because: the album opens on Friday" in done.err
    assert len(server.accepted) == 60
    (kept,) = faulty.status()["waivers"]
    assert (kept["rule"], kept["because"]) == ("link-empty", "the album opens on Friday")
    assert kept["by"]
    assert kept["at"] == faulty.status()["prepared_at"]
    assert "link-empty" in faulty.ok("status", STARTER).out


def test_resume_sticks_to_what_was_waived(faulty: Cli, server: LocalSendGrid) -> None:
    server.plan = FaultList([faults.OK, faults.KEY_REVOKED])
    assert faulty.run(*SEND, *WAIVE).code == 4
    faulty.ok("resume", STARTER)
    assert len(server.accepted) == 60
    assert [each["rule"] for each in faulty.status()["waivers"]] == ["link-empty"]


def test_waiver_holds_for_its_rule_only(faulty: Cli, server: LocalSendGrid) -> None:
    told = _refused(faulty.run(*SEND, "--waive", "size", "--because", "it is short"), server, 3)
    assert "[link-empty]" in told


def test_test_can_be_waived_too(faulty: Cli) -> None:
    assert faulty.run("test", STARTER, "--provider", "outbox").code == 3
    faulty.ok("test", STARTER, "--provider", "outbox", *WAIVE)
    assert faulty.status()["waivers"] == []


def test_waiver_of_what_was_not_found_is_told_and_not_kept(small: Cli, server: LocalSendGrid) -> None:
    done = through(small, server).ok(*SEND, *WAIVE)
    assert "link-empty found no error" in done.err
    assert small.status()["waivers"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--waive", "link-emty", "--because", "x"], "Did you mean link-empty?"),
        (["--waive", "unsubscribe-link", "--because", "x"], "cannot be waived"),
        (["--waive", "merge-tag-unfilled", "--because", "x"], "cannot be waived"),
        (["--waive", "link-empty"], "--because"),
        (["--waive", "link-empty", "--because", " "], "needs its reason"),
        (["--because", "x"], "--waive RULE"),
        ([*WAIVE, *WAIVE], "waived twice"),
    ],
)
def test_waiver_that_cannot_be_is_a_wrong_command_line(
    arguments: list[str], said: str, faulty: Cli, server: LocalSendGrid
) -> None:
    assert said in _refused(faulty.run(*SEND, *arguments), server, 2)

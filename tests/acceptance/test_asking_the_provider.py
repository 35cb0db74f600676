"""What SendGrid knows of people is heeded before anybody is mailed. By the real command."""

from __future__ import annotations

import time

import pytest

from tests.support import faults
from tests.support.cli import STARTER, Cli, sendgrid_environment
from tests.support.faults import FaultList
from tests.support.local_sendgrid import API_KEY, LocalSendGrid

pytestmark = pytest.mark.slow

LATE = "personne59@exemple22.example"


def _through(cli: Cli, server: LocalSendGrid) -> Cli:
    cli.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=1)
    return cli


def _complained(server: LocalSendGrid, *addresses: str) -> None:
    for address in addresses:
        server.desk.lists.put("spam_reports", address, time.time() - 60)


def test_sync_says_what_is_new_in_words_and_as_json(small: Cli) -> None:
    with LocalSendGrid() as server:
        cli = _through(small, server)
        _complained(server, LATE)
        server.desk.lists.put("blocks", "personne1@exemple1.example", time.time() - 60, "mailbox full")
        found = cli.ok("suppressions", "sync", "--json").json()
        assert (found["provider"], found["new"], found["erased"], found["troubles"]) == ("sendgrid", 1, 0, [])
        assert {"list": "spam_reports", "cause": "complained", "read": 1, "new": 1} in found["lists"]
        assert {"list": "blocks", "cause": None, "read": 1, "new": 1} in found["lists"]
        _complained(server, "personne2@exemple2.example")
        assert cli.ok("suppressions", "sync").out.startswith("sendgrid: 1 newly suppressed (1 complained)\n")
        listed = cli.ok("suppressions", "list", "--json").json()
        assert [(each["address"], each["cause"]) for each in listed] == [
            (LATE, "complained"),
            ("personne2@exemple2.example", "complained"),
        ]


def test_send_leaves_out_who_complained_to_the_provider_and_the_card_says_so(small: Cli) -> None:
    with LocalSendGrid() as server:
        cli = _through(small, server)
        _complained(server, LATE)
        card = cli.ok("send", STARTER, "--to", "tous", "--dry-run").err
        assert "Opt-outs" in card
        assert "sendgrid: 1 newly suppressed (1 complained)" in card
        cli.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:59")
        assert LATE not in {each.address for each in server.accepted}
        assert cli.status()["excluded"] == {"suppressed": 1}


def test_resume_leaves_out_who_complained_since_the_preparation(small: Cli) -> None:
    with LocalSendGrid(plan=FaultList([faults.OK, faults.REDIRECT])) as server:
        cli = _through(small, server)
        assert cli.run("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60").code == 6
        _complained(server, LATE)
        done = cli.ok("resume", STARTER)
        assert "sendgrid: 1 newly suppressed (1 complained)" in done.err
        assert LATE not in {each.address for each in server.accepted}
        assert cli.status()["excluded"] == {"opted_out": 1}


def test_key_that_may_only_send_sends_and_says_what_it_may_not(small: Cli) -> None:
    with LocalSendGrid() as server:
        cli = _through(small, server)
        server.desk.scopes = ["mail.send"]
        done = cli.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
        assert "sendgrid: SendGrid did not tell its list unsubscribes: the key has no right to it (403)" in done.err
        assert done.err.count("(403)") == 1
        assert "The same goes for 4 more questions." in done.err
        assert "nothing new" not in done.err
        assert len(server.accepted) == 60
        refused = cli.run("suppressions", "sync", "--json")
        assert refused.code == 4
        assert len(refused.json()["troubles"]) == 5
        assert "Suppressions: Read Access (suppression.bounces.read)" in refused.err


def test_key_that_is_none_is_told_once_for_all_lists(small: Cli) -> None:
    with LocalSendGrid() as server:
        cli = _through(small, server)
        cli.extra["SENDGRID_API_KEY"] = "SG.wrong"
        looked = cli.ok("send", STARTER, "--to", "tous", "--dry-run").err
        assert (looked.count("(401)"), "nothing new" in looked) == (1, False)
        assert cli.run("suppressions", "sync").err.count("(401)") == 1


def test_account_that_does_not_answer_about_opt_outs_stops_no_send(small: Cli) -> None:
    with LocalSendGrid() as server:
        cli = _through(small, server)
        server.desk.plan = FaultList([faults.RESET_BEFORE_BODY] * 10)
        done = cli.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
        assert "no answer came" in done.err
        assert "nothing new" not in done.err
        assert len(server.accepted) == 60


def test_account_out_of_reach_ends_a_sync_with_what_to_do(small: Cli) -> None:
    with LocalSendGrid() as server:
        cli = _through(small, server)
    done = cli.run("suppressions", "sync")
    assert done.code == 1
    assert "SendGrid did not tell its list unsubscribes: no answer came" in done.err
    assert "Traceback" not in done.err


def test_outbox_keeps_no_lists_to_ask_for(small: Cli) -> None:
    done = small.run("suppressions", "sync")
    assert done.code == 2
    assert "outbox keeps no lists" in done.err


def test_person_erased_here_is_erased_by_the_provider_with_the_next_sync(small: Cli) -> None:
    with LocalSendGrid() as server:
        cli = _through(small, server)
        cli.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
        erased = cli.ok("contacts", "erase-person", LATE, "--confirm", LATE, "--json").json()
        assert erased["providers"] == ["sendgrid"]
        receipt = (cli.workspace / erased["receipt"]).read_text(encoding="utf-8")
        assert "sendgrid" in receipt
        assert LATE not in receipt
        cli.ok("new", "suite", "--from", STARTER)
        cli.ok("send", "suite", "--to", "tous", "--dry-run")
        assert server.desk.lists.erased == [], "a dry run asks for nothing that cannot be taken back"
        assert cli.ok("suppressions", "sync", "--json").json()["erased"] == 1
        assert server.desk.lists.erased == [[LATE]]
        assert LATE.encode() not in (cli.workspace / "mailer.db").read_bytes()

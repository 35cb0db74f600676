"""The contract for scripts: import, send, confirm, exit codes. By the real command."""

from __future__ import annotations

import re

import pytest

from tests.acceptance.looking import SEND, TO_ALL, sound, through
from tests.support import faults
from tests.support.cli import STARTER, Cli
from tests.support.faults import Fault, FaultList
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow


def test_import_tells_what_it_did_in_six_numbers(fresh: Cli) -> None:
    fresh.ok("suppressions", "add", "b@exemple.fr")
    file = fresh.home.parent / "liste.csv"
    file.write_text("EMAIL;PRENOM\na@exemple.fr;Ana\nb@exemple.fr;Bob\nzut;\na@exemple.fr;\n", encoding="utf-8")
    done = fresh.ok("contacts", "import", str(file), "--list", "tous", "--yes", "--json")
    assert done.json() == {"read": 4, "new": 1, "updated": 0, "unchanged": 0, "rejected": 2, "suppressed": 1}


def _nothing_happened(cli: Cli, server: LocalSendGrid) -> None:
    assert server.requests == ()
    assert sound(cli.status()) | {"rehearsals": []} == cli.status() | {"rehearsals": []}
    assert cli.status()["state"] == "none"


def test_dry_run_prepares_nothing(small: Cli, server: LocalSendGrid) -> None:
    through(small, server)
    small.ok("suppressions", "add", "personne3@exemple3.example", "--list", "tous")
    done = small.ok(*TO_ALL, "--dry-run", "--json")
    assert done.json() == {
        "campaign": STARTER,
        "candidates": 60,
        "recipients": 59,
        "excluded": {"suppressed": 1},
        "batches": 6,
        "left_out": [],
        "variants": [],
        "empty_fields": [],
        "absent_values": [],
        "slips": [],
        "tracked": {},
    }
    assert small.ok(*TO_ALL, "--dry-run").out == ""
    _nothing_happened(small, server)


@pytest.mark.parametrize("confirm", [["--confirm", f"{STARTER}:59"], ["--confirm", f"{STARTER}:0"], []])
def test_wrong_or_missing_count_sends_nothing(confirm: list[str], small: Cli, server: LocalSendGrid) -> None:
    through(small, server)
    done = small.run(*TO_ALL, *confirm)
    assert (done.code, done.out) == (5, "")
    assert f"--confirm {STARTER}:60" in done.err
    _nothing_happened(small, server)


def test_confirmation_of_another_campaign_is_a_wrong_command_line(small: Cli, server: LocalSendGrid) -> None:
    done = through(small, server).run(*TO_ALL, "--confirm", "autre:60")
    assert done.code == 2
    _nothing_happened(small, server)


def test_count_is_the_number_of_recipients_after_exclusions(small: Cli, server: LocalSendGrid) -> None:
    through(small, server)
    small.ok("suppressions", "add", "personne3@exemple3.example")
    assert small.run(*SEND).code == 5
    small.ok(*TO_ALL, "--confirm", f"{STARTER}:59")
    status = sound(small.status())
    assert (status["candidates"], status["excluded"], status["submitted"]) == (60, {"suppressed": 1}, 59)


def test_wrong_count_is_told_in_a_dry_run_too(small: Cli) -> None:
    done = small.run(*TO_ALL, "--confirm", f"{STARTER}:61", "--dry-run", "--json")
    assert (done.code, done.out) == (5, "")
    survey = small.ok(*TO_ALL, "--confirm", f"{STARTER}:60", "--dry-run", "--json").json()
    assert (survey["campaign"], survey["recipients"]) == (STARTER, 60)
    assert small.status()["state"] == "none"


def test_rows_of_a_file_that_are_no_recipients_are_named_before_the_send(small: Cli, server: LocalSendGrid) -> None:
    file = small.workspace / "contacts" / "fichier.csv"
    file.write_text("EMAIL\na@exemple.fr\nzut\nA@exemple.fr\n", encoding="utf-8")
    done = through(small, server).ok("send", STARTER, "--to", "fichier", "--confirm", f"{STARTER}:1")
    assert re.search(r"line 3 +the row has no usable address", done.err)
    assert re.search(r"line 4 +the address was on the list twice \(same address as line 2\)", done.err)
    answers = small.ok("why", STARTER, "jamais.vue@exemple.example", "--json").json()["answers"]
    assert [each["verdict"] for each in answers] == ["not_asked"]


def test_refused_people_are_named_in_the_status(small: Cli, server: LocalSendGrid) -> None:
    server.plan = FaultList([faults.refuses(0, 1)])
    through(small, server).ok(*SEND)
    status = sound(small.status())
    assert [each["batch"] for each in status["refusals"]] == [1, 1]
    text = small.ok("status", STARTER).out
    assert all(f"{each['address']}: {each['reason']}" in text for each in status["refusals"])


@pytest.mark.parametrize(("fault", "counts"), [(faults.SERVER_ERROR, (0, 1)), (faults.KEY_REVOKED, (0, 0))])
def test_test_that_failed_is_told_as_one(
    small: Cli, server: LocalSendGrid, fault: Fault, counts: tuple[int, int]
) -> None:
    server.plan = FaultList([fault])
    done = through(small, server).run("test", STARTER)
    assert done.code in {4, 6}
    assert "look in the mailbox" not in done.err
    assert "new OTHER" not in done.err
    assert ".." not in done.err
    (rehearsal,) = small.status()["rehearsals"]
    assert (rehearsal["submitted"], rehearsal["unknown"]) == counts
    assert ("1 in doubt" in small.ok("status", STARTER).out) == bool(counts[1])


def test_missing_test_and_warnings_show_on_the_card_and_do_not_block(small: Cli, server: LocalSendGrid) -> None:
    issue = small.workspace / "campaigns" / STARTER / "issue.yaml"
    text = issue.read_text(encoding="utf-8")
    text = text.replace("          - file: semis.jpg", "          - decorative: true\n            file: semis.jpg")
    issue.write_text(text, encoding="utf-8")
    done = through(small, server).ok(*SEND)
    assert "Warning" in done.err
    assert "never" in done.err
    assert len(server.accepted) == 60


def test_error_of_a_check_blocks(small: Cli, server: LocalSendGrid) -> None:
    issue = small.workspace / "campaigns" / STARTER / "issue.yaml"
    text = issue.read_text(encoding="utf-8")
    issue.write_text(text.replace("link: https://example.org/jardin", 'link: "#"'), encoding="utf-8")
    done = through(small, server).run(*SEND)
    assert (done.code, done.out) == (3, "")
    assert "leads nowhere" in done.err
    _nothing_happened(small, server)


def test_check_tells_the_faults_of_letter_and_list_at_once(small: Cli) -> None:
    issue = small.workspace / "campaigns" / STARTER / "issue.yaml"
    text = issue.read_text(encoding="utf-8")
    text = text.replace("link: https://example.org/jardin", 'link: "#"')
    issue.write_text(text.replace("subject: ", "subject: <<contact.VILLE>> "), encoding="utf-8")
    done = small.run("check", STARTER, "--to", "tous")
    assert done.code == 3
    assert "leads nowhere" in done.err
    assert "error: <<contact.VILLE>>: 60 contacts have nothing in this field" in done.err
    told = re.findall(r"^\S+?(?::(\d+))? .*?: (error|warning|info): .* \[([a-z-]+)\]$", done.err, re.MULTILINE)
    assert [(grave, rule) for _, grave, rule in told] == [
        ("error", "merge-tag-unfilled"),
        ("warning", "example-address"),
        ("error", "link-empty"),
    ]
    assert [int(line) for line, _, _ in told] == sorted(int(line) for line, _, _ in told)
    assert '2 errors found: this letter cannot be sent to the list "tous".' in done.err
    assert "sent." not in done.err.replace("cannot be sent", "")
    findings = small.run("check", STARTER, "--to", "tous", "--json").json()["findings"]
    rules = [each["rule"] for each in findings]
    assert {"example-address", "link-empty", "merge-tag-unfilled"} <= set(rules)
    assert findings[rules.index("merge-tag-unfilled")]["field"] == "subject"


def test_check_tells_the_tags_that_nobody_on_a_list_has(small: Cli) -> None:
    issue = small.workspace / "campaigns" / STARTER / "issue.yaml"
    text = issue.read_text(encoding="utf-8")
    issue.write_text(text.replace("subject: Notre", "subject: <<contact.PRENMO|Bonjour>>, notre"), encoding="utf-8")
    findings = small.ok("check", STARTER, "--to", "tous", "--json").json()["findings"]
    (unheard,) = [each for each in findings if each["rule"] == "merge-tag-unheard"]
    assert unheard["severity"] == "warning"
    assert "<<contact.PRENMO>>" in unheard["message"]
    before = issue.read_text(encoding="utf-8").partition("PRENMO")[0]
    assert (unheard["line"], unheard["field"]) == (before.count("\n") + 1, "subject")
    assert "Write <<contact.PRENOM|…>>" in unheard["cure"]


def test_why_answers_truly_and_never_writes_over_a_file(small: Cli, server: LocalSendGrid) -> None:
    address = "personne3@exemple3.example"
    small.ok("test", STARTER)
    assert "nothing was mailed" in small.ok("why", STARTER, "collegue@example.org").out
    small.ok("suppressions", "add", address)
    through(small, server).ok(*TO_ALL, "--confirm", f"{STARTER}:59")
    (answer,) = small.ok("why", STARTER, address, "--json").json()["answers"]
    assert (answer["verdict"], answer["reason"], answer["message_sha256"]) == ("excluded", "suppressed", "")
    small.ok("test", STARTER)
    asked = small.ok("why", STARTER, "jamais.vue@exemple.example", "--json").json()["answers"]
    assert [each["verdict"] for each in asked] == ["not_asked"]
    settings = small.workspace / "apes-mailer.toml"
    before = settings.read_bytes()
    done = small.run("why", STARTER, "personne4@exemple4.example", "--out", str(settings))
    assert (done.code, settings.read_bytes()) == (2, before)
    assert "is there already" in done.err


def test_resume_goes_through_the_provider_of_the_campaign_only(small: Cli, server: LocalSendGrid) -> None:
    server.plan = FaultList([faults.OK, faults.KEY_REVOKED])
    assert through(small, server).run(*SEND).code == 4
    done = small.run("resume", STARTER, "--provider", "outbox")
    assert done.code == 4
    assert f"apes-mailer resume {STARTER} --provider sendgrid" in done.err
    assert len(server.requests) == 2
    small.ok("resume", STARTER, "--provider", "sendgrid")
    assert len(server.accepted) == 60


def test_no_command_sends_a_campaign_twice(small: Cli, server: LocalSendGrid) -> None:
    through(small, server).ok(*SEND)
    for arguments in (SEND, ["resume", STARTER]):
        small.run(*arguments)
    assert len(server.accepted) == 60


EXITS = [
    (0, ["status", STARTER], faults.OK),
    (1, ["send", STARTER, "--to", "nobody"], faults.OK),
    (2, ["send", STARTER], faults.OK),
    (3, ["check", "broken"], faults.OK),
    (4, [*SEND], faults.KEY_REVOKED),
    (5, [*TO_ALL, "--confirm", f"{STARTER}:61"], faults.OK),
    (6, [*SEND], faults.SERVER_ERROR),
]


@pytest.mark.parametrize(("code", "arguments", "fault"), EXITS)
def test_exit_codes(code: int, arguments: list[str], fault: Fault, small: Cli, server: LocalSendGrid) -> None:
    broken = small.workspace / "campaigns" / "broken"
    broken.mkdir()
    (broken / "issue.yaml").write_text("subject: x\n", encoding="utf-8")
    server.plan = FaultList([fault])
    done = through(small, server).run(*arguments)
    assert done.code == code, done.err
    assert "Traceback" not in done.err

"""A letter for some readers, by the real command: preview's counts, tests, sends, interruptions, traces."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.looking import through
from tests.support import faults, variants
from tests.support.cli import STARTER, Cli, copy_workspace
from tests.support.faults import FaultList
from tests.support.held import Held
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow

COUNTS = {"aisne": 12, "somme-abbeville": 24, "others": 24}
ADDRESSES = [f"personne{number}@exemple{number % 37}.example" for number in range(60)]


@pytest.fixture
def varied(fresh_workspace: Cli, tmp_path: Path) -> Cli:
    """A workspace whose letter has three variants for the 60 contacts of the list "tous"."""
    cli = copy_workspace(fresh_workspace, tmp_path / "workspace", tmp_path / "home")
    (cli.workspace / "campaigns" / STARTER / "issue.yaml").write_text(variants.ISSUE, encoding="utf-8")
    variants.write_contacts(cli.workspace / "contacts" / "tous.csv", 60)
    return cli


def letters(server: LocalSendGrid) -> Counter[str]:
    """How many addresses were handed over with each variant."""
    variants.require_own_letters(server)
    found: Counter[str] = Counter()
    for request in server.requests:
        if request.accepted:
            found[variants.letter_in(request.body)] += len(request.recipients)
    return found


def test_everybody_gets_the_own_variant(varied: Cli, server: LocalSendGrid) -> None:
    through(varied, server)
    done = varied.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60", "--json")
    assert letters(server) == COUNTS
    by_variant: Counter[str] = Counter()
    for batch in done.json()["batches"]:
        by_variant[batch["variant"]] += batch["recipients"]
    assert by_variant == COUNTS
    assert "  somme-abbeville  24, " in done.err, "the card counts them"


def test_why_tells_the_variant_and_its_digest(varied: Cli, server: LocalSendGrid) -> None:
    through(varied, server)
    varied.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
    [rehearsed] = [varied.ok("send", STARTER, "--to", "tous", "--provider", "outbox", "--dry-run", "--json").json()]
    digests = {each["variant"]: each["digest"] for each in rehearsed["variants"]}
    for address in ADDRESSES[:5]:
        answer = varied.ok("why", STARTER, address, "--json").json()["answers"][0]
        wanted = variants.variant_of(address)
        assert (answer["variant"], answer["template_sha256"]) == (wanted, digests[wanted])
    assert f"of the variant {variants.variant_of(ADDRESSES[1])}" in varied.ok("why", STARTER, ADDRESSES[1]).out


def test_test_sends_each_variant_with_its_name_in_the_subject(varied: Cli, server: LocalSendGrid) -> None:
    done = through(varied, server).ok("test", STARTER, "--json").json()
    assert [each["batches"][0]["variant"] for each in done["tests"]] == list(COUNTS)
    assert {name: done[name] for name in done if name != "tests"} == done["tests"][-1]
    bodies: list[Any] = [request.body for request in server.requests]
    assert [variants.letter_in(body) for body in bodies] == list(COUNTS)
    assert [body["subject"].split("]")[0] for body in bodies] == [f"[TEST {name}" for name in COUNTS]
    sent = {each["letters"][0]["variant"]: each["digest"] for each in varied.status()["rehearsals"]}
    frozen = varied.ok("send", STARTER, "--to", "tous", "--dry-run", "--json").json()["variants"]
    assert {each["variant"]: each["digest"] for each in frozen} == sent
    card = varied.ok("send", STARTER, "--to", "tous", "--dry-run").err
    assert "exactly this letter, test to staff through sendgrid" in card


def test_test_that_the_provider_does_not_take_stops_before_the_next_variant(varied: Cli) -> None:
    with LocalSendGrid(plan=FaultList([faults.OK, faults.KEY_REVOKED])) as server:
        done = through(varied, server).run("test", STARTER, "--json")
        assert done.code == 4
        assert len(server.requests) == 2
        assert [each["state"] for each in done.json()["tests"]] == ["finished", "paused"]


def test_resume_after_a_kill_sends_the_letters_as_they_were_frozen(varied: Cli, server: LocalSendGrid) -> None:
    held = Held(server)
    through(varied, server)
    process = varied.start("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
    held.wait()
    process.kill()
    process.communicate()
    held.let_go()
    issue = varied.workspace / "campaigns" / STARTER / "issue.yaml"
    issue.write_text(variants.ISSUE.replace("Aisne", "Oise").replace("Abbeville", "Aisne"), encoding="utf-8")
    variants.write_contacts(varied.workspace / "contacts" / "tous.csv", 10)
    varied.run("resume", STARTER)
    doubtful = [each for each in varied.status()["batches"] if each["state"] == "unknown"]
    for each in doubtful:
        outcome = ["--as", "submitted"]
        if not any(request.attempt == each["attempt"] and request.accepted for request in server.requests):
            outcome = ["--as", "pending", "--confirm", f"{STARTER}:{each['recipients']}"]
        varied.ok("resolve", STARTER, str(each["no"]), *outcome)
    if varied.status()["state"] != "finished":
        varied.ok("resume", STARTER)
    assert letters(server) == COUNTS
    assert sorted(each.address for each in server.accepted) == sorted(ADDRESSES)


def test_smaller_batches_on_resume_keep_each_letter_with_its_readers(varied: Cli) -> None:
    with LocalSendGrid(plan=FaultList([faults.TOO_LARGE])) as server:
        through(varied, server)
        varied.extra["APES_MAILER_BATCH_SIZE"] = "20"
        assert varied.run("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60").code == 6
        varied.extra["APES_MAILER_BATCH_SIZE"] = "7"
        varied.ok("resume", STARTER)
        assert letters(server) == COUNTS
        assert max(batch["recipients"] for batch in varied.status()["batches"]) <= 7


def test_part_for_nobody_sends_nothing_and_is_told_with_its_line(varied: Cli, server: LocalSendGrid) -> None:
    issue = varied.workspace / "campaigns" / STARTER / "issue.yaml"
    issue.write_text(variants.ISSUE.replace("{territoire: Aisne}", "{territoire: Aine}"), encoding="utf-8")
    done = through(varied, server).run("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
    assert (done.code, server.requests) == (3, ())
    assert "issue.yaml:8 blocks[1].audience: nobody on the list has “Aine” in the column TERRITOIRE" in done.err
    assert "Did you mean Aisne?" in done.err
    found = varied.run("check", STARTER, "--to", "tous", "--json")
    rules = [(each["rule"], each["line"]) for each in found.json()["findings"] if each["severity"] == "error"]
    assert (found.code, rules) == (3, [("audience-nobody", 8)])


def test_value_that_nobody_has_is_told_with_its_line_and_its_rule(varied: Cli) -> None:
    issue = varied.workspace / "campaigns" / STARTER / "issue.yaml"
    issue.write_text(variants.ISSUE.replace("{territoire: Aisne}", "{territoire: [Aisne, Aine]}"), encoding="utf-8")
    words = "nobody on the list has “Aine” in the column TERRITOIRE"
    line = next(line for line in varied.ok("check", STARTER, "--to", "tous").err.splitlines() if words in line)
    assert "issue.yaml:8 " in line
    assert line.endswith(" [audience-value]")
    assert f"issue.yaml:8 {words}" in varied.ok("send", STARTER, "--to", "tous", "--dry-run").err


def test_page_of_a_rehearsal_lists_the_readers_of_all_variants(varied: Cli) -> None:
    done = varied.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
    page = Path(done.err.rpartition("browser: ")[2].strip()).read_text(encoding="utf-8")
    assert "60 messages" in page
    assert [address for address in ADDRESSES if f">{address}<" not in page] == []


def test_status_names_the_variants_of_a_rehearsal(varied: Cli) -> None:
    varied.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
    assert "Rehearsal of the variants " in varied.ok("status", STARTER).out


def test_build_writes_each_variant_and_says_so(varied: Cli) -> None:
    out = varied.home.parent / "build"
    done = varied.ok("build", STARTER, "--out", str(out), "--json").json()
    names = [Path(each["path"]).name for each in done["files"]]
    assert names[:4] == [f"issue.{ending}" for ending in ("mjml", "html", "txt", "eml")]
    assert {name for name in names if name.endswith(".html")} == {
        "issue.html",
        *(f"issue.{name}.html" for name in COUNTS),
    }

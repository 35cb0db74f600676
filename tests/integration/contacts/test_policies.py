"""By which right a list is mailed, as a person sees it and as a send keeps to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import STARTER, Cli, make_workspace

pytestmark = pytest.mark.slow


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """A new workspace with an opt-in list of two, nobody of whom has agreed to anything."""
    made = make_workspace(tmp_path / "workspace", tmp_path / "home")
    (made.workspace / "contacts" / "adherents.csv").write_text("a@exemple.fr\nb@exemple.fr\n", encoding="utf-8")
    with (made.workspace / "apes-mailer.toml").open("a", encoding="utf-8") as file:
        file.write('\n[lists.adherents]\npolicy = "opt-in"\n')
    return made


def test_opt_in_list_is_mailed_to_those_who_agreed_and_says_so(cli: Cli) -> None:
    refused = cli.run("send", STARTER, "--to", "adherents", "--dry-run")
    assert refused.code != 0
    assert "gives no recipient (2 no proof of consent)" in refused.err
    assert "The settings say that this list is opt-in" in refused.err
    # The word of the person, by phone, ends what she had said before, and is the proof.
    cli.ok("suppressions", "add", "a@exemple.fr", "--cause", "unsubscribed", "--list", "adherents")
    cli.ok("suppressions", "remove", "a@exemple.fr", "--list", "adherents", "--because", "asked by phone on 12 March")
    survey = cli.ok("send", STARTER, "--to", "adherents", "--dry-run", "--json")
    assert survey.json()["excluded"] == {"no_proof_of_consent": 1}
    assert "opt-in: only those who agreed, with a proof" in survey.err
    cli.ok("send", STARTER, "--to", "adherents", "--confirm", f"{STARTER}:1")
    assert "not a recipient" not in (why := cli.ok("why", STARTER, "b@exemple.fr").out)
    assert "the list is opt-in, and nothing proves that this contact agreed" in why


def test_lists_are_shown_with_their_policy(cli: Cli) -> None:
    assert "2 contacts, opt-in" in cli.ok("contacts", "list").out
    policies = {each["list"]: each["policy"] for each in cli.ok("contacts", "list", "--json").json()}
    assert policies == {"adherents": "opt-in", "staff": "opposition"}

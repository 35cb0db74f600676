"""Opens are counted of whoever agreed, from the recorded consent to the request at the provider."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli import STARTER, make_workspace, sendgrid_environment
from tests.support.local_sendgrid import API_KEY, LocalSendGrid

pytestmark = pytest.mark.slow

PEOPLE = ["aicha@exemple.fr", "bruno@exemple.fr", "chloe@exemple.fr"]


def test_consent_recorded_by_hand_reaches_the_request_and_can_be_taken_back(tmp_path: Path) -> None:
    with LocalSendGrid(tracked=("open_tracking",)) as server:
        cli = make_workspace(tmp_path / "workspace", tmp_path / "home")
        cli.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=2)
        (cli.workspace / "contacts" / "tous.csv").write_text("\n".join(["EMAIL", *PEOPLE]) + "\n", encoding="utf-8")
        with (cli.workspace / "apes-mailer.toml").open("a", encoding="utf-8") as file:
            file.write("\n[tracking]\nopens = true\n")

        unproved = cli.run("contacts", "consent", PEOPLE[0], "--opens", "given", "--source", "form")
        assert (unproved.code, "--wording is missing" in unproved.err) == (2, True)
        for person in PEOPLE[:2]:
            cli.ok("contacts", "consent", person, "--opens", "given", "--source", "form", "--wording", "Count me.")
        cli.ok("contacts", "consent", PEOPLE[1], "--opens", "withdrawn", "--source", "by phone")
        known = cli.ok("contacts", "consent", PEOPLE[0], "--json").json()
        assert (known["opens"]["state"], known["opens"]["proof"]["wording"]) == ("given", "Count me.")
        assert known["clicks"] is None

        sent = cli.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:3", "--json")

        assert "opens of 1" in sent.err
        assert sent.json()["tracked"] == {"clicks": 0, "opens": 1}
        bodies = [json.loads(request.raw) for request in server.requests if request.accepted]
        counted = {
            person["to"][0]["email"]: body["tracking_settings"]["open_tracking"]["enable"]
            for body in bodies
            for person in body["personalizations"]
        }
        assert counted == {PEOPLE[0]: True, PEOPLE[1]: False, PEOPLE[2]: False}
        assert all("/preferences" in json.dumps(body) for body in bodies)

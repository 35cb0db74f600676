"""The whole circle by the real programs: a letter goes out, its fate is reported, and the next letter heeds it."""

from __future__ import annotations

import csv
import html
import io
import json
import random
import re
from typing import Any

import pytest

from tests.support.cli import STARTER, Cli, sendgrid_environment
from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.reporter import Serve
from tests.support.reporting import SigningKey, reported

pytestmark = pytest.mark.slow

NEXT = "2027-04"
KEY = SigningKey()
EVERYBODY = [f"personne{number}@exemple{number % 37}.example" for number in range(60)]
Fate = list[tuple[str, dict[str, str]]]
DELIVERED: Fate = [("delivered", {})]
FATES: dict[int, Fate] = {
    1: [("deferred", {"response": "450 later"}), ("bounce", {"reason": "550 no such user", "type": "bounce"})],
    2: [("bounce", {"reason": "550 no such user", "type": "bounce", "marks": "none"})],  # late, and without our marks
    3: [("bounce", {"reason": "552 mailbox full", "type": "blocked"})],
    4: [("delivered", {}), ("spamreport", {})],
    5: [("delivered", {}), ("spamreport", {})],
    6: [("delivered", {}), ("unsubscribe", {})],
    7: [("deferred", {"response": "450 later"})],
    8: [("deferred", {"response": "450 later"}), ("delivered", {})],
    9: [("dropped", {"reason": "Bounced Address"})],
    10: [],
}
GONE = {1, 2, 4, 5, 6, 9}
BY_MAIL = 11


def _people(server: LocalSendGrid, from_seq: int = 0) -> dict[str, dict[str, Any]]:
    bodies = [json.loads(request.raw) for request in server.requests if request.accepted and request.seq > from_seq]
    return {person["to"][0]["email"]: person for body in bodies for person in body["personalizations"]}


def _storm(people: dict[str, dict[str, Any]], dice: random.Random) -> list[dict[str, Any]]:
    """Everything that is reported, up to five times, under other numbers, and what others of the account sent."""
    events = [reported("delivered", f"quelqu.un{number}@ailleurs.example") for number in range(20)]
    for number, address in enumerate(EVERYBODY):
        marks = people[address]["custom_args"]
        fate: Fate = [("processed", {}), *FATES.get(number, DELIVERED)]
        for place, (kind, more) in enumerate(fate):
            known = {"attempt": marks["apes_attempt"], "recipient": marks["apes_recipient"]}
            said = {name: value for name, value in more.items() if name != "marks"}
            event = reported(kind, address, timestamp=1_804_000_000 + place, **({} if "marks" in more else known))
            copies = dice.choice([1, 2, 3, 5])
            events += [{**event, **said, "sg_event_id": f"{number}-{place}-{copy}"} for copy in range(copies)]
    dice.shuffle(events)
    return events


def _post(serve: Serve, events: list[dict[str, Any]], dice: random.Random) -> None:
    while events:
        size = dice.randint(1, 60)
        part, events = events[:size], events[size:]
        assert serve.post(part)


def _report(cli: Cli) -> dict[str, Any]:
    return cli.ok("report", STARTER, "--json").json()


def test_what_is_reported_stands_in_the_report_and_decides_who_gets_the_next_letter(
    small: Cli, server: LocalSendGrid
) -> None:
    settings = small.workspace / "apes-mailer.toml"
    written = settings.read_text(encoding="utf-8") + '\n[unsubscribe]\nmailto = "non@example.org"\n'
    settings.write_text(written, encoding="utf-8")
    small.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=2)
    small.ok("send", STARTER, "--to", "tous", "--confirm", f"{STARTER}:60")
    people, last = _people(server), max(request.seq for request in server.requests)
    assert sorted(people) == sorted(EVERYBODY)
    with Serve(small, KEY) as serve:
        for round_ in range(2):
            dice = random.Random(round_)
            _post(serve, _storm(people, dice), dice)
            _require_told(small, _report(small))
        assert serve.died == 0
    _say_no_by_mail(small, people[EVERYBODY[BY_MAIL]])
    _require_left_out(small, server, last)


def _require_told(cli: Cli, report: dict[str, Any]) -> None:
    """The numbers, in each of the forms of the report; the late bounce is known of its address and of no letter."""
    told = {"delivered": 54, "bounced": 1, "soft_bounced": 1, "rejected": 1, "deferred": 1, "silent": 2}
    assert {name: report["feedback"][name] for name in ("submitted", *told)} == {"submitted": 60, **told}
    left = {"bounced": 3, "complained": 2, "unsubscribed": 1, "unsubscribed at the provider": 1}
    assert {each["cause"]: each["count"] for each in report["left"]} == left
    table = cli.ok("report", STARTER, "--csv").out.lstrip("\ufeff")
    rows = [row for row in csv.DictReader(io.StringIO(table), delimiter=";") if row["SECTION"] in {"feedback", "left"}]
    expected = told | {f"left.{cause}": count for cause, count in left.items()}
    assert {row["NAME"]: int(row["COUNT"]) for row in rows if row["NAME"] in expected} == expected
    page = cli.workspace.parent / "rapport.html"
    page.unlink(missing_ok=True)
    cli.ok("report", STARTER, "--out", str(page))
    text = re.sub(r"<[^>]*>|\s+", " ", page.read_text(encoding="utf-8"))
    for row in rows:
        assert re.search(rf"{re.escape(html.escape(row['LABEL']))}\W.{{0,200}}?\b{row['COUNT']}\b", text), row


def _say_no_by_mail(cli: Cli, person: dict[str, Any]) -> None:
    """Write to the address that stands beside the page, and read that message as whoever keeps the lists does."""
    found = re.fullmatch(
        r"<https://lettre\.example\.org/u/([\w-]+)>, <mailto:non@example\.org\?subject=unsubscribe%20([\w-]+)>",
        person["headers"]["List-Unsubscribe"],
    )
    assert found
    assert found[1] == found[2]
    assert person["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    done = cli.ok("suppressions", "unsubscribe", f"unsubscribe {found[2]}", "--json")
    assert done.json() == {"read": 1, "unsubscribed": 1}


def _require_left_out(cli: Cli, server: LocalSendGrid, last: int) -> None:
    left_out = {EVERYBODY[number] for number in (*GONE, BY_MAIL)}
    cli.ok("new", NEXT, "--from", STARTER)
    sent = cli.ok("send", NEXT, "--to", "tous", "--confirm", f"{NEXT}:53", "--json").json()
    assert (sent["submitted"], sent["excluded"]) == (53, {"suppressed": 7})
    assert set(_people(server, last)) == set(EVERYBODY) - left_out

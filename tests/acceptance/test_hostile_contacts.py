"""Addresses and values that do harm elsewhere: doubled, malformed, foreign, injecting, enormous."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.bad_input import ISSUE, SETTINGS, SUBJECT
from tests.acceptance.looking import content, messages, sound
from tests.support.cli import STARTER, Cli, sendgrid_environment
from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.sendgrid_merge import merged

pytestmark = pytest.mark.slow

ADDRESSES = """\
EMAIL;PRENOM
a@exemple.fr;Ana
 A@Exemple.FR ;Anna
zut;Bob
jöe@exemple.fr;Joe
c@été.example;Cléo
d@exemple.fr, e@exemple.fr;Deux
<f@exemple.fr>;Nom
g@exemple.fr
"""


def _write(cli: Cli, text: str) -> None:
    (cli.workspace / "contacts" / "liste.csv").write_bytes(text.encode())


def _edit(cli: Cli, file: str, old: str, new: str) -> None:
    path = cli.workspace / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _bodies(server: LocalSendGrid) -> list[dict[str, Any]]:
    found: list[Any] = [request.body for request in server.requests]
    return found


def test_addresses_of_a_file_are_normalised_or_excluded_with_a_reason(fresh: Cli) -> None:
    _write(fresh, ADDRESSES)
    survey = fresh.ok("send", STARTER, "--to", "liste", "--dry-run", "--json").json()
    assert (survey["candidates"], survey["recipients"]) == (8, 4)
    assert survey["excluded"] == {"duplicate": 1, "invalid": 3}
    fresh.ok("send", STARTER, "--to", "liste", "--confirm", f"{STARTER}:4")
    assert sorted(message["To"] for message in messages(fresh)) == [
        "a@exemple.fr",
        "c@xn--t-9fab.example",
        "f@exemple.fr",
        "g@exemple.fr",
    ]


def test_import_says_of_the_same_addresses_which_lines_and_why(fresh: Cli) -> None:
    _write(fresh, ADDRESSES)
    path = fresh.workspace / "contacts" / "liste.csv"
    done = fresh.ok("contacts", "import", str(path), "--list", "tous", "--yes", "--json")
    assert done.json() == {"read": 8, "new": 4, "updated": 0, "unchanged": 0, "rejected": 4, "suppressed": 0}
    for line, why in ((3, "same address as line 2"), (4, "@-sign"), (5, "“ö”"), (7, "more than one")):
        assert f"line {line}: " in done.err
        assert why in done.err
    assert "line 8: “<f@exemple.fr>” is read as f@exemple.fr" in done.err
    report = (fresh.workspace / "contacts" / "rejected" / "liste.csv").read_text(encoding="utf-8-sig")
    assert [row.partition(";")[0] for row in report.splitlines()] == ["LINE", "3", "4", "5", "7"]


HOSTILE = "Zoé\"\r\nBcc: victim@example.net\r\n\r\n<script>alert(1)</script> ' & <<contact.EMAIL>> {{x}} \u202e"


@pytest.fixture
def injected(fresh: Cli) -> Cli:
    """A workspace whose only contact has a name that tries to break out of every place it is put in."""
    _edit(fresh, ISSUE, SUBJECT, "subject: Bonjour <<contact.PRENOM>>")
    cell = HOSTILE.replace('"', '""')
    _write(fresh, f'EMAIL;PRENOM\na@exemple.fr;"{cell}"\n')
    return fresh


def test_name_of_a_contact_breaks_out_of_no_message(injected: Cli) -> None:
    injected.ok("send", STARTER, "--to", "liste", "--confirm", f"{STARTER}:1")
    (message,) = messages(injected)
    assert message["Bcc"] is None
    assert message["To"] == "a@exemple.fr"
    assert message["Subject"].startswith('Bonjour Zoé" Bcc: victim@example.net')
    assert "<script" not in content(message, "html").lower()
    assert "&lt;script&gt;" in content(message, "html")
    assert "<script>alert(1)</script>" in content(message, "plain")
    for kind in ("html", "plain"):
        assert "Bonjour Zoé" in content(message, kind)


def test_name_of_a_contact_breaks_out_of_no_request(injected: Cli) -> None:
    with LocalSendGrid() as server:
        injected.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=1)
        injected.ok("send", STARTER, "--to", "liste", "--confirm", f"{STARTER}:1")
        (body,) = _bodies(server)
        assert server.journal.violations == []
    (personalization,) = body["personalizations"]
    assert personalization["to"] == [{"email": "a@exemple.fr"}]
    assert personalization.keys().isdisjoint({"cc", "bcc"})
    letter = merged(body, 0)
    assert letter["subject"].startswith('Bonjour Zoé" Bcc: victim@example.net')
    assert "\n" not in letter["subject"]
    assert "\r" not in letter["subject"]
    assert "<script" not in letter["html"].lower()
    assert "<script>alert(1)</script>" in letter["text"]


@pytest.mark.parametrize("name", ["Le Jardin\\r\\nBcc: victim@example.net", 'Jo \\"X\\" <victim@example.net>', "a,b;c"])
def test_name_of_the_sender_is_one_name_of_one_sender(name: str, fresh: Cli) -> None:
    _edit(fresh, SETTINGS, "Mon organisation", name)
    fresh.ok("test", STARTER)
    (message,) = messages(fresh)
    assert message["Bcc"] is None
    (sender,) = message["From"].addresses
    assert sender.addr_spec == "lettre@example.org"
    assert "\n" not in sender.display_name


def test_values_beyond_the_provider_s_limit_exclude_only_their_recipient(fresh: Cli) -> None:
    _write(fresh, f"EMAIL;PRENOM\na@exemple.fr;Ana\nb@exemple.fr;{'<' * 9_000}\nc@exemple.fr;Cléo\n")
    with LocalSendGrid() as server:
        fresh.extra = sendgrid_environment(server.base_url, API_KEY, batch_size=10, in_flight=1)
        fresh.ok("send", STARTER, "--to", "liste", "--confirm", f"{STARTER}:2")
        assert {each.address for each in server.accepted} == {"a@exemple.fr", "c@exemple.fr"}
        assert server.journal.violations == []
    status = sound(fresh.status())
    assert (status["state"], status["excluded"]) == ("finished", {"too_large": 1})
    (answer,) = fresh.ok("why", STARTER, "b@exemple.fr", "--json").json()["answers"]
    assert (answer["verdict"], answer["reason"]) == ("excluded", "too_large")
    assert "sendgrid accepts 10000" in answer["detail"]


def test_suppressed_people_are_excluded_whatever_the_list_says(fresh: Cli) -> None:
    fresh.ok("suppressions", "add", "A@exemple.fr", "--cause", "complained")
    _write(fresh, "EMAIL\na@exemple.fr\nb@exemple.fr\n")
    done = fresh.ok("send", STARTER, "--to", "liste", "--confirm", f"{STARTER}:1")
    assert "1 suppressed" in done.err
    assert [message["To"] for message in messages(fresh)] == ["b@exemple.fr"]
    (answer,) = fresh.ok("why", STARTER, "a@exemple.fr", "--json").json()["answers"][-1:]
    assert (answer["verdict"], answer["reason"], answer["detail"]) == ("excluded", "suppressed", "complained")

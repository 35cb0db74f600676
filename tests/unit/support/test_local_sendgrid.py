"""The local SendGrid answers as SendGrid does, and its journal tells the truth at every moment."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest

from tests.support import faults
from tests.support.faults import FaultList
from tests.support.journal import Acceptance, SeenRequest
from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.payloads import LEFT_OUT, JsonObject, edited, payload
from tests.support.sendgrid_log_book import message_id

SANDBOX = "mail_settings/sandbox_mode/enable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def errors(self) -> object:
        return json.loads(self.body)["errors"]


def post(server: LocalSendGrid, body: JsonObject | bytes, **changes: str) -> Answer:
    """POST to /v3/mail/send; `changes` may replace method, path, key and content_type."""
    where = urlsplit(server.base_url)
    if where.scheme == "https":
        context = ssl.create_default_context(cafile=server.ca_file)
        client = http.client.HTTPSConnection(where.netloc, timeout=10, context=context)
    else:
        client = http.client.HTTPConnection(where.netloc, timeout=10)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {
        "Authorization": f"Bearer {changes.get('key', API_KEY)}",
        "Content-Type": changes.get("content_type", "application/json; charset=utf-8"),
    }
    try:
        client.request(changes.get("method", "POST"), changes.get("path", "/v3/mail/send"), raw, headers)
        response = client.getresponse()
        return Answer(status=response.status, headers=dict(response.getheaders()), body=response.read())
    finally:
        client.close()


def test_a_sound_request_is_accepted_with_an_empty_202_and_a_message_id() -> None:
    with LocalSendGrid() as server:
        answer = post(server, payload(2))

        assert (answer.status, answer.body) == (202, b"")
        assert answer.headers["X-Message-Id"] == message_id(1)
        assert len(message_id(1)) == 22
        assert server.accepted == [
            Acceptance("p0@example.org", "attempt-0001", 1),
            Acceptance("p1@example.org", "attempt-0001", 1),
        ]


def test_the_journal_keeps_what_was_sent_and_how_it_ended() -> None:
    with LocalSendGrid() as server:
        post(server, payload(1))
        server.wait_for(lambda journal: journal.requests[0].answered)
        seen = server.requests[0]

        assert (seen.seq, seen.method, seen.path, seen.status) == (1, "POST", "/v3/mail/send", 202)
        assert seen.headers["authorization"] == f"Bearer {API_KEY}"
        assert seen.body == payload(1)
        assert (seen.received, seen.accepted, seen.fault, seen.attempt) == (True, True, faults.OK, "attempt-0001")
        assert str(seen) == "#1 POST /v3/mail/send: ok, accepted, 202"
        assert seen.at.utcoffset() is not None


def test_the_answer_comes_over_tls_when_asked_for() -> None:
    with LocalSendGrid(tls=True) as server:
        assert post(server, payload(1000)).status == 202
        assert len(server.accepted) == 1000
        assert server.ca_file is not None
        assert server.ca_file.exists()
    assert not server.ca_file.exists()


def test_a_client_that_does_not_trust_the_authority_leaves_no_request() -> None:
    with LocalSendGrid(tls=True) as server:
        where = urlsplit(server.base_url)
        client = http.client.HTTPSConnection(where.netloc, timeout=10, context=ssl.create_default_context())
        with pytest.raises(ssl.SSLCertVerificationError):
            client.request("POST", "/v3/mail/send", b"{}")
        client.close()

        assert server.requests == ()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"key": "SG.other"}, 401),
        ({"path": "/v3/other"}, 404),
        ({"method": "PUT"}, 405),
        ({"content_type": "text/plain"}, 415),
    ],
)
def test_a_request_that_fails_at_the_door_is_refused_and_not_accepted(changes: dict[str, str], status: int) -> None:
    with LocalSendGrid() as server:
        answer = post(server, payload(1), **changes)

        assert answer.status == status
        assert b'"errors"' in answer.body
        assert server.accepted == []


def test_rule_20_a_body_of_30_megabytes_gets_413() -> None:
    with LocalSendGrid() as server:
        assert post(server, b" " * (30 * 1024 * 1024)).status == 413
        assert server.accepted == []


def test_a_broken_rule_gets_400_in_sendgrids_form_and_stays_in_the_journal() -> None:
    with LocalSendGrid() as server:
        answer = post(server, edited(payload(4), "personalizations/3/to/0/email", "no-at"))

        field = "personalizations.3.to.0.email"
        message = "Does not contain a valid address."
        assert answer.status == 400
        assert answer.errors == [{"message": message, "field": field, "help": None}]
        assert server.journal.violations == [(1, {"message": message, "field": field})]
        assert server.accepted == []


def test_rule_21_a_sandboxed_request_gets_200_and_is_not_accepted() -> None:
    with LocalSendGrid() as server:
        answer = post(server, edited(payload(1), SANDBOX, value=True))

        assert answer.status == 200
        assert server.accepted == []


@pytest.mark.parametrize("senders", [["lettre@reseau.example"], ["RESEAU.example"], None])
def test_rule_28_a_verified_address_or_domain_may_send(senders: list[str] | None) -> None:
    with LocalSendGrid(senders=senders) as server:
        assert post(server, payload(1)).status == 202


@pytest.mark.parametrize("senders", [["autre@reseau.example"], ["example"], []])
def test_rule_28_an_unverified_sender_gets_403(senders: list[str]) -> None:
    with LocalSendGrid(senders=senders) as server:
        answer = post(server, payload(1))

        assert answer.status == 403
        assert b"does not match a verified Sender Identity" in answer.body
        assert b'"field": "from"' in answer.body
        assert server.accepted == []


def test_refused_recipients_are_named_by_position_and_the_rest_goes_without_them() -> None:
    with LocalSendGrid(refused=["P1@example.org"]) as server:
        answer = post(server, payload(3))
        rest = post(server, edited(payload(3), "personalizations/1", LEFT_OUT))

        assert answer.status == 400
        assert b'"field": "personalizations.1.to.0.email"' in answer.body
        assert rest.status == 202
        assert server.requests[0].refused == ("p1@example.org",)
        assert [each.address for each in server.accepted] == ["p0@example.org", "p2@example.org"]


def test_a_known_batch_id_is_accepted_with_send_at_by_the_servers_clock() -> None:
    body = payload(1) | {"send_at": 1_000_000_900, "batch_id": "known-batch"}
    with LocalSendGrid(batch_ids=["known-batch"], clock=lambda: 1_000_000_000.0) as server:
        answer = post(server, body)

        assert answer.status == 202
        assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == 1_000_000_000


def test_a_client_that_goes_away_in_the_middle_of_the_body_is_not_accepted() -> None:
    with LocalSendGrid() as server:
        raw = json.dumps(payload(1)).encode()
        head = (
            f"POST /v3/mail/send HTTP/1.1\r\nAuthorization: Bearer {API_KEY}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        )
        where = urlsplit(server.base_url)
        with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as client:
            client.sendall(head.encode() + raw[:-1])
        server.wait_for(lambda journal: any(seen.raw for seen in journal.requests))

        assert not server.requests[0].received
        assert server.accepted == []


def test_a_client_that_dies_after_its_last_octet_is_accepted_all_the_same() -> None:
    with LocalSendGrid() as server:
        raw = json.dumps(payload(1)).encode()
        head = (
            f"POST /v3/mail/send HTTP/1.1\r\nAuthorization: Bearer {API_KEY}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        )
        where = urlsplit(server.base_url)
        with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as client:
            client.sendall(head.encode() + raw)
        server.wait_for(lambda journal: len(journal.accepted) == 1)


def test_a_connection_without_a_request_leaves_no_trace() -> None:
    with LocalSendGrid() as server:
        where = urlsplit(server.base_url)
        socket.create_connection((where.hostname or "", where.port or 0), timeout=10).close()
        post(server, payload(1))

        assert [seen.seq for seen in server.requests] == [1]


def test_hooks_are_called_before_the_decision_after_acceptance_and_after_the_answer() -> None:
    states: list[tuple[str, bool, int | None]] = []
    done = threading.Event()

    def note(name: str, seen: SeenRequest) -> None:
        states.append((name, seen.accepted, seen.status))

    def answered(seen: SeenRequest) -> None:
        note("answered", seen)
        done.set()

    with LocalSendGrid(
        on_received=lambda seen: note("received", seen),
        on_accepted=lambda seen: note("accepted", seen),
        on_answered=answered,
    ) as server:
        post(server, payload(1))
        assert done.wait(10)

    assert states == [("received", False, None), ("accepted", True, None), ("answered", True, 202)]


def test_a_hook_may_hold_one_request_while_others_are_served() -> None:
    release = threading.Event()

    def hold_the_first(seen: SeenRequest) -> None:
        if seen.seq == 1:
            assert release.wait(10)

    with LocalSendGrid(on_accepted=hold_the_first) as server:
        first = threading.Thread(target=post, args=(server, payload(1)))
        first.start()
        server.wait_for(lambda journal: len(journal.accepted) == 1)
        assert server.requests[0].status is None

        assert post(server, payload(1, first=1)).status == 202

        release.set()
        first.join(10)
        server.wait_for(lambda journal: journal.count(lambda seen: seen.answered) == 2)


def test_waiting_in_vain_raises_and_shows_what_was_seen_instead() -> None:
    with LocalSendGrid() as server:
        post(server, payload(1), key="SG.other")
        server.wait_for(lambda journal: journal.requests[0].answered)

        with pytest.raises(TimeoutError, match="#1 POST /v3/mail/send: ok, not accepted, 401"):
            server.wait_for(lambda journal: bool(journal.accepted), timeout=0.01)


def test_a_fault_never_hides_a_request_that_breaks_a_rule() -> None:
    with LocalSendGrid(plan=FaultList([faults.ACCEPT_THEN_RESET])) as server:
        answer = post(server, edited(payload(1), "subject", LEFT_OUT))

        assert answer.status == 400
        assert server.requests[0].fault == faults.OK


def test_many_clients_at_once_are_numbered_without_gaps() -> None:
    with LocalSendGrid() as server:
        threads = [threading.Thread(target=post, args=(server, payload(2, first=2 * number))) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert sorted({each.seq for each in server.accepted}) == list(range(1, 17))
        assert len({each.address for each in server.accepted}) == 32


def test_leaving_the_context_ends_open_connections_and_closes_the_port() -> None:
    with LocalSendGrid(plan=FaultList([faults.HANG])) as server:
        where = urlsplit(server.base_url)
        broken: list[type[Exception]] = []

        def wait_for_nothing() -> None:
            try:
                post(server, payload(1))
            except (http.client.HTTPException, OSError) as error:
                broken.append(type(error))

        client = threading.Thread(target=wait_for_nothing)
        client.start()
        server.wait_for(lambda journal: bool(journal.requests and journal.requests[0].received))
    client.join(10)

    assert broken == [http.client.RemoteDisconnected]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((where.hostname or "", where.port or 0), timeout=10)

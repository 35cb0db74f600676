"""How a request to SendGrid goes over real sockets: once, in time, and never taken for more than it is."""

from __future__ import annotations

import socket

import pytest

from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown
from tests.integration.providers.sending import provider, saying, submitted, timed
from tests.support import faults
from tests.support.faults import EVERY_FAULT, Ending, Fault, FaultList
from tests.support.listener import Listener
from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.sendgrid_log_book import message_id
from tests.unit.providers.samples import batch, people

SHORT = 0.5
"""Seconds for a request that is not to be answered."""

NEVER_ANSWERED = {Ending.HANG, Ending.TRICKLE}

EXPECTED: dict[Fault, type[Submission]] = {
    faults.RATE_LIMITED: NotAccepted,
    faults.RATE_LIMITED_WITHOUT_RESET: NotAccepted,
    faults.SERVER_ERROR: Unknown,
    faults.BAD_GATEWAY: Unknown,
    faults.UNAVAILABLE: Unknown,
    faults.GATEWAY_TIMEOUT: Unknown,
    faults.SERVER_ERROR_ACCEPTED: Unknown,
    faults.GATEWAY_TIMEOUT_ACCEPTED: Unknown,
    faults.REDIRECT: NotAccepted,
    faults.KEY_REVOKED: NotAccepted,
    faults.refuses(0): Refused,
    faults.BAD_REQUEST: NotAccepted,
    faults.TOO_LARGE: NotAccepted,
    faults.STRAY_200: NotAccepted,
    faults.HANG: Unknown,
    faults.TRICKLE: Unknown,
    faults.RESET_BEFORE_BODY: Unknown,
    faults.RESET_IN_BODY: Unknown,
    faults.ACCEPT_THEN_RESET: Unknown,
    faults.ACCEPT_THEN_HANG: Unknown,
    faults.ACCEPT_THEN_HALF_LINE: Unknown,
    faults.ENDLESS_BODY: Submitted,
    faults.SHORT_BODY: Submitted,
}


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=str)
def test_every_fault_ends_in_time_with_one_request_and_the_truth_or_a_doubt(fault: Fault) -> None:
    with LocalSendGrid(plan=FaultList([fault]), trickle=0.02) as fake:
        result = timed(fake.base_url, timeout=SHORT if fault.ending in NEVER_ANSWERED else 20.0)
        assert type(result) is EXPECTED[fault]
        if not isinstance(result, Unknown):
            assert isinstance(result, Submitted) == bool(fake.accepted)
        assert len(fake.requests) == 1
        assert fake.decoy_calls == []


def test_no_fault_is_left_out_of_the_table() -> None:
    assert set(EXPECTED) == set(EVERY_FAULT)


def test_request_is_the_payload_with_the_key_and_nothing_else_of_note() -> None:
    way_batch = batch(*people(3))
    with LocalSendGrid() as fake:
        way = provider(fake.base_url)
        payload = way.payload(way_batch)
        assert way.submit(payload) == Submitted(provider_id=message_id(1))
        (seen,) = fake.requests
    assert (seen.method, seen.path, seen.raw) == ("POST", "/v3/mail/send", payload.content)
    assert seen.headers["authorization"] == f"Bearer {API_KEY}"
    assert seen.headers["content-type"] == "application/json; charset=utf-8"
    assert seen.headers["content-length"] == str(len(seen.raw))
    assert set(seen.headers) == {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }


def test_reason_that_comes_in_a_later_segment_than_the_head_is_read() -> None:
    body = faults.error_reply(400, ("Not an address.", "personalizations.1.to.0.email")).body
    head = f"HTTP/1.1 400 Bad Request\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    with saying(head, body[:20], body[20:]) as url:
        assert submitted(url) == Refused(reasons={1: "Not an address."})


def test_answer_that_names_every_recipient_is_read_whole() -> None:
    with LocalSendGrid(refused=[person.address for person in people(1000)]) as fake:
        result = submitted(fake.base_url, batch(*people(1000)))
    assert isinstance(result, Refused)
    assert len(result.reasons) == 1000


def test_acceptance_counts_at_its_head_without_waiting_for_a_body() -> None:
    with LocalSendGrid(plan=FaultList([faults.ENDLESS_BODY]), trickle=0.02) as fake:
        assert timed(fake.base_url, timeout=20.0, within=0.0) == Submitted(provider_id=message_id(1))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 \r\n\r\n",
        b"HTTP/1.1 2020 Accepted\r\n\r\n",
        b"HTTP/1.1 abc Accepted\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\nX-Padding: " + b"a" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\n" + b"X-Padding: a\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"\xff" * 100,
    ],
)
def test_answer_that_is_no_answer_leaves_a_doubt(answer: bytes) -> None:
    with saying(answer) as url:
        assert isinstance(submitted(url), Unknown)


def test_answer_without_end_before_its_head_is_cut_off_in_time() -> None:
    with saying(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 200) as url:
        assert isinstance(timed(url, timeout=SHORT), Unknown)


@pytest.mark.slow
@pytest.mark.parametrize("manner", ["not at all", "slowly"])
def test_server_that_reads_slowly_or_not_at_all_is_given_up_in_time(manner: str) -> None:
    def read(connection: socket.socket) -> None:
        while listener.pause(0.06 if manner == "slowly" else 60):
            connection.recv(131_072)

    long_names = [person._replace(values={**person.values, "NOM": "x" * 4000}) for person in people(1000)]
    with Listener(read) as listener:
        result = timed(f"http://127.0.0.1:{listener.port}", batch(*long_names), timeout=1.0)
    assert isinstance(result, Unknown)


def test_key_and_addresses_are_in_no_cause() -> None:
    for fault in EVERY_FAULT:
        if fault.ending in NEVER_ANSWERED:
            continue
        with LocalSendGrid(plan=FaultList([fault])) as fake:
            told = repr(submitted(fake.base_url))
            assert API_KEY not in told
            assert "example.org" not in told

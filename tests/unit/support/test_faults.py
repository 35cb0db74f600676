"""Each fault looks to a client as it should, and the journal knows whether the mail was accepted."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.support import faults
from tests.support.faults import CHAOS, EVERY_FAULT, OK, Fault, FaultList, FaultPlan, Reading
from tests.support.http_wire import Reply
from tests.support.journal import SeenRequest
from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.payloads import LEFT_OUT, edited, payload

CLOCK = 1_000_000_000.0
SILENCE = 0.2
"""Seconds a client here listens to a server that must not answer; elsewhere it waits for 10 s."""


def request(recipients: int = 3, **headers: str) -> bytes:
    raw = json.dumps(payload(recipients)).encode()
    fields = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json", **headers}
    lines = [f"{name}: {value}" for name, value in fields.items()]
    head = "\r\n".join(["POST /v3/mail/send HTTP/1.1", *lines, f"Content-Length: {len(raw)}", "", ""])
    return head.encode() + raw


def port_of(server: LocalSendGrid) -> int:
    return int(server.base_url.rpartition(":")[2])


def exchange(server: LocalSendGrid, data: bytes, timeout: float = 10) -> tuple[bytes, str]:
    """Send `data`; what came back, and how it ended: `end`, `reset` or `silence`."""
    received = b""
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=timeout) as client:
        try:
            client.sendall(data)
            while len(received) < 65_536:
                chunk = client.recv(65_536)
                if not chunk:
                    return received, "end"
                received += chunk
        except (ConnectionResetError, BrokenPipeError):
            return received, "reset"
        except TimeoutError:
            return received, "silence"
    return received, "endless"


@pytest.fixture
def server() -> Iterator[LocalSendGrid]:
    with LocalSendGrid(clock=lambda: CLOCK, trickle=0.005) as running:
        yield running


def meet(server: LocalSendGrid, fault: Fault, timeout: float = 10) -> tuple[bytes, str]:
    server.plan = FaultList([fault])
    return exchange(server, request(), timeout)


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=str)
def test_the_journal_knows_whether_a_fault_accepted_the_mail(server: LocalSendGrid, fault: Fault) -> None:
    server.plan = FaultList([fault])
    over = threading.Event()

    def end(_seen: SeenRequest) -> None:
        over.set()

    server.on_answered = end
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=10) as client:
        client.sendall(request())
        server.wait_for(lambda journal: journal.count(lambda seen: seen.fault == fault) == 1)
        if fault.accepts:
            server.wait_for(lambda journal: bool(journal.accepted))
    assert over.wait(10)

    assert len(server.accepted) == (3 if fault.accepts else 0)
    assert server.requests[0].accepted == fault.accepts


@pytest.mark.parametrize(
    "fault",
    [each for each in EVERY_FAULT if each.reply is not None and each.reply.body],
    ids=str,
)
def test_an_error_has_its_status_and_sendgrids_body(server: LocalSendGrid, fault: Fault) -> None:
    answer, ending = meet(server, fault)

    assert fault.reply is not None
    assert answer.startswith(f"HTTP/1.1 {fault.reply.status} ".encode())
    assert set(json.loads(answer.partition(b"\r\n\r\n")[2])) == {"errors"}
    assert ending == "end"


@pytest.mark.parametrize("reset_in", [0, 1, -30, 86_400])
def test_429_tells_when_the_limit_ends_in_seconds_of_the_servers_clock(server: LocalSendGrid, reset_in: int) -> None:
    answer, _ = meet(server, faults.rate_limited(reset_in))

    assert f"\r\nX-RateLimit-Reset: {int(CLOCK) + reset_in}\r\n".encode() in answer


def test_429_may_leave_out_when_the_limit_ends(server: LocalSendGrid) -> None:
    answer, _ = meet(server, faults.RATE_LIMITED_WITHOUT_RESET)

    assert b"X-RateLimit" not in answer


def test_302_points_to_a_decoy_that_records_who_follows(server: LocalSendGrid) -> None:
    answer, _ = meet(server, faults.REDIRECT)

    assert f"\r\nLocation: {server.decoy_url}\r\n".encode() in answer
    assert server.decoy_calls == []

    decoy = http.client.HTTPConnection(server.decoy_url.split("/")[2], timeout=10)
    decoy.request("GET", "/decoy", headers={"Authorization": "Bearer leaked"})
    assert decoy.getresponse().status == 200
    decoy.close()
    assert "Bearer leaked" in server.decoy_calls[0]


def test_refused_recipients_are_named_and_stay_refused_for_ever(server: LocalSendGrid) -> None:
    answer, _ = meet(server, faults.refuses(0, 5))
    again, _ = exchange(server, request())

    for each in (answer, again):
        errors = json.loads(each.partition(b"\r\n\r\n")[2])["errors"]
        assert [error["field"] for error in errors] == [
            "personalizations.0.to.0.email",
            "personalizations.2.to.0.email",
        ]
    assert [seen.refused for seen in server.requests] == [("p0@example.org", "p2@example.org")] * 2


def test_400_may_name_nobody(server: LocalSendGrid) -> None:
    answer, _ = meet(server, faults.BAD_REQUEST)

    assert b'{"message": "Bad Request", "field": null, "help": null}' in answer


def test_200_without_sandbox_looks_like_success_and_is_none(server: LocalSendGrid) -> None:
    answer, _ = meet(server, faults.STRAY_200)

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("fault", [faults.HANG, faults.ACCEPT_THEN_HANG], ids=str)
def test_a_hang_answers_nothing_and_keeps_the_connection(server: LocalSendGrid, fault: Fault) -> None:
    assert meet(server, fault, timeout=SILENCE) == (b"", "silence")


@pytest.mark.parametrize("fault", [faults.RESET_BEFORE_BODY, faults.RESET_IN_BODY, faults.ACCEPT_THEN_RESET], ids=str)
def test_a_reset_is_a_reset_and_not_an_end(server: LocalSendGrid, fault: Fault) -> None:
    assert meet(server, fault) == (b"", "reset")


def test_a_reset_in_the_body_has_read_half_of_it(server: LocalSendGrid) -> None:
    meet(server, faults.RESET_IN_BODY)
    server.wait_for(lambda journal: bool(journal.requests[0].raw))

    assert len(server.requests[0].raw) == len(json.dumps(payload(3))) // 2
    assert not server.requests[0].received


def test_a_large_body_can_be_reset_while_the_client_still_writes(server: LocalSendGrid) -> None:
    server.plan = FaultList([faults.RESET_BEFORE_BODY])
    body = b" " * 20_000_000
    head = f"POST /v3/mail/send HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    assert exchange(server, head + body) == (b"", "reset")


def test_a_half_status_line_ends_before_the_status_is_known(server: LocalSendGrid) -> None:
    assert meet(server, faults.ACCEPT_THEN_HALF_LINE) == (b"HTTP/1.1 20", "end")


def test_a_short_body_promises_more_than_it_sends(server: LocalSendGrid) -> None:
    answer, ending = meet(server, faults.SHORT_BODY)

    assert b"\r\nContent-Length: 4096\r\n" in answer
    assert (answer.partition(b"\r\n\r\n")[2], ending) == (b"{", "end")


def test_an_endless_body_follows_a_whole_202(server: LocalSendGrid) -> None:
    server.plan = FaultList([faults.ENDLESS_BODY])
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=10) as client:
        client.sendall(request())
        received = b""
        while len(received.partition(b"\r\n\r\n")[2]) < 5:
            received += client.recv(100)

    assert received.startswith(b"HTTP/1.1 202 Accepted\r\n")
    assert b"Content-Length" not in received
    server.wait_for(lambda journal: journal.requests[0].status == 202)
    assert not server.requests[0].answered


def test_a_trickle_starts_like_a_202_and_never_ends_its_headers(server: LocalSendGrid) -> None:
    server.plan = FaultList([faults.TRICKLE])
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=10) as client:
        client.sendall(request())
        received = b""
        while len(received) < 50:
            octets = client.recv(100)
            received += octets

    assert received.startswith(b"HTTP/1.1 202 Accepted\r\nX-Padding: aaaa")


def test_a_late_202_is_accepted_before_it_is_answered(server: LocalSendGrid) -> None:
    assert meet(server, faults.late(30), timeout=SILENCE) == (b"", "silence")
    server.wait_for(lambda journal: len(journal.accepted) == 3)


def test_a_list_of_faults_ends_in_good_answers() -> None:
    plan = FaultList([faults.HANG, faults.REDIRECT])

    assert [plan.fault_for(seq) for seq in range(1, 5)] == [faults.HANG, faults.REDIRECT, OK, OK]
    assert FaultList([], then=faults.HANG).fault_for(9) == faults.HANG


def test_a_seeded_plan_gives_each_request_the_same_fault_in_any_order() -> None:
    forwards = [FaultPlan(7, CHAOS).fault_for(seq) for seq in range(1, 500)]
    backwards = [FaultPlan(7, CHAOS).fault_for(seq) for seq in range(499, 0, -1)]

    assert forwards == backwards[::-1]
    assert forwards != [FaultPlan(8, CHAOS).fault_for(seq) for seq in range(1, 500)]


def test_chaos_meets_every_fault_and_lets_most_requests_through() -> None:
    drawn = Counter(FaultPlan(1, CHAOS).fault_for(seq) for seq in range(1, 2001))

    assert set(drawn) == {OK, *EVERY_FAULT}
    assert 0.65 < drawn[OK] / 2000 < 0.8


def test_a_fault_that_accepts_what_it_did_not_read_or_refuses_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="cannot accept"):
        Fault(name="x", accepts=True, reads=Reading.HALF)
    with pytest.raises(ValueError, match="cannot accept"):
        Fault(name="x", accepts=True, refuses=(0,))


def test_a_reply_may_stand_for_any_answer(server: LocalSendGrid) -> None:
    teapot = Fault(name="402", accepts=False, reply=Reply(status=402))
    answer, _ = meet(server, teapot)

    assert answer.startswith(b"HTTP/1.1 402 ")


def test_faults_meet_only_sends_that_could_be_accepted(server: LocalSendGrid) -> None:
    server.plan = FaultList([], then=faults.ACCEPT_THEN_RESET)
    raw = json.dumps(edited(payload(1), "subject", LEFT_OUT)).encode()
    head = (
        f"POST /v3/mail/send HTTP/1.1\r\nAuthorization: Bearer {API_KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )

    assert exchange(server, b"GET / HTTP/1.1\r\n\r\n")[0].startswith(b"HTTP/1.1 404 ")
    assert exchange(server, head.encode() + raw)[0].startswith(b"HTTP/1.1 400 ")

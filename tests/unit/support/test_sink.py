"""The benchmarks' sink counts what it gets and answers every request, however the octets are cut."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

SINK = Path(__file__).parents[3] / "benchmarks" / "sink.py"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the sink ends by a signal that Windows does not have"),
]


class RunningSink:
    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def counts(self) -> object:
        self.process.send_signal(signal.SIGTERM)
        output, _ = self.process.communicate(timeout=10)
        return json.loads(output)


@contextmanager
def running_sink(*options: str) -> Generator[RunningSink]:
    with subprocess.Popen([sys.executable, SINK, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield RunningSink(process, json.loads(process.stdout.readline())["port"])
        finally:
            process.kill()


def test_each_request_gets_202_with_its_own_message_id_and_is_counted() -> None:
    with running_sink() as sink:
        client = http.client.HTTPConnection("127.0.0.1", sink.port, timeout=10)
        ids: set[str | None] = set()
        for _ in range(3):
            client.request("POST", "/v3/mail/send", b"x" * 3_000_000)
            response = client.getresponse()
            assert (response.status, response.read()) == (202, b"")
            ids.add(response.headers["X-Message-Id"])
        client.close()
        counts = sink.counts()

    assert len(ids) == 3
    assert isinstance(counts, dict)
    assert counts["requests"] == 3
    assert counts["connections"] == 1
    assert 9_000_000 < counts["bytes"] < 9_001_000


def test_a_request_cut_anywhere_or_glued_to_the_next_is_one_request_each() -> None:
    request = b"POST /v3/mail/send HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
    with running_sink() as sink:
        with socket.create_connection(("127.0.0.1", sink.port), timeout=10) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for octet in request:
                client.sendall(bytes([octet]))
            client.sendall(request + request + request.replace(b"5\r\n", b"5\r\nConnection: close\r\n"))
            received = b""
            while chunk := client.recv(65_536):
                received += chunk
        counts = sink.counts()

    assert received.count(b"HTTP/1.1 202 Accepted\r\n") == 4
    assert isinstance(counts, dict)
    assert counts["requests"] == 4


def test_latency_delays_the_answer_but_not_the_next_connection() -> None:
    with running_sink("--latency-ms", "40") as sink:
        clients = [http.client.HTTPConnection("127.0.0.1", sink.port, timeout=10) for _ in range(8)]
        for client in clients:
            client.request("POST", "/v3/mail/send", b"{}")
        for client in clients:
            assert client.getresponse().status == 202
            client.close()
        counts = sink.counts()

    assert isinstance(counts, dict)
    assert (counts["connections"], counts["requests"]) == (8, 8)

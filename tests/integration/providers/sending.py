"""A batch, a SendGrid provider for any address, and servers that answer what they are told."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from apes_mailer.model.batch import Batch
from apes_mailer.model.submission import Submission
from apes_mailer.providers.sendgrid import SendGrid
from tests.support import http_wire
from tests.support.http_wire import Head
from tests.support.listener import Listener
from tests.support.local_sendgrid import API_KEY
from tests.unit.providers.samples import KEYRING, batch, people

LATEST = 5.0
"""Seconds that a slow computer may take on top of the time that a request has."""


def provider(base_url: str, *, timeout: float = 20.0, api_key: str = API_KEY) -> SendGrid:
    """The provider ``sendgrid`` for an address."""
    return SendGrid(api_key=api_key, base_url=base_url, timeout=timeout, nonce=KEYRING.substitution_nonce)


def submitted(base_url: str, one: Batch | None = None, *, timeout: float = 20.0) -> Submission:
    """What becomes of a batch."""
    way = provider(base_url, timeout=timeout)
    return way.submit(way.payload(one or batch(*people(3))))


def timed(base_url: str, one: Batch | None = None, *, timeout: float, within: float | None = None) -> Submission:
    """What becomes of a batch, which is known in time: that of the request, or ``within`` these seconds."""
    started = time.monotonic()
    result = submitted(base_url, one, timeout=timeout)
    took = time.monotonic() - started
    allowed = timeout if within is None else within
    assert took < allowed + LATEST, f"{took:.1f} s, where {allowed} were allowed"
    return result


@contextmanager
def server(answer: Callable[[socket.socket, Head], object]) -> Generator[str]:
    """A server that reads a request whole and then does what it is told; yields its address."""

    def handle(connection: socket.socket) -> None:
        arrived = http_wire.receive_head(connection)
        if arrived is not None:
            head, start = arrived
            http_wire.receive_body(connection, start, head.content_length or 0)
            answer(connection, head)

    with Listener(handle) as listener:
        yield f"http://127.0.0.1:{listener.port}"


@contextmanager
def saying(*pieces: bytes) -> Generator[str]:
    """A server that answers with these octets, each piece in a segment of its own, and closes."""

    def answer(connection: socket.socket, _head: Head) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number, piece in enumerate(pieces):
            if number:
                time.sleep(0.05)  # so that the pieces arrive one by one
            if not http_wire.send(connection, piece):
                return

    with server(answer) as url:
        yield url

"""Requests to SendGrid over TLS: only to a host whose certificate is known, and in time."""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator

import pytest

from apes_mailer.model.submission import NotAccepted, Submitted, Unknown
from apes_mailer.online import deadline
from tests.integration.providers.sending import submitted, timed
from tests.support import faults
from tests.support.faults import FaultList
from tests.support.http_wire import drip, wait_until_closed
from tests.support.listener import Listener
from tests.support.local_sendgrid import LocalSendGrid


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> Generator[Callable[[LocalSendGrid], None]]:
    """Makes this program trust the authority of a local SendGrid, as a computer trusts those of the web."""

    def trust(fake: LocalSendGrid) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(fake.ca_file))
        deadline.opener.cache_clear()

    yield trust
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    deadline.opener.cache_clear()


def test_known_authority_is_trusted(trusting: Callable[[LocalSendGrid], None]) -> None:
    with LocalSendGrid(tls=True) as fake:
        trusting(fake)
        assert isinstance(submitted(fake.base_url), Submitted)


def test_unknown_authority_gets_nothing() -> None:
    deadline.opener.cache_clear()
    with LocalSendGrid(tls=True) as fake:
        result = submitted(fake.base_url)
        assert isinstance(result, NotAccepted)
        assert not result.stop
        assert "CERTIFICATE_VERIFY_FAILED" in result.cause
        assert fake.requests == ()


def test_certificate_of_another_host_gets_nothing(trusting: Callable[[LocalSendGrid], None]) -> None:
    with LocalSendGrid(tls=True) as fake:
        trusting(fake)
        result = submitted(fake.base_url.replace("127.0.0.1", "127.0.0.2"))
        assert isinstance(result, NotAccepted)
        assert fake.requests == ()


def test_server_that_speaks_no_tls_gets_nothing() -> None:
    with LocalSendGrid() as fake:
        assert isinstance(timed(fake.base_url.replace("http:", "https:"), timeout=0.5), NotAccepted)
        assert fake.requests == ()


@pytest.mark.parametrize("manner", ["silent", "slow"])
def test_handshake_that_does_not_end_is_given_up_in_time(manner: str) -> None:
    def shake_hands(connection: socket.socket) -> None:
        if manner == "silent":
            wait_until_closed(connection)
        else:  # the head of a TLS record, which promises more than will ever come
            drip(connection, b"\x16\x03\x03\x40\x00\x02", lambda: listener.pause(0.02))

    with Listener(shake_hands) as listener:
        result = timed(f"https://127.0.0.1:{listener.port}", timeout=0.5)
    assert isinstance(result, NotAccepted)


@pytest.mark.parametrize("fault", [faults.TRICKLE, faults.ACCEPT_THEN_HANG], ids=str)
def test_total_time_is_kept_over_tls(trusting: Callable[[LocalSendGrid], None], fault: faults.Fault) -> None:
    with LocalSendGrid(tls=True, plan=FaultList([fault]), trickle=0.02) as fake:
        trusting(fake)
        assert isinstance(timed(fake.base_url, timeout=0.5), Unknown)


def test_connection_cut_off_over_tls_leaves_a_doubt(trusting: Callable[[LocalSendGrid], None]) -> None:
    with LocalSendGrid(tls=True, plan=FaultList([faults.ACCEPT_THEN_RESET, faults.RESET_BEFORE_BODY])) as fake:
        trusting(fake)
        assert isinstance(submitted(fake.base_url), Unknown)
        assert isinstance(submitted(fake.base_url), Unknown)

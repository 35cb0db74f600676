"""A request to SendGrid reaches SendGrid alone: no redirect, no proxy, no cookie, no other request's header or key."""

from __future__ import annotations

import json
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from apes_mailer.model.batch import Batch
from apes_mailer.model.submission import NotAccepted, Submission, Submitted
from apes_mailer.online import deadline
from apes_mailer.providers.sendgrid import SendGrid
from tests.contract.ways_out import closed_port
from tests.integration.providers.sending import provider, server, submitted, timed
from tests.support import faults
from tests.support.faults import Fault, FaultList
from tests.support.journal import SeenRequest
from tests.support.listener import Listener
from tests.support.local_sendgrid import LocalSendGrid
from tests.unit.providers.samples import batch, people


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed_and_the_key_stays_here(status: int) -> None:
    redirect = Fault(name=str(status), accepts=False, reply=faults.Reply(status=status))
    with LocalSendGrid(plan=FaultList([redirect])) as fake:
        result = submitted(fake.base_url)
        assert isinstance(result, NotAccepted)
        assert result.stop
        assert fake.decoy_calls == []
        assert len(fake.requests) == 1


@pytest.mark.parametrize("tls", [False, True])
def test_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch, *, tls: bool) -> None:
    called: list[str] = []
    with Listener(lambda _connection: called.append("proxy")) as proxy, LocalSendGrid(tls=tls) as fake:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        deadline.opener.cache_clear()
        result = submitted(fake.base_url)
        assert isinstance(result, NotAccepted if tls else Submitted)  # this authority is not known here
        assert len(fake.requests) == (0 if tls else 1)
    assert called == []


def test_cookies_are_not_kept() -> None:
    cookies: list[str | None] = []

    with server(lambda connection, head: _set_cookie(connection, cookies, head.headers.get("cookie"))) as url:
        way = provider(url)
        for _ in range(2):
            assert isinstance(way.submit(way.payload(batch(*people(1)))), Submitted)
    assert cookies == [None, None]


def _set_cookie(connection: socket.socket, cookies: list[str | None], cookie: str | None) -> None:
    cookies.append(cookie)
    connection.sendall(b"HTTP/1.1 202 Accepted\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def assert_not_connected(result: Submission) -> None:
    """Nothing has left; it may go again."""
    assert isinstance(result, NotAccepted)
    assert not result.stop
    assert result.cause.startswith("no connection to ")


def test_refused_connection_accepts_nobody() -> None:
    with closed_port() as port:
        assert_not_connected(submitted(f"http://127.0.0.1:{port}"))


@pytest.mark.parametrize("host", ["nonexistent.invalid", "a..b.example", "a" * 64 + ".example", "été.invalid"])
def test_name_that_leads_nowhere_accepts_nobody(host: str) -> None:
    assert_not_connected(submitted(f"http://{host}"))


def test_address_with_a_port_that_is_none_stops_and_says_so() -> None:
    result = submitted("http://127.0.0.1:abc")
    assert isinstance(result, NotAccepted)
    assert result.stop
    assert "APES_MAILER_SENDGRID_BASE_URL" in result.cure


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses instead of keeping silent")
def test_host_that_does_not_answer_is_given_up_in_time() -> None:
    with ExitStack() as stack:
        silent = stack.enter_context(socket.socket())
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(silent.getsockname())
        assert_not_connected(timed(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.5))


def test_name_with_several_addresses_reaches_the_one_that_answers() -> None:
    with LocalSendGrid() as fake:
        assert isinstance(submitted(fake.base_url.replace("127.0.0.1", "localhost")), Submitted)


def _submit(way: SendGrid, one: Batch) -> Submission:
    return way.submit(way.payload(one))


def test_requests_at_once_keep_their_own_headers_and_bodies() -> None:
    with ExitStack() as stack:
        keys = [f"SG.key-{number}" for number in range(4)]
        fakes = [stack.enter_context(LocalSendGrid(api_key=key)) for key in keys]
        ways = [provider(fake.base_url, api_key=key) for fake, key in zip(fakes, keys, strict=True)]
        everybody = people(64)
        jobs = [(way, batch(*everybody[at::16], attempt=f"attempt-000000{at:02d}")) for way in ways for at in range(16)]
        with ThreadPoolExecutor(16) as pool:
            results = list(pool.map(_submit, *zip(*jobs, strict=True)))
        assert all(isinstance(result, Submitted) for result in results)
        for fake, key in zip(fakes, keys, strict=True):
            assert {seen.headers["authorization"] for seen in fake.requests} == {f"Bearer {key}"}
            assert {seen.headers["content-length"] for seen in fake.requests} == {
                str(len(seen.raw)) for seen in fake.requests
            }
            assert sorted(acceptance.address for acceptance in fake.accepted) == sorted(
                person.address for person in everybody
            )
            for seen in fake.requests:
                attempts = {each["custom_args"]["apes_attempt"] for each in json.loads(seen.raw)["personalizations"]}
                assert attempts == {seen.attempt}


def test_slow_request_does_not_hold_up_the_others() -> None:
    others_are_done = threading.Event()

    def hold_the_first(seen: SeenRequest) -> None:
        if seen.seq == 1:
            others_are_done.wait(30)

    with LocalSendGrid(on_received=hold_the_first) as fake, ThreadPoolExecutor(4) as pool:
        way = provider(fake.base_url)
        slow = pool.submit(_submit, way, batch(*people(1)))
        fake.wait_for(lambda journal: len(journal.requests) == 1)
        others = [pool.submit(_submit, way, batch(*people(1), attempt=f"attempt-1000000{at}")) for at in range(3)]
        assert all(isinstance(other.result(), Submitted) for other in others)
        assert not slow.done()
        others_are_done.set()
        assert isinstance(slow.result(), Submitted)

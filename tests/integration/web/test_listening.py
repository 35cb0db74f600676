from __future__ import annotations

import contextlib
import socket

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from apes_mailer.errors import ApesMailerError, UsageError
from apes_mailer.web import connections, server
from tests.integration.web.running import request, serving


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with server.listen("127.0.0.1", 0, another="") as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ApesMailerError, match=f"Port {port} of 127.0.0.1 is taken") as caught:
            server.listen("127.0.0.1", port, another="do this instead")
    assert "do this instead" in caught.value.hint
    assert caught.value.exit_code == 1


def test_a_host_that_is_none_of_this_computer_is_named() -> None:
    with pytest.raises(ApesMailerError, match=r"192\.0\.2\.1 is not an address of this computer"):
        server.listen("192.0.2.1", 0, another="")


def test_a_host_that_does_not_exist_is_named() -> None:
    with pytest.raises(ApesMailerError, match="is not an address of this computer"):
        server.listen("no such host", 0, another="")


@pytest.mark.parametrize("port", [-1, 65536, 99999])
def test_a_port_that_cannot_exist_is_a_mistake_of_the_command_line(port: int) -> None:
    with pytest.raises(UsageError, match="There is no port"):
        server.listen("127.0.0.1", port, another="")


def test_the_address_of_an_ipv6_socket_is_written_with_brackets() -> None:
    if not socket.has_ipv6:
        pytest.skip("this computer has no IPv6")
    try:
        listener = server.listen("::1", 0, another="")
    except ApesMailerError:
        pytest.skip("this computer has no IPv6")
    with listener:
        assert server.url_of(listener).startswith("http://[::1]:")


def _app() -> Starlette:
    def here(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("here")

    return Starlette(routes=[Route("/", here)])


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nxx",
    ],
)
def test_connection_that_does_not_come_to_its_point_is_closed(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr(connections, "SECONDS_FOR_A_HEAD", 0.1)
    with serving(_app()) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(said)
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(4096):
                    pass
        assert request(url).text == "here"


def test_connection_that_asks_again_and_again_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SECONDS_FOR_A_HEAD", 0.1)
    with serving(_app()) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            for _ in range(3):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                answer = b""
                while not answer.endswith(b"here"):
                    answer += connection.recv(4096)
                assert answer.startswith(b"HTTP/1.1 200")
                assert not _is_closed(connection, within=0.3)


def _is_closed(connection: socket.socket, *, within: float) -> bool:
    connection.settimeout(within)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    finally:
        connection.settimeout(20)

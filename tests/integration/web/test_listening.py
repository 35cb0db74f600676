from __future__ import annotations

import socket

import pytest

from apes_mailer.errors import ApesMailerError, UsageError
from apes_mailer.web import server


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

"""Asking for an address of a real server: every way in which it can answer, or fail to."""

from __future__ import annotations

import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from apes_mailer.model.answer import Answer, Reach
from apes_mailer.online import deadline
from apes_mailer.online.ask import public, public_or_here
from apes_mailer.online.fetch import fetch
from tests.support.http_wire import Head, Reply, drip, reset, send, wait_until_closed
from tests.support.listener import Listener
from tests.support.local_web import LocalWeb
from tests.support.tls import server_context

LONG, SHORT = 20.0, 0.3
HTML = (("Content-Type", "text/html; charset=utf-8"),)


def _to(location: str, status: int = 302) -> Reply:
    return Reply(status=status, headers=(("Location", location),))


def test_an_address_that_answers_is_reached() -> None:
    with LocalWeb({"/a?b=1": Reply(status=200, headers=HTML)}) as web:
        url = f"{web.url}/a?b=1#part"
        assert fetch(url, within=LONG) == Answer(url=url, reach=Reach.REACHED, status=200, media_type="text/html")
        assert web.paths("HEAD") == ["/a?b=1"]
        assert web.paths("GET") == []


@pytest.mark.parametrize(
    ("status", "reach"),
    [
        (204, Reach.REACHED),
        (304, Reach.REACHED),
        (400, Reach.REFUSED),
        (401, Reach.REFUSED),
        (403, Reach.REFUSED),
        (404, Reach.MISSING),
        (410, Reach.MISSING),
        (429, Reach.REFUSED),
        (500, Reach.FAILING),
        (503, Reach.FAILING),
    ],
)
def test_the_status_says_what_readers_find(status: int, reach: Reach) -> None:
    with LocalWeb({"/": Reply(status=status)}) as web:
        answer = fetch(web.url, within=LONG)
    assert (answer.reach, answer.status) == (reach, status)


def test_it_says_who_asks_and_keeps_no_cookie() -> None:
    page = Reply(status=200, headers=(("Set-Cookie", "a=1"),))
    with LocalWeb({"/": page, "/next": _to("/")}) as web:
        fetch(f"{web.url}/", within=LONG)
        fetch(f"{web.url}/next", within=LONG)
        assert all(head.headers["user-agent"].startswith("apes-mailer/") for head in web.requests)
        assert all("cookie" not in head.headers for head in web.requests)


@pytest.mark.parametrize("status", [403, 404, 405, 500, 501])
def test_a_server_that_refuses_head_is_asked_with_get(status: int) -> None:
    def page(connection: socket.socket, head: Head) -> None:
        send(connection, Reply(status=status if head.method == "HEAD" else 200, headers=HTML).encode())

    with LocalWeb({"/": page}) as web:
        assert fetch(web.url, within=LONG).reach is Reach.REACHED
        assert [head.method for head in web.requests] == ["HEAD", "GET"]


def test_letters_outside_ascii_go_over_the_wire_percent_encoded() -> None:
    with LocalWeb({"/caf%C3%A9?q=%C5%93uf%20dur&r=%41": Reply(status=200)}) as web:
        assert fetch(f"{web.url}/café?q=œuf dur&r=%41", within=LONG).reach is Reach.REACHED


def test_redirects_are_followed() -> None:
    with LocalWeb({"/a": _to("b"), "/b": _to("/c", 307), "/c": Reply(status=404)}) as web:
        answer = fetch(f"{web.url}/a", within=LONG)
    assert (answer.reach, answer.moved_to) == (Reach.MISSING, "")


def test_an_address_that_has_moved_for_good_says_where_to() -> None:
    pages = {"/a": _to("/b", 301), "/b": _to("/c", 308), "/c": _to("/d", 302), "/d": Reply(status=200)}
    with LocalWeb(pages) as web:
        assert fetch(f"{web.url}/a", within=LONG).moved_to == f"{web.url}/c"
        assert fetch(f"{web.url}/c", within=LONG).moved_to == ""


@pytest.mark.parametrize(
    "location", ["/loop", "", "ftp://a.example/", "mailto:a@b.example", "javascript:1", "http://[oops"]
)
def test_a_redirect_that_leads_nowhere_is_a_circle(location: str) -> None:
    with LocalWeb({"/loop": _to(location)}) as web:
        assert fetch(f"{web.url}/loop", within=LONG).reach is Reach.CIRCLE
        assert len(web.requests) <= 20


def test_a_page_that_also_names_an_address_that_is_none_is_reached() -> None:
    with LocalWeb({"/": Reply(status=200, headers=(("Location", "http://[oops"),))}) as web:
        assert fetch(web.url, within=LONG).reach is Reach.REACHED


def test_two_addresses_that_send_to_each_other_are_a_circle() -> None:
    with LocalWeb({"/a": _to("/b", 301), "/b": _to("/a", 301)}) as web:
        assert fetch(f"{web.url}/a", within=LONG).reach is Reach.CIRCLE
        assert len(web.requests) == 10


def test_of_a_body_without_end_only_the_beginning_is_read() -> None:
    sent: list[int] = []

    def page(connection: socket.socket, head: Head) -> None:
        if head.method == "HEAD":
            send(connection, Reply(status=405).encode())
            return
        send(connection, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while send(connection, b"x" * 65_536):
            sent.append(65_536)

    with LocalWeb({"/": page}) as web:
        assert fetch(web.url, within=LONG).reach is Reach.REACHED
    assert sum(sent) < 100 * 65_536  # what fits into the buffers between two programs, not for ever


def _silent(connection: socket.socket, _head: Head) -> None:
    wait_until_closed(connection)


def _reset(connection: socket.socket, _head: Head) -> None:
    reset(connection)


def _gone(connection: socket.socket, _head: Head) -> None:
    connection.close()


def _nonsense(connection: socket.socket, _head: Head) -> None:
    send(connection, b"\x00\xffnothing of HTTP\r\n\r\n")


@pytest.mark.parametrize("page", [_silent, _reset, _gone, _nonsense])
def test_a_server_that_gives_no_answer_is_unreachable(page: object) -> None:
    with LocalWeb({"/": page}) as web:  # pyright: ignore[reportArgumentType] - each is a behaviour
        answer = fetch(web.url, within=SHORT)
    assert (answer.reach, answer.status) == (Reach.UNREACHABLE, 0)


def test_a_server_that_trickles_is_given_up_in_time() -> None:
    web: LocalWeb

    def page(connection: socket.socket, _head: Head) -> None:
        drip(connection, b"HTTP/1.1 200 OK\r\nX-Long: ", lambda: web.pause(0.01))

    with LocalWeb({"/": page}) as web:
        assert fetch(web.url, within=SHORT).reach is Reach.UNREACHABLE


def test_a_host_where_nobody_listens_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert fetch(f"http://127.0.0.1:{port}/", within=LONG).reach is Reach.UNREACHABLE


@pytest.mark.parametrize("url", ["https://[::1", "http://a:b/", "http:///x", "http://..", f"http://{'é' * 300}.fr/"])
def test_an_address_that_cannot_be_asked_is_unreachable(url: str) -> None:
    assert fetch(url, within=LONG).reach is Reach.UNREACHABLE


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a",
        "https://lettre.EXAMPLE.com",
        "http://semis.example",
        "https://a.test/",
        "http://b.invalid/",
    ],
)
def test_a_domain_that_stands_for_others_is_not_asked(url: str) -> None:
    def nobody(address: str) -> bool:
        raise AssertionError(address)

    assert fetch(url, within=LONG, permission=nobody).reach is Reach.EXAMPLE


def test_an_address_inside_a_network_is_not_asked() -> None:
    with LocalWeb({"/": Reply(status=200)}) as web:
        assert fetch(web.url, within=LONG, permission=public).reach is Reach.PRIVATE
        assert fetch(web.url, within=LONG, permission=public_or_here).reach is Reach.REACHED
        assert len(web.requests) == 1


def test_a_redirect_into_a_network_is_not_followed() -> None:
    with LocalWeb({"/a": _to("http://127.0.0.2:9/")}) as web:
        answer = fetch(f"{web.url}/a", within=LONG, permission=lambda address: address == "127.0.0.1")
    assert answer.reach is Reach.PRIVATE


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("64:ff9b::a00:1", False),  # NAT64 of 10.0.0.1
        ("2002:c0a8:101::1", False),  # 6to4 of 192.168.1.1
        ("::7f00:1", False),  # IPv4-compatible 127.0.0.1
        ("fec0::1", False),
        ("224.0.0.1", False),
        ("ff0e::1", False),
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:93.184.215.14", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:10.1.2.3", False),
    ],
)
def test_networks_of_somebodys_own_are_not_the_internet(address: str, is_public: bool) -> None:
    assert public(address) is is_public


@pytest.fixture
def secure(tmp_path: Path) -> Generator[tuple[LocalWeb, Path]]:
    context, authority = server_context(tmp_path)
    deadline.opener.cache_clear()
    with LocalWeb({"/": Reply(status=200)}, tls=context) as web:
        yield web, authority
    deadline.opener.cache_clear()


def test_a_certificate_that_nobody_knows_is_unsafe(secure: tuple[LocalWeb, Path]) -> None:
    web, _ = secure
    assert fetch(web.url, within=LONG).reach is Reach.UNSAFE
    assert web.requests == []


def test_a_certificate_of_a_known_authority_is_trusted(
    secure: tuple[LocalWeb, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    web, authority = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert fetch(web.url, within=LONG).reach is Reach.REACHED
    assert fetch(web.url.replace("127.0.0.1", "127.1"), within=LONG).reach is Reach.UNSAFE


def test_a_server_that_speaks_no_tls_is_unreachable() -> None:
    with Listener(lambda _connection: None) as listener:
        assert fetch(f"https://127.0.0.1:{listener.port}/", within=LONG).reach is Reach.UNREACHABLE

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import urlsplit

import pytest

from tests.integration.web.previewing import TOKEN, Browser, make_workspace, previewing
from tests.integration.web.running import request

PATHS = [
    "/",
    "/events",
    "/summary.html",
    "/contacts.json?list=amis&q=",
    "/letter.html",
    "/letter.txt",
    "/letter.mjml",
    "/pictures/0123456789abcdef-x.png",
    "/static/preview.js",
    "/none",
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Generator[Browser]:
    with previewing(make_workspace(tmp_path_factory.mktemp("gate") / "workspace")) as opened:
        yield opened


@pytest.mark.parametrize("path", PATHS)
def test_nobody_gets_in_without_the_token(browser: Browser, path: str) -> None:
    port = urlsplit(browser.url).port
    for cookie in ({}, {"Cookie": f"apes_mailer_preview_{port}=wrong"}, {"Cookie": f"apes_mailer_preview_1={TOKEN}"}):
        reply = request(browser.url + path, headers=cookie)
        assert reply.status == 403
        assert "terminal" in reply.text
        assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], f"{TOKEN}x", "%C3%A9"])
def test_a_wrong_token_is_refused(browser: Browser, token: str) -> None:
    assert request(f"{browser.url}/?token={token}").status == 403


def test_the_printed_address_gives_a_cookie_that_no_other_site_can_use(browser: Browser) -> None:
    reply = request(f"{browser.url}/?token={TOKEN}")
    assert reply.status == 200
    name, _, attributes = reply.headers["set-cookie"].partition("; ")
    assert name == f"apes_mailer_preview_{urlsplit(browser.url).port}={TOKEN}"
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} == set(attributes.split("; "))
    assert request(f"{browser.url}/letter.html", headers={"Cookie": name}).status == 200
    assert TOKEN not in reply.text


def test_the_cookie_is_given_once(browser: Browser) -> None:
    assert "set-cookie" not in browser.get("/").headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.168.1.5", ""])
def test_another_host_name_is_refused_whatever_it_carries(browser: Browser, host: str) -> None:
    for path in ("/letter.html", f"/?token={TOKEN}"):
        reply = request(browser.url + path, headers={**browser.cookie, "Host": host})
        assert reply.status == 400
        assert "set-cookie" not in reply.headers


def test_localhost_is_this_computer_too(browser: Browser) -> None:
    host = f"localhost:{urlsplit(browser.url).port}"
    assert request(f"{browser.url}/letter.html", headers={**browser.cookie, "Host": host}).status == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1", "https://{host}", "http://localhost:{port}"]
)
def test_another_origin_is_refused_even_with_the_cookie(browser: Browser, origin: str) -> None:
    parts = urlsplit(browser.url)
    headers = {**browser.cookie, "Origin": origin.format(host=parts.netloc, port=parts.port)}
    assert request(f"{browser.url}/contacts.json?list=amis", headers=headers).status == 403


def test_the_own_origin_is_let_in(browser: Browser) -> None:
    headers = {**browser.cookie, "Origin": browser.url}
    assert request(f"{browser.url}/contacts.json?list=amis", headers=headers).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_preview_takes_no_orders(browser: Browser, method: str) -> None:
    for path in ("/", "/letter.html", "/contacts.json"):
        assert request(browser.url + path, method, body=b"x", headers=browser.cookie).status == 405

"""All that can be asked of the public pages, and what happens to whatever else is."""

from __future__ import annotations

import datetime as dt
import re
import socket
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from apes_mailer.campaign.feedback import Feedback
from apes_mailer.model.keys import Keyring
from apes_mailer.providers.sendgrid.webhook import SIGNATURE, TIMESTAMP, Webhook
from apes_mailer.store.database import Database
from apes_mailer.web import public
from apes_mailer.web.site import Person
from apes_mailer.web.webhooks import Webhooks
from tests.integration.web.running import request
from tests.integration.web.sites import ADDRESS, Clock, Place, open_site, post
from tests.support.feedback import KEY

ROUTES = {
    ("GET", "/"),
    ("GET", "/atom.xml"),
    ("GET", "/confirm/{token}"),
    ("GET", "/data/{token}"),
    ("GET", "/data/{token}/data.json"),
    ("GET", "/data/{token}/erase"),
    ("GET", "/health"),
    ("GET", "/index.html"),
    ("GET", "/letters/{name}"),
    ("GET", "/letters/{name}.html"),
    ("GET", "/pictures/{name}"),
    ("GET", "/ready"),
    ("GET", "/signup/{name}"),
    ("GET", "/u/{token}"),
    ("GET", "/u/{token}/preferences"),
    ("GET", "/u/{token}/undo"),
    ("POST", "/confirm/{token}"),
    ("POST", "/data/{token}/erase"),
    ("POST", "/signup/{name}"),
    ("POST", "/u/{token}"),
    ("POST", "/u/{token}/preferences"),
    ("POST", "/u/{token}/undo"),
    ("POST", "/webhooks/sendgrid"),
}
FUZZ = settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    folder = tmp_path_factory.mktemp("site")
    webhooks = Webhooks(
        Feedback(
            database=Database("mailer.db", base=folder),
            keyring=Keyring(b"s" * 32),
            webhook=Webhook([KEY.public]),
            clock=Clock(),
            keep=dt.timedelta(days=30),
        )
    )
    with open_site(folder, counts=True, webhooks=webhooks) as opened:
        yield opened


@pytest.fixture(scope="module")
def tokens(place: Place) -> list[str]:
    """What a path may hold of ours: a token of a letter, of a sign-up, of a wish to see data, and names."""
    link = place.know()
    post(f"{place.url}/signup/agenda", email="autre@exemple.example")
    sign_up = place.link()
    post(f"{link}/preferences", do="data")
    data = place.link()
    return [each.rpartition("/")[2] for each in (link, sign_up, data)] + ["mensuelle", "agenda", "membres"]


def test_these_are_all_the_routes(place: Place) -> None:
    app = public.application(place.site)
    found = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert found == ROUTES
    assert all(isinstance(route, Route) for route in app.routes), "nothing is mounted: no folder, no other application"


ODD = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=255, exclude_characters=" "), max_size=40)
SEGMENTS = st.one_of(
    ODD, st.sampled_from(["..", ".", "%00", "%2e%2e%2f", "u", "undo", "data", "data.json", "'", "<script>", "A" * 3000])
)
METHODS = st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"])
HEADERS = st.dictionaries(
    st.sampled_from(
        ["Accept-Language", "Content-Type", "Origin", "Cookie", "Host", "X-Forwarded-For", "X-Forwarded-Proto",
         "If-None-Match", "Range", "Referer", "Expect", "X-Odd", SIGNATURE, TIMESTAMP]
    ),
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60),
    max_size=4,
)  # fmt: skip
FIELDS = st.dictionaries(
    st.sampled_from(["do", "list", "email", "website", "months", "opens", "clicks", "List-Unsubscribe", "from"]),
    st.one_of(
        ODD,
        st.sampled_from(
            ["choose", "stop", "return", "pause", "resume", "allow", "data", "yes", "1", "mensuelle", ADDRESS, "\x00",
             "One-Click", "a@b.example' OR 1=1 --", "<img src=x onerror=alert(1)>"]
        ),
    ),
    max_size=4,
)  # fmt: skip
BODIES = st.one_of(st.binary(max_size=300), FIELDS.map(lambda fields: "&".join(map("=".join, fields.items())).encode()))


def _raw(url: str, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """Send a request octet by octet as given, and return all that comes back."""
    host, _, port = urlsplit(url).netloc.partition(":")
    lines = [f"{method} {path} HTTP/1.1", "Host: pages.example", "Connection: close", f"Content-Length: {len(body)}"]
    head = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items())]) + "\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head.encode("latin-1") + body)
        answer = bytearray()
        while chunk := connection.recv(65536):
            answer += chunk
    return bytes(answer)


@pytest.mark.slow
@FUZZ
@given(data=st.data(), method=METHODS, headers=HEADERS, body=BODIES)
def test_no_request_breaks_a_page(
    place: Place, tokens: list[str], data: st.DataObject, method: str, headers: dict[str, str], body: bytes
) -> None:
    pattern = data.draw(st.sampled_from(sorted({path for _, path in ROUTES})))
    filled = re.sub(r"\{\w+\}", lambda _: data.draw(st.one_of(st.sampled_from(tokens), SEGMENTS)), pattern)
    path = filled if data.draw(st.booleans()) else f"/{data.draw(SEGMENTS)}"
    query = data.draw(st.sampled_from(["", "?lang=en", "?lang=%00", "?lang=fr&lang=en", "?" + "x" * 200]))
    answer = _raw(place.url, method, path + query, headers, body)
    head, _, content = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    assert status < 500, (status, content)
    assert b"Traceback" not in content
    assert b"<script>" not in content
    assert b"onerror=" not in content or b"&lt;img" in content
    if b"Invalid HTTP request" not in content:  # what is no HTTP reaches no page
        lower = head.lower()
        for header in (
            b"content-security-policy:",
            b"x-content-type-options: nosniff",
            b"referrer-policy: no-referrer",
        ):
            assert header in lower, head
        assert b"set-cookie" not in lower


@pytest.mark.parametrize("path", ["/signup/agenda", "/u/TOKEN/preferences", "/confirm/TOKEN", "/data/TOKEN/erase"])
def test_a_long_body_is_refused_everywhere(place: Place, path: str) -> None:
    path = path.replace("TOKEN", place.know().rpartition("/")[2])
    assert request(f"{place.url}{path}", "POST", body=b"a" * 70_000).status == 413


def test_a_form_of_thousands_of_fields_is_refused(place: Place) -> None:
    body = "&".join(f"list={number}" for number in range(5000)).encode()
    assert request(f"{place.know()}/preferences", "POST", body=body).status == 400


def test_health_and_readiness(place: Place) -> None:
    assert (request(f"{place.url}/health").status, request(f"{place.url}/health").text) == (200, "ok\n")
    assert (request(f"{place.url}/ready").status, request(f"{place.url}/ready").text) == (200, "ready\n")


def test_a_database_that_cannot_be_written_is_not_ready(tmp_path: Path) -> None:
    with open_site(tmp_path, patience=0.2) as place, place.site.database.write():
        assert request(f"{place.url}/ready").status == 503
        assert request(f"{place.url}/health").status == 200


@pytest.mark.parametrize("page", ["u/TOKEN", "u/TOKEN/preferences", "confirm/TOKEN", "data/TOKEN", "data/TOKEN/erase"])
def test_page_that_cannot_be_shown_now_leads_to_itself_and_offers_no_button(tmp_path: Path, page: str) -> None:
    with open_site(tmp_path, patience=0.1) as place:
        link = place.know()
        url = f"{place.url}/{page.replace('TOKEN', link.rpartition('/')[2])}"
        with place.site.database.write():
            for _ in range(4):  # as many wishes as are worked on at the same time
                assert post(link).status == 503
            reply = request(url)
    assert reply.status == 503
    assert "<form" not in reply.text
    assert '<a href="">' in reply.text


@pytest.mark.parametrize("do", ["stop", "choose"])
def test_form_that_was_posted_when_nothing_could_be_written_is_come_back_to(tmp_path: Path, do: str) -> None:
    with open_site(tmp_path, patience=0.1) as place:
        preferences = f"{place.know()}/preferences"
        with place.site.database.write():
            reply = post(preferences, do=do)
    assert reply.status == 503
    assert "<form" not in reply.text
    assert '<a href="">' in reply.text


def test_page_that_fails_is_a_page_of_ours_and_repeats_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def erase(address: str) -> None:
        raise OSError(28, "No space left", f"/srv/{address}")

    person = Person(export=lambda address: {"address": address}, erase=erase)
    with open_site(tmp_path, person=person) as place:
        post(f"{place.know()}/preferences", do="data")
        reply = request(f"{place.link()}/erase", "POST", body=b"")
    assert reply.status == 500
    assert "bonjour@semis.example" in reply.text
    assert {"x-frame-options", "referrer-policy", "cache-control"} <= reply.headers.keys()
    told = capsys.readouterr().err
    assert "OSError in erase, line" in told
    assert ADDRESS not in told
    assert "Traceback" not in told

"""What is posted to the webhook: the right answer, and nothing lost or done that should not be."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import socket
import time
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from apes_mailer.ledger import notices
from apes_mailer.model.submission import Unknown
from apes_mailer.web import public
from apes_mailer.web.webhooks import LIMIT, Webhooks
from tests.integration.web.running import Reply, request, serving
from tests.support.feedback import KEY, Told
from tests.support.ledgers import Ledger, address
from tests.support.reporting import SigningKey, notice, reported

pytestmark = pytest.mark.slow


@pytest.fixture
def told(tmp_path: Path) -> Generator[Told]:
    ledger = Ledger.create(tmp_path, contacts=6, busy_seconds=0.2)
    ledger.prepare()
    yield Told(ledger)
    ledger.database.close()


@contextlib.contextmanager
def _served(told: Told, *, patience: float = 20, path: str = "") -> Generator[str]:
    site = public.Site(
        database=told.ledger.database,
        keyring=told.ledger.keyring,
        published=told.ledger.database.path.parent,
        clock=lambda: told.ledger.now,
        letter="La lettre",
        sender="Le réseau",
        write_to="contact@exemple.example",
        path=path,
        webhooks=Webhooks(told.feedback, patience=patience),
    )
    with serving(public.application(site)) as url:
        yield f"{url}{path}/webhooks/sendgrid"


@pytest.fixture
def url(told: Told) -> Generator[str]:
    with _served(told) as url:
        yield url


def _post(url: str, told: Told, body: bytes, at: dt.datetime | None = None) -> Reply:
    return request(url, "POST", body=body, headers=KEY.headers(body, at or told.ledger.now))


def _left(told: Told) -> tuple[int, int, int]:
    """How many notices, events and suppressions there are."""
    tables = ("notice", "event", "suppression")
    first, second, third = (told.ledger.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in tables)
    return first, second, third


def test_what_is_answered_with_success_is_kept_and_applied(told: Told, url: str) -> None:
    reply = _post(url, told, notice([told.event("spamreport", 0)]))
    assert (reply.status, reply.body) == (204, b"")
    assert told.suppressed() == {(0, "complained", "")}
    assert told.ledger.rows("SELECT id FROM notice WHERE applied_at IS NULL") == []


def test_notices_are_taken_below_the_path_of_the_public_address(told: Told) -> None:
    with _served(told, path="/lettre") as url:
        assert _post(url, told, notice([])).status == 204


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_nothing_but_a_post_is_allowed(url: str, method: str) -> None:
    assert request(url, method).status == 405


def test_there_is_no_webhook_without_a_key(told: Told) -> None:
    site = public.Site(
        database=told.ledger.database,
        keyring=told.ledger.keyring,
        published=told.ledger.database.path.parent,
        clock=lambda: told.ledger.now,
        letter="La lettre",
        sender="Le réseau",
        write_to="contact@exemple.example",
    )
    with serving(public.application(site)) as url:
        assert request(f"{url}/webhooks/sendgrid", "POST", body=b"[]").status == 404


def test_what_sendgrid_did_not_sign_is_forbidden(told: Told, url: str) -> None:
    body = notice([told.event("spamreport", 0)])
    forged = SigningKey().headers(body, told.ledger.now)
    for headers in (forged, {}, dict.fromkeys(forged, "\xff" * 90)):
        assert request(url, "POST", body=body, headers=headers).status == 403
    assert _left(told) == (0, 0, 0)


@pytest.mark.parametrize("minutes", [-11, 11])
def test_what_was_signed_at_another_time_is_forbidden(
    told: Told, url: str, minutes: int, capsys: pytest.CaptureFixture[str]
) -> None:
    at = told.ledger.now + dt.timedelta(minutes=minutes)
    assert _post(url, told, notice([told.event("spamreport", 0)]), at).status == 403
    assert _left(told) == (0, 0, 0)
    assert "Set the clock of this computer" in capsys.readouterr().err


def test_forged_notices_are_told_of_once(told: Told, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(5):
        request(url, "POST", body=b"[]", headers=SigningKey().headers(b"[]", told.ledger.now))
    assert capsys.readouterr().err.count("webhook_keys") == 1


def _half_posted(url: str, headers: dict[str, str]) -> socket.socket:
    """Begin a post, and stop in the middle of its body."""
    parts = urlsplit(url)
    told = {"Host": parts.netloc, "Content-Length": "1000", **headers}
    connection = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20)
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    connection.sendall(f"POST {parts.path} HTTP/1.1\r\n{head}\r\n[".encode())
    return connection


def test_unsigned_post_is_refused_before_its_body_is_there(url: str) -> None:
    with _half_posted(url, {}) as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 403")


def test_posts_that_do_not_come_to_their_end_keep_no_notice_waiting(told: Told, url: str) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(_half_posted(url, KEY.headers(b"[]", told.ledger.now)))
        assert _post(url, told, notice([told.event("spamreport", 0)])).status == 204


def test_wild_time_of_a_signature_is_not_repeated(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    headers = KEY.headers(b"[]", "9" * 199)
    assert request(url, "POST", body=b"[]", headers=headers).status == 403
    assert "99999" not in capsys.readouterr().err


@pytest.mark.parametrize("body", [b"", b"{}", b'[{"event": "bounce"', b"[" * 200_000, b"[" + b"9" * 9000 + b"]"])
def test_what_is_no_list_of_events_is_refused(told: Told, url: str, body: bytes) -> None:
    reply = _post(url, told, body)
    assert (reply.status, _left(told)) == (400, (0, 0, 0))
    assert "Traceback" not in reply.text


def test_ten_megabytes_are_too_much(told: Told, url: str) -> None:
    body = notice([told.event("spamreport", 0, filler="x" * 10_000_000)])
    with contextlib.suppress(ConnectionError):  # answered before it is all read
        assert _post(url, told, body).status == 413
    assert _left(told) == (0, 0, 0)
    assert _post(url, told, notice([])).status == 204


def test_body_without_an_end_or_a_length_is_too_much_as_well(told: Told, url: str) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    with contextlib.suppress(ConnectionError):
        connection.request(
            "POST",
            parts.path,
            body=(b"x" * 65536 for _ in range(2 * LIMIT // 65536)),
            headers=KEY.headers(b"", told.ledger.now),
            encode_chunked=True,
        )
        assert connection.getresponse().status == 413
    connection.close()
    assert _left(told) == (0, 0, 0)


def test_largest_notice_is_taken(told: Told, url: str) -> None:
    body = notice([told.event("delivered", 0, filler="x" * (LIMIT - 1000))])
    assert LIMIT - 1000 < len(body) <= LIMIT
    assert _post(url, told, body).status == 204


def test_hostile_fields_are_only_fields(told: Told, url: str) -> None:
    claim = told.ledger.claim()
    hostile = "'); DROP TABLE event; -- <script>alert(1)</script> \ud800 \x00 \x1b[2J " + "é" * 5000
    events = [
        told.event(kind, 0, claim.mark, reason=hostile, response=hostile, status=hostile, url=hostile, type=hostile)
        for kind in ("bounce", "deferred", "click", "dropped")
    ]
    strange = [reported(hostile, hostile, timestamp=10**400, asm_group_id=-(10**400), sg_event_id=hostile)]
    strange += [{hostile: hostile}, {}, {"event": "bounce", "email": ["x"], "timestamp": {}, "reason": 1e999}]
    reply = _post(url, told, json.dumps([*events, *strange, None, 7]).encode())
    assert reply.status == 204
    assert told.counts() == {"events": 8, "kept": 4, "foreign_": 4, "unreadable": 2}
    for row in told.kept("reason, detail, url"):
        assert all(len(str(text)) <= 300 and str(text).isprintable() for text in row.values())
    assert told.suppressed() == {(0, "bounced", "")}


def test_busy_database_puts_the_provider_off_and_loses_nothing(told: Told, url: str) -> None:
    body = notice([told.event("spamreport", 0)])
    other = Ledger.open(told.ledger.database.path.parent)
    with other.database.write():
        reply = _post(url, told, body)
    other.database.close()
    assert (reply.status, reply.headers["retry-after"]) == (503, "60")
    assert _post(url, told, body).status == 204
    assert told.suppressed() == {(0, "complained", "")}


def test_what_was_kept_and_not_applied_is_applied_when_the_server_starts(told: Told) -> None:
    claim = told.ledger.claim()
    told.ledger.record(claim, Unknown(cause="timeout"))
    with told.ledger.database.write() as connection:
        body = notice([told.event("bounce", 1, claim.mark)])
        notices.store(connection, "sendgrid", body, at=told.ledger.now)
    with _served(told):
        until = time.monotonic() + 20
        while not told.suppressed() and time.monotonic() < until:
            time.sleep(0.01)
    assert told.suppressed() == {(1, "bounced", "")}
    assert told.ledger.attempt_states() == ["submitted"]


def test_answers_have_the_headers_of_every_page(told: Told, url: str) -> None:
    for reply in (_post(url, told, notice([])), request(url, "POST", body=b"x")):
        assert reply.headers["cache-control"] == "no-store"
        assert "set-cookie" not in reply.headers


def test_client_that_goes_away_in_the_middle_leaves_nothing(told: Told, url: str) -> None:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as half:
        half.sendall(f"POST {parts.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n[".encode())
    assert _post(url, told, notice([told.event("delivered", 0)])).status == 204
    assert _left(told) == (1, 0, 0)


def test_address_in_a_notice_is_never_printed(told: Told, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    body = notice([told.event("spamreport", 0)])
    _post(url, told, body)
    request(url, "POST", body=body, headers=SigningKey().headers(body, told.ledger.now))
    assert address(0) not in "".join(capsys.readouterr())

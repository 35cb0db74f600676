"""What ``doctor --online`` asks, of whom, and what it makes of the answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from apes_mailer.cli.app import run
from apes_mailer.doctor import Grade
from apes_mailer.ledger import notices
from apes_mailer.web import public
from apes_mailer.web.site import site_of
from apes_mailer.wiring import Application
from tests.integration.doctor.workspaces import NOW, Place, only, said
from tests.integration.web.running import serving
from tests.support import faults
from tests.support.faults import FaultList
from tests.support.http_wire import Reply
from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.local_web import LocalWeb
from tests.support.reporting import SigningKey
from tests.support.sendgrid_desk import SCOPES

TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
OURS: dict[str, object] = {"domain": "jardin-partage.fr", "valid": True, "dns": {}}
PENDING: dict[str, object] = {
    "domain": "jardin-partage.fr",
    "valid": False,
    "dns": {
        "mail_cname": {"valid": True, "type": "cname", "host": "em1.jardin-partage.fr", "data": "u1.wl.example"},
        "dkim1": {"valid": False, "type": "cname", "host": "s1._domainkey.jardin-partage.fr", "data": "s1.example"},
    },
}


@pytest.fixture
def server(place: Place, monkeypatch: pytest.MonkeyPatch) -> Generator[LocalSendGrid]:
    """A local SendGrid which the workspace sends through, without a server of its own; it knows the sender."""
    with LocalSendGrid() as running:
        running.desk.domains = [OURS]
        monkeypatch.setenv("SENDGRID_API_KEY", API_KEY)
        monkeypatch.setenv("APES_MAILER_SENDGRID_BASE_URL", running.base_url)
        place.write(provider="sendgrid", more='[unsubscribe]\nby = "mail"')
        yield running


@contextmanager
def _served(app: Application) -> Generator[str]:
    with serving(public.application(site_of(app))) as url:
        yield url
    app.database.close()


def test_nobody_is_asked_without_the_option(place: Place, server: LocalSendGrid) -> None:
    report = place.examine()
    assert server.desk.asked == []
    assert server.requests == ()
    assert only(report, "online", Grade.INFO).cure.endswith("apes-mailer doctor --online")


def test_key_and_sender_in_order(place: Place, server: LocalSendGrid) -> None:
    report = place.examine(online=True)
    assert [each.grade for each in said(report, "provider")] == [Grade.OK] * 3
    assert server.desk.asked == ["GET /v3/scopes", "GET /v3/whitelabel/domains?limit=200"]
    assert server.requests == ()


def test_key_that_may_only_send_is_fine_and_each_right_that_it_lacks_has_its_price(
    place: Place, server: LocalSendGrid
) -> None:
    server.desk.scopes = ["mail.send", "whitelabel.read", "2fa_required"]
    report = place.examine(online=True)
    assert said(report, "provider", Grade.ERROR) == said(report, "provider", Grade.WARNING) == []
    suppressions, logs, erasing, *back = said(report, "provider", Grade.INFO)
    assert "suppression.bounces.read" in suppressions.message
    assert "suppressions sync" in suppressions.message
    assert "messages.read" in logs.message
    assert "resume" in logs.message
    assert "recipients.erasejob.create" in erasing.message
    told = " ".join(each.message for each in back)
    assert "asm.suppressions.global.delete" in told
    assert "suppression.bounces.delete" in told


def test_group_needs_a_right_only_where_letters_name_one(place: Place, server: LocalSendGrid) -> None:
    server.desk.scopes = [scope for scope in SCOPES if not scope.startswith("asm.groups.")]
    assert said(place.examine(online=True), "provider", Grade.INFO) == []
    place.write(provider="sendgrid", more='[unsubscribe]\nby = "provider"\n[sendgrid]\nasm_group = 7')
    reading, back = said(place.examine(online=True), "provider", Grade.INFO)
    assert "asm.groups.suppressions.read" in reading.message
    assert "asm.groups.suppressions.delete" in back.message


def test_key_that_may_not_send_is_an_error(place: Place, server: LocalSendGrid) -> None:
    server.desk.scopes = [scope for scope in SCOPES if scope != "mail.send"]
    (found,) = said(place.examine(online=True), "provider", Grade.ERROR)
    assert "nothing can be sent" in found.message


def test_key_that_may_do_more_than_needed_is_pointed_out(place: Place, server: LocalSendGrid) -> None:
    server.desk.scopes = [*SCOPES, "api_keys.create", "billing.delete", "asm.groups.read", "mail.batch.create"]
    (found,) = said(place.examine(online=True), "provider", Grade.WARNING)
    assert found.message.endswith("api_keys.create, billing.delete")


@pytest.mark.usefixtures("server")
def test_key_that_is_none_is_an_error(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.of-somebody-else")
    (found,) = said(place.examine(online=True), "provider", Grade.ERROR)
    assert "not valid (401)" in found.message
    assert "SG.of-somebody-else" not in str(found)


def test_provider_that_does_not_answer_is_told(place: Place, server: LocalSendGrid) -> None:
    server.desk.plan = FaultList([faults.SERVER_ERROR])
    (found,) = said(place.examine(online=True), "provider", Grade.ERROR)
    assert "did not tell what the key may do: the answer was 500" in found.message


def test_records_that_the_domain_lacks_are_named(place: Place, server: LocalSendGrid) -> None:
    server.desk.domains = [PENDING]
    (found,) = said(place.examine(online=True), "provider", Grade.ERROR)
    assert "lettre@jardin-partage.fr" in found.message
    assert found.cure.endswith("CNAME s1._domainkey.jardin-partage.fr → s1.example")


def test_address_that_is_verified_by_itself_is_pointed_out(place: Place, server: LocalSendGrid) -> None:
    server.desk.domains, server.desk.senders = [], ["Lettre@jardin-partage.fr"]
    (found,) = said(place.examine(online=True), "provider", Grade.WARNING)
    assert "its domain is not authenticated" in found.message


def test_sender_that_the_key_may_not_ask_for_stays_open(place: Place, server: LocalSendGrid) -> None:
    server.desk.scopes = [scope for scope in SCOPES if scope != "whitelabel.read"]
    (found,) = said(place.examine(online=True), "provider", Grade.INFO)
    assert "which domains it has authenticated" in found.message
    assert "Sender Authentication" in found.cure


def test_public_address_that_serves_this_workspace(place: Place) -> None:
    with _served(place.application()) as url:
        place.write(public_url=url)
        report = place.examine(online=True)
    (found,) = said(report, "public_url", Grade.OK)
    assert "knows the links of this workspace" in found.message
    assert said(report, "public_url", Grade.WARNING), "only this computer reaches it"


def test_public_address_that_serves_another_workspace(place: Place) -> None:
    other = Place(place.folder.with_name("other"))
    other.write()
    with _served(other.application()) as url:
        place.write(public_url=url)
        (found,) = said(place.examine(online=True), "public_url", Grade.ERROR)
    assert "another workspace" in found.message


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=404), "something else answers there"),
        (Reply(status=200, headers=(("Content-Type", "text/html"),), body=b"<p>Welcome</p>"), "something else"),
        (Reply(status=503, headers=TEXT, body=b"the disk is nearly full\n"), "not ready (503)"),
        (Reply(status=301, headers=(("Location", "/fr/ready"),)), "sends on to another address (301)"),
        (Reply(status=302, headers=(("Location", "/login"),)), "sends on to another address (302)"),
        (Reply(status=403), "refuses to answer (403)"),
    ],
)
def test_public_address_that_is_not_ours_or_not_ready(place: Place, reply: Reply, words: str) -> None:
    with LocalWeb({"/ready": reply}) as web:
        place.write(public_url=web.url)
        (found,) = said(place.examine(online=True), "public_url", Grade.ERROR)
    assert words in found.message
    assert found.cure


def test_address_that_is_an_example_is_not_asked(place: Place) -> None:
    place.write(public_url="https://lettre.example.org")
    (found,) = said(place.examine(online=True), "public_url", Grade.ERROR)
    assert "an example" in found.message


def test_nobody_is_there(place: Place) -> None:
    with LocalWeb({}) as web:
        url = web.url
    place.write(public_url=url)
    (found,) = said(place.examine(online=True), "public_url", Grade.ERROR)
    assert "nothing answers there" in found.message


def test_last_reading_of_the_providers_lists_is_told(place: Place, server: LocalSendGrid) -> None:
    assert only(place.examine(), "suppressions", Grade.INFO).cure.endswith("apes-mailer suppressions sync")
    assert run(["--workspace", str(place.folder), "suppressions", "sync"]) == 0
    today = dt.datetime.now(dt.UTC).date()
    assert only(place.examine(), "suppressions", Grade.OK).message.endswith((f"{today}", f"{today - dt.timedelta(1)}"))
    assert [path for path in server.desk.asked if "/suppression/" not in path] == []


def test_reports_that_come_in_are_told_and_those_that_never_do(place: Place, server: LocalSendGrid) -> None:
    settings = f'[unsubscribe]\nby = "mail"\n[sendgrid]\nwebhook_keys = ["{SigningKey().public}"]'
    place.write(provider="sendgrid", more=settings)
    assert "no report has come" in only(place.examine(), "events", Grade.WARNING).message
    app = place.application()
    with app.database.write() as connection:
        notices.store(connection, "sendgrid", b"[]", at=NOW)
    app.database.close()
    waiting, newest = said(place.examine(), "events")
    assert (waiting.grade, waiting.cure) == (Grade.WARNING, "apes-mailer events apply")
    assert (newest.grade, "2027-03-01" in newest.message) == (Grade.OK, True)
    assert server.requests == ()

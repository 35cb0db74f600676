from __future__ import annotations

import base64
import datetime as dt
import hashlib
import http.client
import re
import sqlite3
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest
import sqlalchemy as sa

from apes_mailer.campaign.preferences import PublicList
from apes_mailer.contacts import lists, suppressions
from apes_mailer.contacts.suppressions import Suppression
from apes_mailer.ledger import claims, freeze
from apes_mailer.ledger.states import Kind
from apes_mailer.model.keys import Keyring
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.database import Database
from apes_mailer.web import public
from apes_mailer.web import site as site_module
from tests.integration.web.running import Reply, request, serving
from tests.support.ledgers import letters_with

NOW = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)
ADDRESS = "odile@exemple.example"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ONE_CLICK = b"List-Unsubscribe=One-Click"


@dataclass
class Served:
    """The public pages, and what stands behind them."""

    url: str
    database: Database
    keyring: Keyring
    list_id: int

    def link(self, list_name: str = "adherents") -> str:
        return f"{self.url}/u/{self.token(list_name)}"

    def token(self, list_name: str = "adherents") -> str:
        return self.keyring.token(self.keyring.list_tag(list_name), self.keyring.contact_key(ADDRESS))

    def suppressions(self) -> list[tuple[str, str]]:
        with self.database.read() as connection:
            found = suppressions.holding(connection, self.keyring.contact_key(ADDRESS), at=NOW)
        return [(each.list_name, each.cause) for each in found]

    def every(self) -> list[Suppression]:
        with self.database.read() as connection:
            return list(suppressions.every(connection))

    def suppress(self, list_id: int, cause: Cause) -> None:
        with self.database.write() as connection:
            suppressions.add(connection, self.keyring.contact_key(ADDRESS), list_id=list_id, cause=cause, at=NOW)


def site(folder: Path, **changes: object) -> site_module.Site:
    values: dict[str, object] = {
        "database": Database("mailer.db", base=folder, busy_seconds=0.2),
        "keyring": Keyring(b"s" * 32),
        "published": folder / "published",
        "clock": lambda: NOW,
        "letter": "La lettre <des semis>",
        "sender": "Les Semis d’Artois",
        "write_to": "bonjour@semis.example",
        **changes,
    }
    return site_module.Site(**values)  # pyright: ignore[reportArgumentType] - names and kinds are those of the class


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    made = site(tmp_path_factory.mktemp("site"))
    with made.database.write() as connection:
        list_id = lists.find_or_add(connection, "adherents", made.keyring, NOW)
        lists.know(connection, made.keyring.contact_key(ADDRESS), ADDRESS)
    with serving(public.application(made)) as url:
        yield Served(url, made.database, made.keyring, list_id)
    made.database.close()


@pytest.fixture
def served(server: Served) -> Served:
    """The running pages, with nobody suppressed."""
    with server.database.write() as connection:
        connection.execute(sa.delete(schema.suppression))
    return server


def pressed(reply: Reply, page: str) -> Reply:
    """Press the button of a page."""
    match = re.search(r'<form method="post"(?: action="([^"]*)")?>.*?name="(\w+)" value="(\w+)"', reply.text, re.DOTALL)
    assert match, reply.text
    return request(urljoin(page, match[1] or ""), "POST", body=f"{match[2]}={match[3]}".encode(), headers=FORM)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_link_changes_nothing(served: Served, method: str) -> None:
    reply = request(served.link(), method)
    assert reply.status == 200
    assert served.every() == []
    assert bool(reply.body) == (method == "GET")


def test_the_button_of_the_page_unsubscribes_from_the_letter_whatever_list_it_goes_to(served: Served) -> None:
    done = pressed(request(served.link()), served.link())
    assert done.status == 200
    assert "Vous êtes désinscrit·e" in done.text
    assert served.suppressions() == [("", "unsubscribed")]


def test_undo_takes_the_suppression_back_and_can_itself_be_undone(served: Served) -> None:
    done = pressed(request(served.link()), served.link())
    undone = pressed(done, served.link())
    assert undone.status == 200
    assert "annulée" in undone.text
    assert served.suppressions() == []
    again = pressed(undone, f"{served.link()}/undo")
    assert again.status == 200
    assert served.suppressions() == [("", "unsubscribed")]


def test_whoever_comes_back_to_the_link_reads_that_it_is_done_and_can_undo_it(served: Served) -> None:
    done = pressed(request(served.link()), served.link())
    again = request(served.link())
    assert "Vous êtes déjà désinscrit·e" in again.text
    assert "Rien n’a encore changé" not in again.text
    undone = pressed(again, served.link())
    assert served.suppressions() == []
    assert "Rien n’a encore changé" in request(served.link()).text
    assert "annulée" in undone.text
    assert 'href="?lang=en"' in done.text
    assert 'href="?lang=fr"' not in undone.text


def test_what_somebody_else_has_suppressed_is_not_said_to_be_done_by_the_reader(served: Served) -> None:
    served.suppress(schema.ALL_LISTS, Cause.MANUAL)
    assert "Vous êtes déjà désinscrit·e" not in request(served.link()).text
    assert "<form" in request(served.link()).text, "a no can be said in spite of it"


def test_where_readers_know_several_letters_the_page_says_that_all_of_them_stop(tmp_path: Path) -> None:
    known = [PublicList(name=name, title=f"La lettre {name}", about="", open=False) for name in ("a", "b")]
    made = site(tmp_path, lists=known)
    token = made.keyring.token(made.keyring.list_tag("a"), made.keyring.contact_key(ADDRESS))
    with serving(public.application(made)) as url:
        page = request(f"{url}/u/{token}")
        assert "plus aucune de nos lettres" in page.text
        assert 'preferences">N’en arrêter qu’une' in page.text
        done = pressed(page, f"{url}/u/{token}")
        assert "plus aucune de nos lettres" in done.text
        assert "La lettre &lt;des semis&gt;" not in page.text + done.text
    made.database.close()


def test_reloading_the_address_of_the_undo_leads_back_to_the_page(served: Served) -> None:
    reply = request(f"{served.link()}/undo")
    assert reply.status == 303
    assert urljoin(f"{served.link()}/undo", reply.headers["location"]) == served.link()


def test_undo_leaves_what_others_have_suppressed(served: Served) -> None:
    served.suppress(served.list_id, Cause.COMPLAINED)
    done = pressed(request(served.link()), served.link())
    assert served.suppressions() == [("adherents", "complained"), ("", "unsubscribed")]
    undone = pressed(done, served.link())
    assert "pour une autre raison" in undone.text
    assert served.suppressions() == [("adherents", "complained")]


def test_undo_says_so_when_the_address_is_suppressed_for_all_lists(served: Served) -> None:
    served.suppress(schema.ALL_LISTS, Cause.MANUAL)
    done = request(served.link(), "POST", body=b"from=page", headers=FORM)
    assert "<form" not in done.text, "there is nothing that this person could undo"
    undone = request(f"{served.link()}/undo", "POST", body=b"from=page", headers=FORM)
    assert "pour une autre raison" in undone.text
    assert served.suppressions() == [("", "manual")]


def test_colleague_who_tries_the_link_of_a_test_leaves_the_staff_list_only(served: Served) -> None:
    with served.database.write() as connection:
        lists.find_or_add(connection, "staff", served.keyring, NOW)
    done = pressed(request(served.link("staff")), served.link("staff"))
    assert served.suppressions() == [("staff", "unsubscribed")]
    pressed(done, served.link("staff"))
    assert served.suppressions() == []


def test_a_list_that_the_store_does_not_know_means_all_lists(served: Served) -> None:
    assert request(served.link("oubliee"), "POST", body=ONE_CLICK, headers=FORM).status == 200
    assert served.suppressions() == [("", "unsubscribed")]


MULTIPART = (
    b'--xyz\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--xyz--\r\n',
    {"Content-Type": "multipart/form-data; boundary=xyz"},
)


@pytest.mark.parametrize(("body", "headers"), [(ONE_CLICK, FORM), MULTIPART], ids=["urlencoded", "multipart"])
def test_one_click_unsubscribes_with_a_short_answer(served: Served, body: bytes, headers: dict[str, str]) -> None:
    reply = request(served.link(), "POST", body=body, headers=headers)
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/plain")
    assert "set-cookie" not in reply.headers
    assert "location" not in reply.headers
    assert served.suppressions() == [("", "unsubscribed")]


def test_one_click_twice_is_one_click(served: Served) -> None:
    for _ in range(2):
        assert request(served.link(), "POST", body=ONE_CLICK, headers=FORM).status == 200
    assert len(served.every()) == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (b"{", {"Content-Type": "application/json"}),
        (b"garbage", {"Content-Type": "multipart/form-data"}),
        (b"\xff\xfe--", {"Content-Type": "multipart/form-data; boundary=\xe9"}),
    ],
)
def test_no_wish_to_leave_is_refused_for_its_form(served: Served, body: bytes, headers: dict[str, str]) -> None:
    assert request(served.link(), "POST", body=body, headers=headers).status == 200
    assert served.suppressions() == [("", "unsubscribed")]


OTHERS = Keyring(b"o" * 32)
NOT_OURS: dict[str, Callable[[str], str]] = {
    "truncated": lambda token: token[:-3],
    "one character changed": lambda token: ("B" if token[0] != "B" else "C") + token[1:],
    "longer": lambda token: f"{token}AAAA",
    "of another secret": lambda _: OTHERS.token(OTHERS.list_tag("adherents"), OTHERS.contact_key(ADDRESS)),
    "not base64": lambda _: quote("é" * 10),
    "a word": lambda _: "apercu",
    "very long": lambda _: "A" * 20_000,
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("how", NOT_OURS)
def test_a_token_that_is_not_ours_is_answered_with_what_to_do(served: Served, how: str, method: str) -> None:
    link = f"{served.url}/u/{NOT_OURS[how](served.token())}"
    reply = request(link, method, body=ONE_CLICK if method == "POST" else None, headers=FORM)
    assert reply.status == 404
    assert "Ouvrez-le de nouveau depuis la lettre" in reply.text
    assert "bonjour@semis.example" in reply.text
    assert served.every() == []


@pytest.mark.parametrize(
    ("asked", "language"),
    [("", "fr"), ("en-GB,en;q=0.9,fr;q=0.5", "en"), ("de, fr;q=0.4, en;q=0.2", "fr"), ("de-DE", "fr"), ("*", "fr")],
)
def test_the_page_speaks_the_language_of_the_browser(served: Served, asked: str, language: str) -> None:
    reply = request(served.link(), headers={"Accept-Language": asked} if asked else {})
    assert f'<html lang="{language}">' in reply.text
    assert reply.headers["vary"] == "Accept-Language"


def test_the_page_names_the_letter_and_escapes_its_name(served: Served) -> None:
    reply = request(served.link())
    assert "La lettre &lt;des semis&gt;" in reply.text
    assert "Les Semis d’Artois" in reply.text


def test_every_answer_carries_strict_headers(served: Served) -> None:
    answers = [request(served.link()), request(served.url), request(f"{served.url}/health")]
    answers.append(request(served.link(), "POST", body=ONE_CLICK, headers=FORM))
    for reply in answers:
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["x-frame-options"] == "DENY"
        assert reply.headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in reply.headers
        assert "set-cookie" not in reply.headers


def test_the_style_of_the_page_is_the_one_its_policy_allows(served: Served) -> None:
    reply = request(served.link())
    style = re.search(r"<style>(.*?)</style>", reply.text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in reply.headers["content-security-policy"]


def test_hsts_is_sent_when_the_proxy_says_https(tmp_path: Path) -> None:
    made = site(tmp_path)
    with serving(public.application(made), trusted_proxies=["127.0.0.1"]) as url:
        reply = request(f"{url}/health", headers={"X-Forwarded-Proto": "https"})
    made.database.close()
    assert reply.headers["strict-transport-security"].startswith("max-age=")


def test_a_proxy_that_is_not_trusted_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # would widen the trust of the server below ours
    made = site(tmp_path)
    for trusted in ([], ["192.0.2.1", "10.0.0.0/8"]):
        with serving(public.application(made), trusted_proxies=trusted) as url:
            reply = request(f"{url}/health", headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" not in reply.headers
    made.database.close()


def test_the_pages_answer_with_and_without_the_path_of_the_public_address(tmp_path: Path) -> None:
    made = site(tmp_path, path="/lettre")
    token = made.keyring.token(made.keyring.list_tag("x"), made.keyring.contact_key(ADDRESS))
    with serving(public.application(made)) as url:
        for link in (f"{url}/lettre/u/{token}", f"{url}/u/{token}"):
            assert request(link).status == 200
            assert pressed(request(link), link).status == 200
    made.database.close()


@pytest.mark.parametrize(
    "path", ["/", "/u", "/u/", "/pictures", "/pictures/", "/static/reader.css", "/health/", "/x/y"]
)
def test_nothing_else_is_served(served: Served, path: str) -> None:
    reply = request(served.url + path)
    assert reply.status == 404
    assert "Cette page n’existe pas" in reply.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_change_nothing(served: Served, method: str) -> None:
    assert request(served.link(), method, body=ONE_CLICK, headers=FORM).status == 405
    assert served.every() == []


def test_health_is_ok(served: Served) -> None:
    reply = request(f"{served.url}/health")
    assert (reply.status, reply.text) == (200, "ok\n")


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
def test_a_long_body_is_refused_and_changes_nothing(served: Served, announced: bool) -> None:
    parts = urlsplit(served.link())
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.putrequest("POST", parts.path)
    if announced:
        connection.putheader("Content-Length", str(10**9))
        connection.endheaders()
    else:
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        for _ in range(5):
            connection.send(b"4000\r\n" + b"a" * 0x4000 + b"\r\n")
    answer = connection.getresponse()
    connection.close()
    assert answer.status == 413
    assert served.every() == []


def test_a_busy_database_asks_to_come_back(served: Served) -> None:
    other = sqlite3.connect(served.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    reply = request(served.link(), "POST", body=ONE_CLICK, headers=FORM)
    assert reply.status == 503
    assert int(reply.headers["retry-after"]) > 0
    assert request(served.link()).status == 200, "who only looks waits for nobody who writes"
    other.execute("ROLLBACK")
    other.close()
    assert served.every() == []
    assert '<a href="">' in reply.text
    assert pressed(request(served.link()), served.link()).status == 200
    assert served.suppressions() == [("", "unsubscribed")]


def _while_another_writes(folder: Path, *, busy_seconds: float) -> tuple[site_module.Site, str, sqlite3.Connection]:
    """A site that is less patient than its database, a token of a reader, and the program that writes."""
    made = site(folder, database=Database("mailer.db", base=folder, busy_seconds=busy_seconds), patience=0.1)
    token = made.keyring.token(made.keyring.list_tag("x"), made.keyring.contact_key(ADDRESS))
    other = sqlite3.connect(made.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return made, token, other


def test_a_reader_does_not_wait_longer_than_the_site_is_patient(tmp_path: Path) -> None:
    made, token, other = _while_another_writes(tmp_path, busy_seconds=3)
    with serving(public.application(made)) as url:
        assert request(f"{url}/u/{token}", "POST", body=ONE_CLICK, headers=FORM).status == 503
        other.execute("ROLLBACK")
        other.close()
    made.database.close()


def test_wish_that_was_not_waited_for_is_not_said_to_be_lost(tmp_path: Path) -> None:
    database = Database("mailer.db", base=tmp_path, busy_seconds=30)
    made = site(tmp_path, database=database, patience=0.5)
    key = made.keyring.contact_key(ADDRESS)
    with serving(public.application(made)) as url, database.write():
        link = f"{url}/u/{made.keyring.token(made.keyring.list_tag('x'), key)}?lang=en"
        reply = request(link, "POST", body=b"from=page", headers=FORM)
    assert reply.status == 503
    assert "We cannot say yet whether your request is recorded" in reply.text
    with database.read() as connection:  # the server ends when all that had begun is done
        held = suppressions.holding(connection, key, at=NOW)
    assert [each.cause for each in held] == [Cause.UNSUBSCRIBED]
    database.close()


def test_wish_that_fails_when_nobody_waits_for_it_is_told_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, token, other = _while_another_writes(tmp_path, busy_seconds=1)
    with serving(public.application(made)) as url:
        assert request(f"{url}/u/{token}", "POST", body=ONE_CLICK, headers=FORM).status == 503
    other.close()
    made.database.close()
    assert "The wish of a reader could not be recorded: mailer.db has been in use" in capsys.readouterr().err


def test_who_unsubscribes_during_a_send_is_left_out_of_the_next_batch(served: Served) -> None:
    with served.database.write() as connection:
        lists.know(connection, served.keyring.contact_key("autre@exemple.example"), "autre@exemple.example")
        connection.exec_driver_sql(f"INSERT INTO member SELECT {served.list_id}, id FROM contact")
        preparation = freeze.Preparation(
            name="2027-03",
            kind=Kind.SEND,
            provider="local",
            list_id=served.list_id,
            envelope="{}",
            issue_digest="",
            letters=letters_with(),
            batch_size=1,
        )
        candidates = freeze.Candidates(accepted=lists.members(served.list_id))
        frozen = freeze.freeze(connection, preparation, candidates, at=NOW, actor="test")
    assert frozen.recipients == 2
    assert request(served.link(), "POST", body=ONE_CLICK, headers=FORM).status == 200
    contact, recipient = schema.contact, schema.recipient
    with served.database.write() as connection:
        while claims.claim(connection, frozen.campaign_id, owner="test", at=NOW) is not None:
            pass
        mailed = connection.execute(
            sa.select(contact.c.address)
            .join(recipient, recipient.c.contact_id == contact.c.id)
            .where(recipient.c.outcome.is_(None))
        )
        assert mailed.scalars().all() == ["autre@exemple.example"]


def test_what_nobody_should_read_is_not_logged(
    served: Served, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    request(served.link())
    request(served.link(), "POST", body=ONE_CLICK, headers=FORM)
    request(f"{served.url}/u/{served.token()[:-1]}")
    out, err = capfd.readouterr()
    assert served.token()[:20] not in out + err + caplog.text

"""Asking a real server for what readers will find."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from apes_mailer.campaign import reaching
from apes_mailer.campaign.compose import Composition
from apes_mailer.model.answer import Reach
from apes_mailer.model.batch import Envelope
from apes_mailer.places.folder import Folder
from tests.support.http_wire import Reply
from tests.support.local_web import LocalWeb
from tests.support.publishing import NOW, composed, published, site, workspace_with

JPEG = Reply(status=200, headers=(("Content-Type", "image/jpeg"),))
HTML = Reply(status=200, headers=(("Content-Type", "text/html"),))


@pytest.fixture
def web() -> Generator[LocalWeb]:
    with LocalWeb({}) as running:
        yield running


@pytest.fixture
def letter(tmp_path: Path, web: LocalWeb) -> Composition:
    """A letter that is published at a server, which does not have its files yet."""
    workspace = workspace_with(tmp_path, "2027-03")
    issue = workspace.campaigns / "2027-03" / "issue.yaml"
    text = issue.read_text(encoding="utf-8").replace("https://semis.fr", web.url)
    issue.write_text(text, encoding="utf-8")
    published(workspace, "2027-03", site(Folder(workspace.published), base=web.url))
    return composed(workspace, "2027-03")


def _envelope(letter: Composition) -> Envelope:
    publication = letter.publication
    return Envelope(
        from_address="lettre@semis.fr",
        from_name="Les Semis",
        reply_to="",
        public_url="https://example.org",
        list_id="<adherents.semis.fr>",
        browser_url=publication.url if publication else "",
        published_url=publication.base if publication else "",
    )


def _put(web: LocalWeb, letter: Composition) -> None:
    for name in letter.letter.template.pictures():
        web.put(f"/pictures/{name}", JPEG)
    web.put("/letters/2027-03.html", HTML)


def _new(before: Composition, after: Composition) -> list[str]:
    return sorted(each.name for each in after.findings if each not in before.findings)


def test_pictures_and_web_version_that_answer_are_fine(web: LocalWeb, letter: Composition) -> None:
    _put(web, letter)
    asked = reaching.before_send(letter, _envelope(letter))
    assert _new(letter, asked) == []
    assert {answer.reach for answer in asked.answers} == {Reach.REACHED}
    assert len(asked.answers) == 2


def test_what_the_server_does_not_have_is_an_error(letter: Composition) -> None:
    asked = reaching.before_send(letter, _envelope(letter))
    assert _new(letter, asked) == ["picture-missing.status", "web-version-missing"]
    assert {each.rule for each in asked.errors()} >= {"picture-missing", "web-version-missing"}


def test_a_server_that_is_off_is_a_warning(letter: Composition) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    off = f"http://127.0.0.1:{port}"
    envelope = replace(_envelope(letter), published_url=off, browser_url=f"{off}/letters/2027-03.html")
    asked = reaching.before_send(letter, envelope)
    assert _new(letter, asked) == ["picture-unreachable", "web-version-unreachable"]
    assert asked.errors() == letter.errors()


def test_a_letter_that_is_not_published_is_asked_for_its_pictures_where_serve_is(
    web: LocalWeb, letter: Composition
) -> None:
    _put(web, letter)
    envelope = replace(_envelope(letter), public_url=web.url, published_url="", browser_url="")
    asked = reaching.before_send(replace(letter, publication=None), envelope)
    assert _new(letter, asked) == []
    assert web.paths("HEAD") == [f"/pictures/{name}" for name in letter.letter.template.pictures()]


def test_a_check_asks_for_links_pictures_and_web_version(web: LocalWeb, letter: Composition, tmp_path: Path) -> None:
    _put(web, letter)
    asked = reaching.check(letter, _envelope(letter), tmp_path / "answers.json", NOW)
    assert "link-dead" in _new(letter, asked)
    (found,) = [each for each in asked.findings if each.name == "link-dead"]
    assert found.field == "blocks[0].text"
    web.put("/four", HTML)
    assert "link-dead" not in _new(letter, reaching.check(letter, _envelope(letter), tmp_path / "answers.json", NOW))


def test_a_link_that_was_reached_is_not_asked_for_again_on_that_day(
    web: LocalWeb, letter: Composition, tmp_path: Path
) -> None:
    _put(web, letter)
    web.put("/four", HTML)
    memory = tmp_path / "answers.json"
    for hours in (0, 1, 23):
        reaching.check(letter, _envelope(letter), memory, NOW + dt.timedelta(hours=hours))
    assert web.paths().count("/four") == 1
    reaching.check(letter, _envelope(letter), memory, NOW + dt.timedelta(hours=25))
    assert web.paths().count("/four") == 2


def test_a_link_into_this_network_is_asked_for_only_by_who_publishes_here(
    web: LocalWeb, letter: Composition, tmp_path: Path
) -> None:
    _put(web, letter)
    web.put("/four", HTML)
    elsewhere = replace(letter, publication=None)
    envelope = replace(_envelope(letter), published_url="", browser_url="")
    asked = reaching.check(elsewhere, envelope, tmp_path / "answers.json", NOW)
    assert "link-unreachable.private" in _new(letter, asked)
    assert web.requests == []


def test_no_address_of_one_reader_is_asked_for(web: LocalWeb, letter: Composition, tmp_path: Path) -> None:
    _put(web, letter)
    reaching.check(letter, _envelope(letter), tmp_path / "answers.json", NOW)
    assert [path for path in web.paths() if "/u/" in path or "contact" in path] == []

"""Publishing by the real command: the web version, and the letter that links to it."""

from __future__ import annotations

import email
import email.policy
import socket
from pathlib import Path

import pytest

from tests.acceptance.looking import SEND, through
from tests.integration.web.running import request
from tests.support.cli import STARTER, Cli
from tests.support.http_wire import Reply
from tests.support.local_sendgrid import LocalSendGrid
from tests.support.local_web import LocalWeb

pytestmark = pytest.mark.slow

JPEG = Reply(status=200, headers=(("Content-Type", "image/jpeg"),))
HTML = Reply(status=200, headers=(("Content-Type", "text/html"),))


def _folder(cli: Cli, url: str) -> Path:
    """Let a workspace publish into a folder that readers reach at an address."""
    site = cli.workspace.parent / "site"
    cli.extra |= {
        "APES_MAILER_PUBLISH_TO": "folder",
        "APES_MAILER_PUBLISH_FOLDER": str(site),
        "APES_MAILER_PUBLISH_URL": url,
    }
    return site


def _put(web: LocalWeb, site: Path) -> None:
    """Copy what was published to its server."""
    for path in site.rglob("*.*"):
        web.put(f"/{path.relative_to(site).as_posix()}", JPEG if path.suffix == ".jpg" else HTML)


def test_publish_serve_and_read(fresh: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    fresh.extra["APES_MAILER_PUBLIC_URL"] = f"http://127.0.0.1:{port}/lettre"
    said = fresh.ok("publish", STARTER, "--json").json()
    assert said["url"] == f"http://127.0.0.1:{port}/lettre/letters/{STARTER}.html"
    assert fresh.ok("publish", STARTER, "--json").json()["changed"] == []
    process = fresh.start("serve", "--port", str(port))
    try:
        assert process.stderr is not None
        assert process.stderr.readline()
        assert "<main" in request(said["url"]).text
        assert STARTER in request(said["archive"]).text
        checked = fresh.ok("check", STARTER, "--online", "--json").json()
        assert not {"web-version-missing", "picture-missing"} & {each["rule"] for each in checked["findings"]}
    finally:
        process.kill()
        process.communicate()
    fresh.ok("unpublish", STARTER)
    assert fresh.run("unpublish", STARTER).code == 2


def test_preview_rehearsal_and_build_link_to_the_same_page(fresh: Cli, tmp_path: Path) -> None:
    _folder(fresh, "https://lettres.example.org")
    url = fresh.ok("publish", STARTER, "--json").json()["url"]
    fresh.ok("build", STARTER, "--out", str(tmp_path / "build"))
    fresh.ok("test", STARTER)
    (rehearsed,) = (fresh.workspace / "outbox").rglob("*.eml")
    for file in (tmp_path / "build" / "issue.eml", rehearsed):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for kind in ("html", "plain"):
            part = message.get_body((kind,))
            assert part is not None
            assert url in part.get_content(), (file.name, kind)
    picture = next(path.name for path in (fresh.workspace.parent / "site" / "pictures").iterdir())
    assert f"https://lettres.example.org/pictures/{picture}".encode() in rehearsed.read_bytes().replace(b"=\r\n", b"")


def test_a_send_shows_what_readers_will_find(small: Cli, server: LocalSendGrid) -> None:
    with LocalWeb({}) as web:
        site = _folder(small, web.url)
        small.ok("publish", STARTER)
        through(small, server)
        refused = small.run(*SEND)
        assert refused.code == 3
        assert "[picture-missing]" in refused.err
        assert "[web-version-missing]" in refused.err
        assert server.requests == ()
        _put(web, site)
        done = small.ok(*SEND)
    assert "pictures and web version: 2 of 2 addresses answer" in done.err
    assert len(server.accepted) == 60


def test_a_server_that_is_off_is_a_warning_on_the_card(small: Cli, server: LocalSendGrid) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _folder(small, f"http://127.0.0.1:{port}")
    small.ok("publish", STARTER)
    done = through(small, server).ok(*SEND)
    assert "pictures and web version: 0 of 2 addresses answer" in done.err
    assert "the web version does not answer" in done.err
    assert len(server.accepted) == 60


def test_what_the_web_does_not_have_can_be_waived(small: Cli, server: LocalSendGrid) -> None:
    with LocalWeb({}) as web:
        _folder(small, web.url)
        small.ok("publish", STARTER)
        waived = [
            word for rule in ("picture-missing", "web-version-missing") for word in ("--waive", rule, "--because", "b")
        ]
        through(small, server).ok(*SEND, *waived)
    assert len(small.status()["waivers"]) == 2


def test_a_campaign_that_is_frozen_keeps_its_letter(small: Cli, server: LocalSendGrid) -> None:
    through(small, server)
    small.ok(*SEND)
    before = small.ok("why", STARTER, "personne1@exemple1.example", "--json").out
    small.ok("publish", STARTER)
    assert small.ok("why", STARTER, "personne1@exemple1.example", "--json").out == before


def test_what_is_published_for_this_computer_only_is_never_sent(small: Cli, server: LocalSendGrid) -> None:
    done = small.ok("publish", STARTER, "--json")
    assert done.json()["url"].startswith("http://127.0.0.1:")
    assert "set public_url, and publish it again" in done.err
    through(small, server)
    refused = small.run(*SEND)
    assert (refused.code, server.requests) == (4, ())
    assert f"where they reach it: apes-mailer publish {STARTER}" in refused.err
    small.ok(*SEND, "--provider", "outbox")
    assert "set public_url" not in small.ok("publish", STARTER).err
    small.ok(*SEND)
    assert len(server.accepted) == 60


def test_a_rehearsal_asks_nobody(small: Cli) -> None:
    with LocalWeb({}) as web:
        _folder(small, web.url)
        small.ok("publish", STARTER)
        small.ok(*SEND, "--provider", "outbox")
        assert web.requests == []


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"APES_MAILER_PUBLISH_TO": "folder"}, "needs publish.folder"),
        ({"APES_MAILER_PUBLISH_TO": "folder", "APES_MAILER_PUBLISH_FOLDER": "site"}, "needs publish.url"),
        ({"APES_MAILER_PUBLISH_TO": "s3"}, "needs publish.bucket"),
        ({"APES_MAILER_PUBLISH_TO": "s3", "APES_MAILER_PUBLISH_BUCKET": "b"}, "AWS_ACCESS_KEY_ID"),
        ({"APES_MAILER_PUBLISH_TO": "ftp"}, "APES_MAILER_PUBLISH_TO"),
        (
            {"APES_MAILER_PUBLISH_URL": "http://lettres.example.org"},
            "APES_MAILER_PUBLISH_URL: must begin with https://",
        ),
    ],
)
def test_a_place_that_is_not_set_up_is_told(fresh: Cli, environment: dict[str, str], told: str) -> None:
    done = fresh.run("publish", STARTER, extra=environment)
    assert done.code == 4
    assert told in done.err
    assert not (fresh.workspace / "published").exists()


def test_a_link_that_leads_nowhere_is_found_online(fresh: Cli) -> None:
    with LocalWeb({"/jardin": HTML}) as web:
        fresh.extra["APES_MAILER_PUBLIC_URL"] = web.url
        issue = fresh.workspace / "campaigns" / STARTER / "issue.yaml"
        text = issue.read_text(encoding="utf-8")
        issue.write_text(text.replace("https://example.org/jardin", f"{web.url}/jardon"), encoding="utf-8")
        done = fresh.run("check", STARTER, "--online")
        assert done.code == 3
        assert "[link-dead]" in done.err
        assert "blocks[" in done.err
        issue.write_text(text.replace("https://example.org/jardin", f"{web.url}/jardin"), encoding="utf-8")
        for _ in range(2):
            # Another rule has it that readers cannot open a page of this computer; this test has no other.
            assert "[link-dead]" not in fresh.run("check", STARTER, "--online").err
        assert web.paths().count("/jardin") == 1

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from apes_mailer.model.keys import Keyring
from apes_mailer.store.database import Database
from apes_mailer.web import public
from apes_mailer.web import site as site_module
from tests.integration.web.running import request, serving

NAME = "0123456789abcdef-le-marche.jpg"
CONTENT = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    pictures = root / "published" / "pictures"
    pictures.mkdir(parents=True)
    (pictures / NAME).write_bytes(CONTENT)
    (pictures / "0123456789abcdef-un.png").write_bytes(b"png")
    (pictures / "0123456789abcdef-.gif").write_bytes(b"gif")
    (pictures / "private.jpg").write_bytes(b"private")
    (pictures / f"{NAME}.part").write_bytes(b"half a picture")
    (root / "secret.key").write_text("private", encoding="ascii")
    (pictures / "fedcba9876543210-lien.jpg").symlink_to(root / "secret.key")
    (pictures / "fedcba9876543210-dossier.jpg").mkdir()
    return pictures


@pytest.fixture(scope="module")
def url(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    database = Database("mailer.db", base=tmp_path_factory.mktemp("database"))
    site = site_module.Site(
        database=database,
        keyring=Keyring(b"s" * 32),
        published=folder.parent,
        clock=lambda: dt.datetime(2027, 3, 1, tzinfo=dt.UTC),
        letter="La lettre",
        sender="Les Semis",
        write_to="bonjour@semis.example",
    )
    with serving(public.application(site)) as address:
        yield f"{address}/pictures"
    database.close()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (NAME, "image/jpeg"),
        ("0123456789abcdef-un.png", "image/png"),
        ("0123456789abcdef-.gif", "image/gif"),
    ],
)
def test_a_picture_is_served_with_its_type_and_may_be_kept_for_good(url: str, name: str, kind: str) -> None:
    reply = request(f"{url}/{name}")
    assert reply.status == 200
    assert reply.headers["content-type"] == kind
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in reply.headers["cache-control"]
    assert "max-age=31536000" in reply.headers["cache-control"]
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_content_is_that_of_the_file(url: str) -> None:
    assert request(f"{url}/{NAME}").body == CONTENT


def test_head_tells_the_size_alone(url: str) -> None:
    reply = request(f"{url}/{NAME}", "HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["content-length"] == str(len(CONTENT))


@pytest.mark.parametrize("condition", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
def test_a_picture_that_the_browser_has_is_not_sent_again(url: str, condition: str) -> None:
    tag = request(f"{url}/{NAME}").headers["etag"].strip('"')
    reply = request(f"{url}/{NAME}", headers={"If-None-Match": condition.format(tag)})
    assert (reply.status, reply.body) == (304, b"")
    assert reply.headers["etag"] == f'"{tag}"'


def test_a_condition_about_another_picture_does_not_hold(url: str) -> None:
    assert request(f"{url}/{NAME}", headers={"If-None-Match": '"0000000000000000"'}).body == CONTENT


@pytest.mark.parametrize(
    "path",
    [
        "private.jpg",
        f"{NAME}.part",
        f"{NAME}%00.jpg",
        f"{NAME}/",
        NAME.upper(),
        "fedcba9876543210-lien.jpg",
        "fedcba9876543210-dossier.jpg",
        "0000000000000000-absent.jpg",
        "..",
        "../secret.key",
        "../../secret.key",
        "..%2f..%2fsecret.key",
        "%2e%2e/%2e%2e/secret.key",
        "..%5c..%5csecret.key",
        "....//....//secret.key",
        f"{NAME}/../../../secret.key",
        "/etc/passwd",
        "0123456789abcdef-..%2f..%2f..%2fsecret.jpg",
    ],
)
def test_nothing_but_published_pictures_can_be_reached(url: str, path: str) -> None:
    reply = request(f"{url}/{path}")
    assert reply.status == 404
    assert b"private" not in reply.body


def test_a_path_that_climbs_in_the_raw_request_line_is_not_followed(url: str) -> None:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(b"GET /pictures/../../secret.key HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"private" not in answer

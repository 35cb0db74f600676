"""Web versions, archive and feed as `serve` gives them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest

from apes_mailer.campaign.publish import unpublish
from apes_mailer.model.keys import Keyring
from apes_mailer.places.folder import Folder
from apes_mailer.store.database import Database
from apes_mailer.web import public
from apes_mailer.web import site as site_module
from apes_mailer.workspace import Workspace
from tests.integration.web.running import request, serving
from tests.support.publishing import NOW, composed, published, site, workspace_with

PAGES = ("/", "/index.html", "/atom.xml", "/letters/2027-03.html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    url: str
    workspace: Workspace


@pytest.fixture(scope="module", params=["", "/lettre"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    workspace = workspace_with(tmp_path_factory.mktemp("workspace"), "2027-03", "secret", "gone")
    here = site(Folder(workspace.published), base=f"https://lettre.semis.fr{request.param}")
    published(workspace, "2027-03", here)
    published(workspace, "gone", here)
    unpublish(workspace, "gone", here, NOW)
    composed(workspace, "secret")
    (workspace.root / "secret.key").write_text("private", encoding="ascii")
    (workspace.published / "letters" / "lien.html").symlink_to(workspace.root / "secret.key")
    (workspace.published / "letters" / ".2027-03.html.part").write_text("private", encoding="ascii")
    with _serving(workspace, path=request.param) as url:
        yield Served(url=f"{url}{request.param}", workspace=workspace)


def _serving(workspace: Workspace, *, path: str = "", noindex: bool = False) -> AbstractContextManager[str]:
    database = Database("mailer.db", base=workspace.root)
    return serving(
        public.application(
            site_module.Site(
                database=database,
                keyring=Keyring(b"s" * 32),
                published=workspace.published,
                clock=lambda: dt.datetime(2027, 3, 1, tzinfo=dt.UTC),
                letter="La lettre",
                sender="Les Semis",
                write_to="bonjour@semis.example",
                path=path,
                noindex=noindex,
            )
        )
    )


@pytest.mark.parametrize("page", PAGES)
def test_what_is_published_is_there_with_its_kind(served: Served, page: str) -> None:
    reply = request(f"{served.url}{page}")
    assert reply.status == 200
    kind = "application/atom+xml" if page.endswith("xml") else "text/html"
    assert reply.headers["content-type"] == f"{kind}; charset=utf-8"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "public, max-age=300"
    assert "x-robots-tag" not in reply.headers
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("page", PAGES)
def test_head_tells_the_same_without_the_content(served: Served, page: str) -> None:
    whole, head = request(f"{served.url}{page}"), request(f"{served.url}{page}", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.body))
    assert head.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize("page", PAGES)
def test_a_browser_that_has_it_gets_it_again_only_when_it_has_changed(served: Served, page: str) -> None:
    tag = request(f"{served.url}{page}").headers["etag"]
    assert request(f"{served.url}{page}", headers={"If-None-Match": tag}).status == 304
    assert request(f"{served.url}{page}", headers={"If-None-Match": '"other"'}).status == 200


@pytest.mark.parametrize("page", PAGES)
def test_no_page_may_run_or_load_what_is_not_its_own(served: Served, page: str) -> None:
    policy = request(f"{served.url}{page}").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_links_of_the_archive_and_the_pictures_of_a_letter_lead_somewhere(served: Served) -> None:
    letter = request(f"{served.url}/letters/2027-03.html").text
    for target in re.findall(r'(?:src|href)="\.\./([^"]+)"', letter):
        assert request(f"{served.url}/{target}").status == 200, target
    for target in re.findall(r'href="((?:letters/|atom)[^"]+)"', request(f"{served.url}/").text):
        assert request(f"{served.url}/{target}").status == 200, target


@pytest.mark.parametrize(
    "path",
    [
        "/letters/secret.html",
        "/letters/gone.html",
        "/letters/",
        "/letters",
        "/letters.json",
        "/letters/lien.html",
        "/letters/.2027-03.html.part",
        "/letters/..%2f..%2fsecret.key.html",
        "/letters/%2e%2e/secret.html",
        "/letters/2027-03",
        "/letters/2027-03.html/",
        "/letters/2027-03.txt",
        "/pictures/",
        "/secret.key",
        "/index.php",
    ],
)
def test_nothing_else_can_be_reached(served: Served, path: str) -> None:
    reply = request(f"{served.url}{path}")
    assert reply.status == 404
    assert b"private" not in reply.body


@pytest.mark.parametrize("name", ["gone.html", "2027-03", "lien.html", ".2027-03.html.part"])
def test_a_letter_that_is_not_there_leads_to_those_that_are(served: Served, name: str) -> None:
    page = request(f"{served.url}/letters/{name}")
    assert '<a href="../">Toutes les lettres publiées</a>' in page.text
    assert request(urljoin(f"{served.url}/letters/{name}", "../")).status == 200


def test_what_is_not_published_is_not_listed(served: Served) -> None:
    for page in ("/", "/atom.xml"):
        text = request(f"{served.url}{page}").text
        assert "2027-03" in text
        assert "secret" not in text
        assert "gone" not in text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_pages_can_only_be_read(served: Served, method: str) -> None:
    assert request(f"{served.url}/letters/2027-03.html", method).status == 405


def test_before_the_first_publication_there_is_nothing(tmp_path: Path) -> None:
    with _serving(workspace_with(tmp_path)) as url:
        replies = [request(f"{url}{page}") for page in PAGES]
        assert {reply.status for reply in replies} == {404}
        assert not any("publiées" in reply.text for reply in replies)


def test_search_engines_are_told_in_a_header_too(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, "2027-03")
    published(workspace, "2027-03", site(Folder(workspace.published), noindex=True))
    with _serving(workspace, noindex=True) as url:
        assert {request(f"{url}{page}").headers.get("x-robots-tag") for page in PAGES} == {"noindex"}


def test_a_corrected_letter_is_served_at_once(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, "2027-03")
    here = site(Folder(workspace.published))
    published(workspace, "2027-03", here)
    with _serving(workspace) as url:
        before = request(f"{url}/letters/2027-03.html")
        issue = workspace.campaigns / "2027-03" / "issue.yaml"
        issue.write_text(issue.read_text(encoding="utf-8").replace("La fournée", "La miche"), encoding="utf-8")
        published(workspace, "2027-03", here)
        after = request(f"{url}/letters/2027-03.html", headers={"If-None-Match": before.headers["etag"]})
    assert after.status == 200
    assert "La miche" in after.text

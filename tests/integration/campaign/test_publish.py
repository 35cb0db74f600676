"""Publishing into a real folder: what is put, what comes again, what a corrected letter changes."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from apes_mailer.campaign import publications
from apes_mailer.campaign.publish import publish, unpublish
from apes_mailer.errors import ApesMailerError, IssueError, UsageError
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.places.folder import Folder
from apes_mailer.workspace import Workspace
from tests.support.publishing import BASE, NOW, composed, published, site, workspace_with

LATER = NOW + dt.timedelta(days=2)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with(tmp_path, "2027-03", "2027-04")


@pytest.fixture
def place(workspace: Workspace) -> Folder:
    return Folder(workspace.published)


def _files(workspace: Workspace) -> dict[str, bytes]:
    folder = workspace.published
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def _listed(workspace: Workspace) -> list[str | None]:
    feed = ET.fromstring(_files(workspace)["atom.xml"])
    return [link.get("href") for link in feed.findall(f"{ATOM}entry/{ATOM}link")]


def _edit(workspace: Workspace, old: str, new: str) -> None:
    file = workspace.campaigns / "2027-03" / "issue.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_pictures_page_archive_and_feed_are_put(workspace: Workspace, place: Folder) -> None:
    done = published(workspace, "2027-03", site(place))
    files = _files(workspace)
    (picture,) = composed(workspace, "2027-03").letter.template.pictures()
    assert set(done.changed) == {f"pictures/{picture}", "letters/2027-03.html", "index.html", "atom.xml"}
    assert set(files) == {*done.changed, "letters.json"}
    assert f"../pictures/{picture}".encode() in files["letters/2027-03.html"]
    assert done.publication.url == f"{BASE}/letters/2027-03.html"
    assert done.publication.url.encode() in files["letters/2027-03.html"]
    assert _listed(workspace) == [done.publication.url]


def test_the_archive_calls_a_letter_what_everybody_may_call_it(workspace: Workspace, place: Folder) -> None:
    done = published(workspace, "2027-03", site(place))
    assert done.publication.title == "Pour vous, la fournée de mars"
    assert done.unsaid == ["<<contact.PRENOM>>"]


_PART = """\
  - type: editorial
    title: Le code de la réserve
    text: 1234
    images: {file: four.jpg, alt: La porte}
    audience: {membre: oui}
"""


def test_a_part_for_some_readers_is_not_on_the_web_but_its_picture_is_where_they_get_it(
    workspace: Workspace, place: Folder
) -> None:
    issue = workspace.campaigns / "2027-03" / "issue.yaml"
    text = issue.read_text(encoding="utf-8").replace("    images: {file: four.jpg, alt: Le four}\n", "")
    issue.write_text(text + _PART, encoding="utf-8")
    done = published(workspace, "2027-03", site(place))
    page = _files(workspace)["letters/2027-03.html"].decode()
    assert "La fournée" in page
    assert "réserve" not in page
    assert "pictures/" not in page
    assert any(path.startswith("pictures/") for path in done.changed)
    issue.write_text(text + _PART + "    web: true\n", encoding="utf-8")
    published(workspace, "2027-03", site(place))
    assert "réserve" in _files(workspace)["letters/2027-03.html"].decode()


def test_a_letter_of_which_nothing_is_for_everybody_is_not_published(workspace: Workspace, place: Folder) -> None:
    head = "subject: Bonjour\nblocks:\n"
    (workspace.campaigns / "2027-03" / "issue.yaml").write_text(head + _PART, encoding="utf-8")
    with pytest.raises(IssueError, match="every part is for some readers only"):
        published(workspace, "2027-03", site(place))
    assert not workspace.published.exists()


def test_publishing_again_changes_nothing(workspace: Workspace, place: Folder) -> None:
    published(workspace, "2027-03", site(place))
    before = _files(workspace)
    assert published(workspace, "2027-03", site(place), LATER).changed == []
    assert _files(workspace) == before


def test_a_corrected_letter_is_put_again_under_the_same_address_and_id(workspace: Workspace, place: Folder) -> None:
    first = published(workspace, "2027-03", site(place)).publication
    _edit(workspace, "La fournée", "La grande fournée")
    done = published(workspace, "2027-03", site(place), LATER)
    assert set(done.changed) == {"letters/2027-03.html", "atom.xml"}
    assert (done.publication.id, done.publication.url) == (first.id, first.url)
    assert (done.publication.published, done.publication.updated) == (NOW, LATER)
    assert LATER.strftime("%Y-%m-%dT%H:%M:%SZ").encode() in _files(workspace)["atom.xml"]


def test_a_new_address_changes_every_link_but_no_id_and_no_time(workspace: Workspace, place: Folder) -> None:
    first = published(workspace, "2027-03", site(place)).publication
    again = published(workspace, "2027-03", site(place, base="https://b.fr"), LATER)
    moved = again.publication
    assert moved.url == "https://b.fr/letters/2027-03.html"
    assert (moved.id, moved.updated) == (first.id, first.updated)
    assert again.left_at == first.url
    assert not any(BASE.encode() in content for content in _files(workspace).values())


def test_the_letter_links_to_its_web_version_from_then_on(workspace: Workspace, place: Folder) -> None:
    def links(name: str) -> int:
        slots = composed(workspace, name).letter.template.slots()
        return sum(slot.expression == LinkTag(Special.BROWSER) for slot in slots)

    assert links("2027-03") == 0
    published(workspace, "2027-03", site(place))
    assert links("2027-03") == 2  # in the HTML and in the text
    assert links("2027-04") == 0
    unpublish(workspace, "2027-03", site(place), LATER)
    assert links("2027-03") == 0


def test_a_letter_that_has_changed_since_is_told(workspace: Workspace, place: Folder) -> None:
    published(workspace, "2027-03", site(place))
    assert "web-version-old" not in {each.name for each in composed(workspace, "2027-03").findings}
    _edit(workspace, "La fournée", "La grande fournée")
    assert "web-version-old" in {each.name for each in composed(workspace, "2027-03").findings}


def test_a_letter_that_is_taken_down_leaves_its_pictures(workspace: Workspace, place: Folder) -> None:
    published(workspace, "2027-03", site(place))
    published(workspace, "2027-04", site(place))
    unpublish(workspace, "2027-03", site(place), LATER)
    files = _files(workspace)
    assert "letters/2027-03.html" not in files
    assert sum(path.startswith("pictures/") for path in files) == 2
    assert _listed(workspace) == [f"{BASE}/letters/2027-04.html"]
    assert b"2027-03.html" not in files["index.html"]
    assert LATER.strftime("%Y-%m-%dT%H:%M:%SZ").encode() in files["atom.xml"]


def test_a_page_that_is_at_another_place_by_now_is_not_called_taken_down(
    workspace: Workspace, place: Folder, tmp_path: Path
) -> None:
    published(workspace, "2027-03", site(place))
    _, was_there = unpublish(workspace, "2027-03", site(Folder(tmp_path / "new")), LATER)
    assert not was_there
    assert "letters/2027-03.html" in _files(workspace)


def test_a_letter_that_is_not_published_cannot_be_taken_down(workspace: Workspace, place: Folder) -> None:
    published(workspace, "2027-04", site(place))
    with pytest.raises(UsageError, match="not published") as caught:
        unpublish(workspace, "2027-03", site(place), LATER)
    assert "2027-04" in caught.value.hint


def test_the_ids_of_feed_and_entry_survive_what_comes_and_goes(workspace: Workspace, place: Folder) -> None:
    first = published(workspace, "2027-03", site(place)).publication
    feed = publications.load(workspace).feed_id
    unpublish(workspace, "2027-03", site(place), LATER)
    published(workspace, "2027-04", site(place), LATER)
    assert published(workspace, "2027-03", site(place), LATER).publication.id == first.id
    assert feed.startswith("urn:uuid:")
    assert publications.load(workspace).feed_id == feed


def test_a_letter_has_one_place_at_a_time(workspace: Workspace, place: Folder, tmp_path: Path) -> None:
    published(workspace, "2027-03", site(place))
    with pytest.raises(UsageError, match="at another place") as caught:
        published(workspace, "2027-03", site(Folder(tmp_path / "site"), name="folder"))
    assert "apes-mailer unpublish 2027-03" in caught.value.hint
    assert not (tmp_path / "site").exists()


def test_each_place_lists_its_own_letters(workspace: Workspace, place: Folder, tmp_path: Path) -> None:
    published(workspace, "2027-03", site(place))
    published(workspace, "2027-04", site(Folder(tmp_path / "site"), name="folder"))
    assert b"2027-04.html" not in (workspace.published / "index.html").read_bytes()
    assert b"2027-03.html" not in (tmp_path / "site" / "index.html").read_bytes()


@pytest.mark.parametrize("obstacle", ["letters/2027-03.html", "index.html", "atom.xml"])
def test_a_place_that_fails_halfway_leaves_the_letter_published_only_if_its_page_is_there(
    workspace: Workspace, place: Folder, obstacle: str
) -> None:
    (workspace.published / obstacle).mkdir(parents=True)
    with pytest.raises(ApesMailerError, match="cannot be written"):
        published(workspace, "2027-03", site(place))
    assert (composed(workspace, "2027-03").publication is None) == (obstacle == "letters/2027-03.html")
    (workspace.published / obstacle).rmdir()
    published(workspace, "2027-03", site(place))
    assert composed(workspace, "2027-03").publication is not None
    assert _listed(workspace) == [f"{BASE}/letters/2027-03.html"]


def test_two_that_publish_at_the_same_time_are_both_listed(workspace: Workspace, place: Folder) -> None:
    threads = [
        threading.Thread(target=published, args=(workspace, name, site(place))) for name in ("2027-03", "2027-04")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {letter.name for letter in publications.load(workspace).letters} == {"2027-03", "2027-04"}
    assert len(_listed(workspace)) == 2


@pytest.mark.parametrize("content", ["", "{", "[]", '{"letters": [{"name": "a"}]}', '{"version": 2}'])
def test_a_damaged_register_is_told_and_left_alone(workspace: Workspace, place: Folder, content: str) -> None:
    register = workspace.published / "letters.json"
    register.parent.mkdir()
    register.write_text(content, encoding="utf-8")
    with pytest.raises(ApesMailerError, match=r"letters\.json is damaged"):
        published(workspace, "2027-03", site(place))
    assert register.read_text(encoding="utf-8") == content


def test_noindex_is_on_every_page(workspace: Workspace, place: Folder) -> None:
    published(workspace, "2027-03", site(place, noindex=True))
    files = _files(workspace)
    assert b'content="noindex"' in files["letters/2027-03.html"]
    assert b'content="noindex"' in files["index.html"]


@pytest.mark.slow
def test_composing_needs_neither_a_lock_nor_a_client_of_buckets(workspace: Workspace) -> None:
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from tests.support.publishing import composed\n"
        "from apes_mailer.workspace import Workspace\n"
        f"composed(Workspace(Path({str(workspace.root)!r})), '2027-03')\n"
        "sys.exit(sorted({'boto3', 'filelock', 'apes_mailer.online.fetch'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_published_is_rendered_for_the_web(workspace: Workspace, place: Folder) -> None:
    composition = composed(workspace, "2027-03")
    publish(workspace, composition, composition.letter, site(place), NOW)
    mail = _files(workspace)["letters/2027-03.html"]
    published(workspace, "2027-03", site(place))
    page = _files(workspace)["letters/2027-03.html"]
    assert "désinscrire".encode() in mail  # what the rendering for the web leaves out, and no other step
    assert "désinscrire".encode() not in page

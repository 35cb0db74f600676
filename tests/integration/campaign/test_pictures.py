"""From a photograph dropped into a folder to what readers get: preview, files and outbox show the same bytes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from apes_mailer.campaign import build, pictures
from apes_mailer.campaign.audience import STAFF
from apes_mailer.campaign.compose import Composition
from apes_mailer.campaign.starter import init
from apes_mailer.errors import IssueError
from apes_mailer.web.pictures import is_name
from apes_mailer.wiring import Application
from apes_mailer.workspace import Workspace
from tests.support.drawn import drawing, film, opened, photograph, saved

NAME = "2027-02"
ISSUE = """\
subject: Février
blocks:
  - type: editorial
    text: Bonjour
    images:
      - file: Fête des vélos (1).JPG
        alt: Des vélos
  - type: section
    title: Nouvelles
    articles:
      - title: À côté
        layout: left
        images: {file: Fête des vélos (1).JPG, alt: Des vélos}
  - type: logos
    logos:
      - file: logo.png
        alt: Un logo
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = init(tmp_path / "workspace")
    folder = made.campaigns / NAME / "images"
    folder.mkdir(parents=True)
    (folder.parent / "issue.yaml").write_text(ISSUE, encoding="utf-8")
    (folder / "Fête des vélos (1).JPG").write_bytes(saved(photograph(1600, 1200), "JPEG"))
    (folder / "logo.png").write_bytes(saved(drawing(1200, 600), "PNG"))
    return made


def composed(workspace: Workspace) -> Composition:
    return Application(workspace).compose(NAME)


def test_each_place_shows_a_rendition_of_its_own_width(workspace: Workspace) -> None:
    composition = composed(workspace)
    found = composition.renditions.of(composition.letter).items()
    assert {(place.file, place.width): rendition.width for place, rendition in found} == {
        ("Fête des vélos (1).JPG", 536): 1072,
        ("Fête des vélos (1).JPG", 400): 800,
        ("logo.png", 128): 256,
    }


def test_letter_names_each_rendition_by_the_hash_of_its_bytes(workspace: Workspace) -> None:
    composition = composed(workspace)
    names = composition.letter.template.pictures()
    assert sorted(names) == sorted(composition.renditions.files)
    for name in names:
        assert is_name(name)
        content = composition.renditions.files[name].read_bytes()
        assert name.startswith(f"{hashlib.sha256(content).hexdigest()[:16]}-")
        assert f"<<picture.{name}>>" in composition.letter.mjml
    assert {name[17:] for name in names} == {"fete-des-velos-1.jpg", "logo.png"}


def test_built_letter_has_its_pictures_beside_it(workspace: Workspace, tmp_path: Path) -> None:
    composition = composed(workspace)
    build.build(composition, Application(workspace).envelope(None, STAFF), tmp_path / "out")
    html = (tmp_path / "out" / "issue.html").read_text(encoding="utf-8")
    for name in composition.letter.template.pictures():
        assert f'src="images/{name}"' in html
        opened((tmp_path / "out" / "images" / name).read_bytes())


def test_the_same_issue_is_the_same_letter_also_without_what_was_kept(workspace: Workspace, tmp_path: Path) -> None:
    first = composed(workspace)
    (workspace.picture_cache.parent).rename(tmp_path / "gone")
    second = composed(workspace)
    assert first.letter.template.digest == second.letter.template.digest
    assert first.loaded.digest == second.loaded.digest


def test_published_picture_stays_as_it_went_out(workspace: Workspace) -> None:
    composition = composed(workspace)
    pictures.publish(composition.renditions, workspace.pictures)
    published = {path.name: path.stat().st_mtime_ns for path in workspace.pictures.iterdir()}
    assert sorted(published) == sorted(composition.letter.template.pictures())
    (workspace.campaigns / NAME / "images" / "logo.png").write_bytes(saved(drawing(1400, 600), "PNG"))
    pictures.publish(composed(workspace).renditions, workspace.pictures)
    assert published.items() <= {path.name: path.stat().st_mtime_ns for path in workspace.pictures.iterdir()}.items()


def test_damage_that_shows_only_when_the_picture_is_made_is_told_at_its_line(workspace: Workspace) -> None:
    whole = film((300, 200), "GIF", times=[300, 300, 300], grain=60)
    file = workspace.campaigns / NAME / "images" / "logo.png"
    file.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(IssueError) as caught:
        composed(workspace)
    [problem] = caught.value.problems
    assert (problem.line, problem.field) == (16, "blocks[2].logos[0].file")
    assert "logo.png is damaged" in problem.message


_COMPOSE = """\
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from apes_mailer.wiring import application
application(Path(sys.argv[1])).compose(sys.argv[2])
print("PIL.Image" in sys.modules)
"""


@pytest.mark.slow
def test_pictures_that_are_known_are_neither_opened_nor_is_what_opens_them_loaded(workspace: Workspace) -> None:
    command = [sys.executable, "-c", _COMPOSE, str(workspace.root), NAME]
    said = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert said == ["True\n", "False\n"]


def test_a_published_picture_that_was_cut_short_is_put_again(workspace: Workspace) -> None:
    composition = composed(workspace)
    pictures.publish(composition.renditions, workspace.pictures)
    for path in workspace.pictures.iterdir():
        path.write_bytes(path.read_bytes()[:100])
    pictures.publish(composition.renditions, workspace.pictures)
    for path in workspace.pictures.iterdir():
        assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(path.name[:16])


def test_many_that_send_at_once_publish_the_same_pictures(workspace: Workspace) -> None:
    renditions = composed(workspace).renditions
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(pictures.publish, renditions, workspace.pictures) for _ in range(64)]:
            done.result()
    assert sorted(path.name for path in workspace.pictures.iterdir()) == sorted(renditions.files)

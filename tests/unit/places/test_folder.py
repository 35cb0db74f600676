from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from apes_mailer.errors import ApesMailerError
from apes_mailer.places.base import caching, media_type
from apes_mailer.places.folder import Folder


def test_a_file_is_put_and_put_again_only_when_it_differs(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "site")
    assert folder.put("letters/a.html", b"one")
    assert not folder.put("letters/a.html", b"one")
    before = (tmp_path / "site/letters/a.html").stat().st_mtime_ns
    assert not folder.put("letters/a.html", b"one")
    assert (tmp_path / "site/letters/a.html").stat().st_mtime_ns == before
    assert folder.put("letters/a.html", b"two")
    assert (tmp_path / "site/letters/a.html").read_bytes() == b"two"


def test_a_web_server_may_read_what_was_put(tmp_path: Path) -> None:
    Folder(tmp_path).put("a.html", b"one")
    made = tmp_path / "b.html"
    made.write_bytes(b"one")
    assert stat.S_IMODE((tmp_path / "a.html").stat().st_mode) == stat.S_IMODE(made.stat().st_mode)


def test_nothing_unfinished_stays_behind(tmp_path: Path) -> None:
    (tmp_path / "a.html").mkdir()
    with pytest.raises(ApesMailerError, match=r"a\.html cannot be written"):
        Folder(tmp_path).put("a.html", b"one")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    folder, file = Folder(tmp_path), tmp_path / "a.html"
    contents = {bytes([letter]) * 200_000 for letter in b"ab"}
    folder.put("a.html", min(contents))
    seen: set[bytes] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(file.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(20):
        for content in sorted(contents):
            folder.put("a.html", content)
    done.set()
    reader.join()
    assert seen <= contents


def test_a_file_is_taken_away_once(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.put("a.html", b"one")
    assert folder.remove("a.html")
    assert not folder.remove("a.html")


def test_what_cannot_be_taken_away_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.html").mkdir()
    with pytest.raises(ApesMailerError, match=r"a\.html"):
        Folder(tmp_path).remove("a.html")


@pytest.mark.parametrize(
    ("path", "kind", "kept"),
    [
        ("index.html", "text/html; charset=utf-8", "max-age=300"),
        ("atom.xml", "application/atom+xml; charset=utf-8", "max-age=300"),
        ("pictures/0-a.jpg", "image/jpeg", "immutable"),
        ("pictures/0-a.png", "image/png", "immutable"),
        ("pictures/0-a.gif", "image/gif", "immutable"),
    ],
)
def test_a_file_says_what_it_is_and_how_long_it_may_be_kept(path: str, kind: str, kept: str) -> None:
    assert media_type(path) == kind
    assert kept in caching(path)

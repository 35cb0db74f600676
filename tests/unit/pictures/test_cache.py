"""What was made of a picture is kept, is never out of date, and is never in the way."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from apes_mailer.pictures import making
from apes_mailer.pictures.cache import ChangedError, Kept, PictureCache
from apes_mailer.pictures.kinds import Kind
from apes_mailer.pictures.opening import DamagedError
from tests.support.drawn import photograph, saved

DATA = saved(photograph(600, 400), "JPEG")
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "velos.jpg"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def cache(tmp_path: Path) -> PictureCache:
    return PictureCache(tmp_path / "cache" / "pictures")


def rendition(cache: PictureCache, source: Path, width: int = 300) -> Kept:
    return cache.rendition(source, DIGEST, Kind.JPEG, width)


def content(cache: PictureCache, source: Path) -> bytes:
    return cache.path(rendition(cache, source)).read_bytes()


def files(cache: PictureCache) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in cache.folder.rglob("*") if path.is_file()}


def test_rendition_is_the_one_that_the_making_gives(cache: PictureCache, source: Path) -> None:
    kept = rendition(cache, source)
    made = making.made(DATA, Kind.JPEG, 300)
    assert cache.path(kept).read_bytes() == made.data
    assert (kept.width, kept.height, kept.size) == (300, 200, len(made.data))
    assert kept.file == f"{hashlib.sha256(made.data).hexdigest()}.jpg"


def test_picture_is_looked_into_and_made_once(cache: PictureCache, source: Path) -> None:
    first = cache.looked_into(DATA, DIGEST, Kind.JPEG), rendition(cache, source)
    written = files(cache)
    source.unlink()  # what is kept does not need it any more
    assert (cache.looked_into(b"", DIGEST, Kind.JPEG), rendition(cache, source)) == first
    assert files(cache) == written


def test_other_widths_and_other_pictures_are_made_on_their_own(cache: PictureCache, source: Path) -> None:
    other = saved(photograph(500, 400), "JPEG")
    source.with_name("other.jpg").write_bytes(other)
    digest = hashlib.sha256(other).hexdigest()
    renditions = [
        rendition(cache, source, 300),
        rendition(cache, source, 200),
        cache.rendition(source.with_name("other.jpg"), digest, Kind.JPEG, 300),
    ]
    assert [each.width for each in renditions] == [300, 200, 300]
    assert len({each.file for each in renditions}) == 3


@pytest.mark.parametrize("damage", [b"", b"\xff\xd8\xff half"])
def test_rendition_that_was_damaged_or_lost_is_made_again(cache: PictureCache, source: Path, damage: bytes) -> None:
    whole = content(cache, source)
    path = cache.path(rendition(cache, source))
    path.write_bytes(damage)
    assert content(cache, source) == whole
    path.unlink()
    assert content(cache, source) == whole


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"width": 3}', b'"x"', b'{"file": "x.jpg", "size": 1}'])
def test_record_that_was_damaged_is_written_again(cache: PictureCache, source: Path, damage: bytes) -> None:
    first = cache.looked_into(DATA, DIGEST, Kind.JPEG), rendition(cache, source)
    for record in cache.folder.rglob("*.json"):
        record.write_bytes(damage)
    assert (cache.looked_into(DATA, DIGEST, Kind.JPEG), rendition(cache, source)) == first
    for record in cache.folder.rglob("*.json"):
        assert len(json.loads(record.read_bytes())) >= 2


def test_folder_may_be_deleted_at_any_time(cache: PictureCache, source: Path) -> None:
    first = content(cache, source)
    for path in files(cache):
        path.unlink()
    for folder in sorted((path for path in cache.folder.rglob("*")), reverse=True):
        folder.rmdir()
    cache.folder.rmdir()
    assert content(cache, source) == first


def test_new_version_of_the_making_makes_everything_again(
    cache: PictureCache, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cache.path(rendition(cache, source))
    monkeypatch.setattr(making, "VERSION", 1000)
    assert not cache.path(rendition(cache, source)).samefile(first)


def test_file_that_changes_meanwhile_is_told_and_nothing_is_kept_of_it(cache: PictureCache, source: Path) -> None:
    source.write_bytes(DATA + b"\0")
    with pytest.raises(ChangedError):
        rendition(cache, source)
    assert not list(cache.folder.rglob("*.json"))


def test_nothing_is_kept_of_a_damaged_picture(cache: PictureCache) -> None:
    with pytest.raises(DamagedError):
        cache.looked_into(DATA[:500], "0" * 64, Kind.JPEG)
    assert not list(cache.folder.rglob("*.json"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_letters_that_were_not_sent_yet_are_nobody_elses_business(cache: PictureCache, source: Path) -> None:
    kept = rendition(cache, source)
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(cache.path(kept).stat().st_mode) == 0o600


def test_git_keeps_nothing_of_it(cache: PictureCache, source: Path) -> None:
    rendition(cache, source)
    assert (cache.folder / ".gitignore").read_text(encoding="ascii") == "*\n"


def test_where_nothing_can_be_kept_the_pictures_are_made_all_the_same(tmp_path: Path, source: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")  # a file in the place of the folder
    cache = PictureCache(tmp_path / "taken" / "pictures")
    assert content(cache, source) == making.made(DATA, Kind.JPEG, 300).data
    source.unlink()
    assert content(cache, source) == making.made(DATA, Kind.JPEG, 300).data  # kept as long as the program runs


_MAKE = """\
import sys
from pathlib import Path
from apes_mailer.pictures.cache import PictureCache
from apes_mailer.pictures.kinds import Kind
sys.stdin.readline()
for width in range(200, 230):
    print(PictureCache(Path(sys.argv[1])).rendition(Path(sys.argv[2]), sys.argv[3], Kind.JPEG, width).file)
"""


@pytest.mark.slow
def test_programs_that_work_at_once_make_the_same_and_do_not_disturb_each_other(
    cache: PictureCache, source: Path
) -> None:
    command = [sys.executable, "-c", _MAKE, str(cache.folder), str(source), DIGEST]
    programs = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said: list[str] = []
    for program in programs:  # let all of them go before the first one is waited for
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        out, err = program.communicate()
        assert not err
        said.append(out)
    assert len(set(said)) == 1
    for name in said[0].split():
        [path] = cache.folder.rglob(name)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
    assert not [path for path in cache.folder.rglob(".*") if path.name != ".gitignore"]

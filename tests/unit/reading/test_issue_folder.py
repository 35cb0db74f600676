"""A campaign folder: the file whatever editor saved it, and its pictures."""

from __future__ import annotations

import os
import struct
import unicodedata
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from apes_mailer.errors import IssueError, Problem
from apes_mailer.model.c1 import Repair
from apes_mailer.model.issue import Quote
from apes_mailer.model.picture import Picture
from apes_mailer.pictures.cache import PictureCache
from apes_mailer.reading.issue import LoadedIssue, load_issue
from apes_mailer.render import markdown

SHOWN = "campaigns/x/issue.yaml"


def encoded(kind: str, size: tuple[int, int] = (30, 20), **options: object) -> bytes:
    """Return a picture of one colour."""
    file = BytesIO()
    Image.new("RGB", size, "green").save(file, kind, **options)
    return file.getvalue()


def folder_with(folder: Path, picture: str, files: dict[str, bytes]) -> Path:
    """Make a campaign folder whose fifth line names a picture."""
    text = f"subject: x\nblocks:\n  - type: gallery\n    images:\n      - file: {picture}\n        alt: y\n"
    (folder / "issue.yaml").write_text(text, encoding="utf-8")
    for name, data in files.items():
        path = folder / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def load(folder: Path) -> LoadedIssue:
    return load_issue(folder, shown=SHOWN, cache=PictureCache(folder / "cache"))


def problem(folder: Path) -> Problem:
    with pytest.raises(IssueError) as caught:
        load(folder)
    [only] = caught.value.problems
    return only


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_picture_goes_by_what_it_is_and_not_by_its_name(tmp_path: Path, kind: str) -> None:
    data = encoded(kind)
    loaded = load(folder_with(tmp_path, "Été à Lille (1).JPEG", {"Été à Lille (1).JPEG": data}))
    assert loaded.pictures == {"Été à Lille (1).JPEG": Picture(width=30, height=20)}
    assert loaded.picture_files["Été à Lille (1).JPEG"].path.read_bytes() == data


@pytest.mark.parametrize("written", ["images/a.png", "./a.png", "'a.png '"])
def test_path_of_a_picture_may_be_written_as_seen_from_the_issue(tmp_path: Path, written: str) -> None:
    assert list(load(folder_with(tmp_path, written, {"a.png": encoded("PNG")})).pictures) == ["a.png"]


def test_picture_may_stand_in_a_folder_of_the_images(tmp_path: Path) -> None:
    assert list(load(folder_with(tmp_path, "sub/a.png", {"sub/a.png": encoded("PNG")})).pictures) == ["sub/a.png"]


def test_accents_of_a_file_name_are_the_same_however_the_disk_spells_them(tmp_path: Path) -> None:
    spelled = unicodedata.normalize("NFD", "été.png")
    assert list(load(folder_with(tmp_path, "été.png", {spelled: encoded("PNG")})).pictures) == ["été.png"]


def test_photograph_that_lies_on_its_side_has_the_size_that_readers_see(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    loaded = load(folder_with(tmp_path, "a.jpg", {"a.jpg": encoded("JPEG", exif=exif)}))
    picture = loaded.pictures["a.jpg"]
    assert (picture.width, picture.height) == (20, 30)


@pytest.mark.parametrize(
    ("written", "message", "cure"),
    [
        ("velo.jpg", "velo.jpg is not in the images folder", 'Did you mean "velos.jpg"?'),
        ("Velos.JPG", "is not in the images folder", 'Did you mean "velos.jpg"?'),
        ("velos.png", "is not in the images folder", 'Did you mean "velos.jpg"?'),
        ("vélos.jpg", "is not in the images folder", 'Did you mean "velos.jpg"?'),
        ("chat.gif", "is not in the images folder", "use one of: velos.jpg"),
        ("../velos.jpg", "must be the name of a file in the images folder", "Copy the picture there"),
        ("C:/velos.jpg", "must be the name of a file in the images folder", "Copy the picture there"),
    ],
)
def test_missing_picture_is_told_with_the_one_that_was_meant(
    tmp_path: Path, written: str, message: str, cure: str
) -> None:
    found = problem(folder_with(tmp_path, written, {"velos.jpg": encoded("JPEG")}))
    assert (found.line, found.field, found.file) == (5, "blocks[0].images[0].file", SHOWN)
    assert message in found.message
    assert cure in found.hint


def test_folder_without_pictures_is_told_so(tmp_path: Path) -> None:
    assert "images folder is empty" in problem(folder_with(tmp_path, "a.png", {})).message


def huge_png() -> bytes:
    """Return a few bytes that claim to be a picture of ten thousand million pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\x00\x00\x00\x00IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty (0 bytes)"),
        (b"Bonjour", "is no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "format SVG"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<svg/>", "format SVG"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "is damaged"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "is damaged"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00", "format AVIF"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf", "format AVIF"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00", "format video"),
        (b"II*\x00\x08\x00", "format TIFF"),
        (b"%PDF-1.7", "format PDF"),
        (encoded("BMP"), "format BMP"),
        (encoded("JPEG", (400, 400))[:400], "is damaged"),
        (encoded("PNG", (400, 400))[:-30], "is damaged"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 50, "is damaged"),
        (b"GIF89a", "is damaged"),
        (huge_png(), "too many for any letter"),
    ],
)
def test_file_that_mail_cannot_show_is_told_so(tmp_path: Path, data: bytes, message: str) -> None:
    found = problem(folder_with(tmp_path, "a.jpg", {"a.jpg": data}))
    assert found.line == 5
    assert message in found.message
    assert found.hint


def test_pictures_are_told_together_with_all_else(tmp_path: Path) -> None:
    folder_with(tmp_path, "a.jpg", {"b.jpg": b""})
    with (tmp_path / "issue.yaml").open("a", encoding="utf-8") as file:
        file.write("      - file: b.jpg\n        titre: @moi\ntitle:\n  - x\n")
    with pytest.raises(IssueError) as caught:
        load(tmp_path)
    assert [found.line for found in caught.value.problems] == [5, 7, 8, 8, 9]


def test_digest_changes_with_every_byte_of_the_issue_and_of_its_pictures(tmp_path: Path) -> None:
    folder_with(tmp_path, "a.png", {"a.png": encoded("PNG"), "unused.png": encoded("PNG")})
    first = load(tmp_path).digest
    assert load(tmp_path).digest == first
    (tmp_path / "images" / "unused.png").write_bytes(b"")
    assert load(tmp_path).digest == first
    (tmp_path / "images" / "a.png").write_bytes(encoded("PNG", (31, 20)))
    second = load(tmp_path).digest
    with (tmp_path / "issue.yaml").open("a", encoding="utf-8") as file:
        file.write("# une note\n")
    assert len({first, second, load(tmp_path).digest}) == 3


def test_picture_that_has_changed_is_looked_into_again(tmp_path: Path) -> None:
    folder_with(tmp_path, "a.png", {"a.png": encoded("PNG")})
    assert load(tmp_path).pictures["a.png"].width == 30
    (tmp_path / "images" / "a.png").write_bytes(encoded("PNG", (400, 20)))
    assert load(tmp_path).pictures["a.png"].width == 400


def test_folder_without_an_issue_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(IssueError, match="does not exist"):
        load(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_pipe_in_place_of_the_file_is_told_so_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "issue.yaml")
    with pytest.raises(IssueError, match="is no file"):
        load(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_file_that_cannot_be_opened_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "issue.yaml").symlink_to("issue.yaml")
    with pytest.raises(IssueError, match="cannot be read"):
        load(tmp_path)


def test_picture_far_too_big_for_mail_is_told_so_unread(tmp_path: Path) -> None:
    folder_with(tmp_path, "a.jpg", {"a.jpg": b""})
    with (tmp_path / "images" / "a.jpg").open("r+b") as file:
        file.truncate(30_000_000)
    assert "30 MB; a picture may have 20" in problem(tmp_path).message


def test_folder_in_place_of_the_file_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "issue.yaml").mkdir()
    with pytest.raises(IssueError, match="is a folder"):
        load(tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a file that may not be read")
def test_file_that_may_not_be_read_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "issue.yaml").write_text("subject: x", encoding="utf-8")
    (tmp_path / "issue.yaml").chmod(0)
    with pytest.raises(IssueError, match="may not be read"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        (b"", "is empty", 1),
        (b"x" * (2 * 1024 * 1024 + 1), "more than 2 MB", None),
        (b"PK\x03\x04", "word processor", None),
        ("subject: Été\nblocks: [{type: divider}]\n".encode("utf-16"), "UTF-16", 1),
        ("subject: x\ntitle: Été\nblocks: [{type: divider}]\n".encode("cp1252"), "not saved as UTF-8", 2),
    ],
)
def test_file_that_is_no_utf8_text_is_told_so(tmp_path: Path, content: bytes, message: str, line: int | None) -> None:
    (tmp_path / "issue.yaml").write_bytes(content)
    with pytest.raises(IssueError) as caught:
        load(tmp_path)
    [problem] = caught.value.problems
    assert message in problem.message
    assert problem.line == line
    assert problem.hint


def test_faults_behind_a_wrong_encoding_are_told_too(tmp_path: Path) -> None:
    (tmp_path / "issue.yaml").write_bytes("subject: Été : non\nblocks: [{type: divider}]\n".encode("cp1252"))
    with pytest.raises(IssueError) as caught:
        load(tmp_path)
    assert "subject: 'Été : non'" in caught.value.problems[1].hint


@pytest.mark.parametrize("damaged", ["l\x92été", "l&#146;été", '"l\\x92été"'])
def test_invisible_character_of_windows_is_read_as_what_it_was_meant_to_be_and_told(
    tmp_path: Path, damaged: str
) -> None:
    text = f"subject: x\nblocks:\n  - type: quote\n    author: y\n    text: {damaged}\n"
    (tmp_path / "issue.yaml").write_text(text, encoding="utf-8")
    loaded = load(tmp_path)
    [block] = loaded.issue.blocks
    assert isinstance(block, Quote)
    assert markdown.to_html(block.text) == "<p>l’été</p>"
    assert loaded.repairs == (Repair(line=5, field="blocks[0].text", codes=("\x92",)),)


def test_repairs_are_told_at_their_own_lines_inside_a_text(tmp_path: Path) -> None:
    text = "subject: x\nblocks:\n  - type: quote\n    text: |\n      un\n      d\x92eux \x85\n\n      tr\x9cis\n"
    (tmp_path / "issue.yaml").write_text(text, encoding="utf-8")
    assert [(repair.line, repair.field, repair.codes) for repair in load(tmp_path).repairs] == [
        (6, "blocks[0].text", ("\x92", "\x85")),
        (8, "blocks[0].text", ("\x9c",)),
    ]

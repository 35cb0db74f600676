"""Whatever cameras, phones and drawing programs save becomes a picture that mail can carry."""

from __future__ import annotations

import re
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.Image import Transpose

from apes_mailer.model.picture import Compromise
from apes_mailer.pictures import encoding, making
from apes_mailer.pictures.encoding import Made
from apes_mailer.pictures.kinds import Kind, kind_of
from apes_mailer.pictures.opening import DamagedError, HeicUnknownError, TooLargeError
from tests.support.drawn import corners, drawing, opened, photograph, pixel, saved

KINDS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF")
UPRIGHT = ["red", "green", "blue", "white"]


def made(data: bytes, width: int = 400) -> Made:
    kind = kind_of(data)
    assert kind is not None
    return making.made(data, kind, width)


def segments(data: bytes) -> list[int]:
    """Return the markers of a JPEG up to its first scan (ITU-T T.81 §B.1.1.3)."""
    found: list[int] = []
    place = 2
    while data[place + 1] != 0xDA:
        found.append(data[place + 1])
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return found


def tables(data: bytes) -> object:
    """Return the quantization tables of a JPEG."""
    return getattr(opened(data), "quantization")  # noqa: B009 - pictures of other kinds have none


def test_photograph_becomes_a_progressive_jpeg_as_wide_as_asked() -> None:
    result = made(saved(photograph(1600, 1200), "JPEG", quality=95))
    assert (result.ending, result.width, result.height) == ("jpg", 400, 300)
    assert opened(result.data).size == (400, 300)
    assert 0xC2 in segments(result.data)
    assert result.compromise is Compromise.NONE
    assert len(result.data) <= 200_000


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_where_and_when_and_by_whom_is_left(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x013B] = "SecretPerson"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = "SecretDay"
    options = {"GIF": {"comment": b"SecretNote"}, "JPEG": {"comment": b"SecretNote", "exif": exif, "xmp": b"SecretXmp"}}
    data = saved(photograph(600, 400), kind, **options.get(kind, {"exif": exif, "xmp": b"SecretXmp"}))
    assert b"Secret" in data
    for width in (300, 600):
        result = made(data, width)
        assert b"Secret" not in result.data
        if result.ending == "jpg":
            assert not {0xE1, 0xE2, 0xED, 0xFE} & set(segments(result.data))  # EXIF and XMP, ICC, IPTC, comments


ON_ITS_SIDE = {  # what the camera saved, seen from the upright picture
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("width", [300, 90])
@pytest.mark.parametrize("orientation", ON_ITS_SIDE)
def test_picture_is_turned_upright(kind: str, width: int, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = ON_ITS_SIDE[orientation]
    upright = drawing(300, 200)
    data = saved(upright if turn is None else upright.transpose(turn), kind, exif=exif)
    known = making.looked_into(data, Kind(kind if kind != "WEBP" else "WebP"))
    assert (known.width, known.height) == (300, 200)
    result = opened(made(data, width).data)
    assert result.size == (width, width * 2 // 3)
    assert corners(result) == UPRIGHT
    assert result.getexif().get(0x0112, 1) == 1


def test_orientation_that_makes_no_sense_is_passed_over() -> None:
    exif = Image.Exif()
    exif[0x0112] = 99
    assert corners(opened(made(saved(drawing(300, 200), "JPEG", exif=exif)).data)) == UPRIGHT


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\x08\0\0\0\x05\0\x12\x01", b"Exif\0\0" + b"\xff" * 40])
def test_broken_exif_is_passed_over_without_a_word(exif: bytes) -> None:
    assert corners(opened(made(saved(drawing(300, 200), "JPEG", exif=exif)).data)) == UPRIGHT


def profile_of_swapped_colours() -> bytes:
    """Return a colour profile whose red is the green of sRGB and the other way round."""
    srgb = ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - untyped
    profile = ImageCms.ImageCmsProfile(srgb).tobytes()  # pyright: ignore[reportUnknownArgumentType] - the same
    swapped = profile.replace(b"rXYZ", b"tmp_").replace(b"gXYZ", b"rXYZ").replace(b"tmp_", b"gXYZ")
    return swapped.replace("sRGB".encode("utf-16-be"), "Test".encode("utf-16-be"))


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("WEBP", "RGBA")]
)
def test_colours_are_those_of_the_profile_that_the_picture_brings(kind: str, mode: str) -> None:
    data = saved(drawing(300, 200, mode), kind, icc_profile=profile_of_swapped_colours())
    result = opened(made(data).data)
    assert corners(result) == ["green", "red", "blue", "white"]
    assert "icc_profile" not in result.info


@pytest.mark.parametrize("profile", [b"", b"no profile at all", profile_of_swapped_colours()[:200]])
def test_profile_that_is_broken_changes_nothing(profile: bytes) -> None:
    assert corners(opened(made(saved(drawing(300, 200), "PNG", icc_profile=profile)).data)) == UPRIGHT


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "CMYK"), ("PNG", "P"), ("GIF", "P"), ("WEBP", "RGB")])
def test_every_way_to_store_colours_becomes_one_that_every_program_shows(kind: str, mode: str) -> None:
    result = opened(made(saved(drawing(300, 200, mode), kind)).data)
    assert result.mode in {"RGB", "P"}
    assert corners(result) == UPRIGHT


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "L"), ("PNG", "L"), ("PNG", "1"), ("PNG", "LA"), ("GIF", "1")])
def test_grey_stays_grey(kind: str, mode: str) -> None:
    image = Image.new("L", (600, 200), 255)
    image.paste(0, (0, 0, 300, 200))
    result = opened(made(saved(image.convert(mode), kind)).data).convert("RGB")
    assert [result.getpixel((x, 50)) for x in (50, 350)] == [(0, 0, 0), (255, 255, 255)]


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    image = Image.new("I;16", (256, 40))
    for x in range(256):
        image.paste(x * 257, (x, 0, x + 1, 40))
    result = opened(made(saved(image, "PNG")).data).convert("L")
    shades = [result.getpixel((x, 20)) for x in range(0, 256, 32)]
    assert shades == [pytest.approx(x, abs=2) for x in range(0, 256, 32)]


def test_flat_colours_stay_flat_in_a_png() -> None:
    result = made(saved(drawing(800, 400), "PNG"), 800)
    assert result.ending == "png"
    assert len(result.data) < 2000
    assert opened(result.data).convert("RGB").getcolors() == drawing(800, 400).getcolors()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_photograph_is_a_jpeg_whatever_it_was_saved_as(kind: str) -> None:
    assert made(saved(photograph(800, 600), kind)).ending == "jpg"
    assert made(saved(photograph(800, 600).convert("RGBA"), kind)).ending == "jpg"  # transparent nowhere


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("WEBP", "RGBA"), ("GIF", "RGBA"), ("PNG", "LA")])
def test_what_shines_through_goes_on_shining_through(kind: str, mode: str) -> None:
    image = drawing(400, 200, "RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 200, 100))
    result = made(saved(image if kind == "GIF" else image.convert(mode), kind))
    assert result.ending == "png"
    shown = opened(result.data).convert("RGBA")
    assert pixel(shown, 50, 50)[3] == 0
    assert pixel(shown, 350, 150)[3] == 255


def test_edges_of_what_shines_through_get_no_dark_fringe() -> None:
    image = Image.new("RGBA", (800, 800), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (200, 200, 600, 601))
    result = opened(made(saved(image, "PNG"), 333).data)
    seen = {pixel(result, x, y) for x in range(result.width) for y in range(result.height)}
    assert len(seen) > 2
    assert {colour[:3] for colour in seen if colour[3] > 8} == {(255, 255, 255)}


def test_picture_that_is_narrow_enough_is_not_blown_up() -> None:
    result = made(saved(photograph(300, 200), "JPEG"), 1072)
    assert (result.width, result.height) == (300, 200)


def test_picture_a_little_too_wide_is_not_made_heavier_by_making_it_narrower() -> None:
    data = saved(drawing(1200, 600), "PNG")
    assert made(data, 1072).width == 1200
    grainy = saved(photograph(1200, 600, grain=60), "JPEG", quality=95)
    assert made(grainy, 900).width == 900
    assert made(data, 500).width == 1200
    assert made(data, 400).width == 400


def test_jpeg_that_is_light_already_keeps_its_own_tables() -> None:
    data = saved(photograph(400, 300), "JPEG", quality=60)
    result = made(data)
    assert tables(result.data) == tables(data)
    heavy = saved(photograph(400, 300), "JPEG", quality=99)
    assert len(made(heavy).data) < len(heavy) / 2


@pytest.mark.slow
def test_heavy_photograph_loses_quality_before_width() -> None:
    grain = {"light": 10.0, "middle": 20.0, "heavy": 200.0}
    results = {
        name: made(saved(photograph(1200, 900, grain=each), "JPEG", quality=95), 1200) for name, each in grain.items()
    }
    assert [results[name].compromise for name in grain] == [Compromise.NONE, Compromise.QUALITY, Compromise.WIDTH]
    assert results["middle"].width == 1200
    assert 300 < results["heavy"].width < 1200
    assert all(len(each.data) <= 200_000 for each in results.values())


@pytest.mark.slow
def test_heavy_transparent_picture_loses_colours_before_width() -> None:
    def cut_out(size: int) -> bytes:
        image = photograph(size, size).convert("RGBA")
        image.paste((0, 0, 0, 0), (0, 0, size // 2, size // 2))
        return saved(image, "PNG")

    assert made(cut_out(200)).compromise is Compromise.NONE
    assert (made(cut_out(400)).compromise, made(cut_out(400)).width) == (Compromise.COLOURS, 400)
    assert made(cut_out(1000), 1000).compromise is Compromise.WIDTH
    assert len(made(cut_out(1000), 1000).data) <= 200_000


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    size=st.tuples(st.integers(1, 900), st.integers(1, 900)),
    grain=st.floats(0, 250),
    kind=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    mode=st.sampled_from(["L", "RGB", "RGBA"]),
    width=st.integers(1, 1200),
)
def test_any_picture_is_light_and_of_its_own_proportions(
    size: tuple[int, int], grain: float, kind: str, mode: str, width: int
) -> None:
    image = photograph(*size, grain=grain).convert(mode if kind != "JPEG" or mode != "RGBA" else "RGB")
    if mode == "RGBA" and kind != "JPEG":
        image.putalpha(128)
    result = made(saved(image, kind), width)
    assert len(result.data) <= encoding.MOST_BYTES
    assert opened(result.data).size == (result.width, result.height)
    assert result.width <= width * 2.5
    assert result.height == pytest.approx(size[1] * result.width / size[0], abs=1)


def test_the_same_file_gives_the_same_bytes() -> None:
    for kind in KINDS:
        data = saved(photograph(300, 200), kind)
        assert made(data, 100) == made(data, 100)


def test_heic_of_a_phone_is_a_photograph_like_any_other() -> None:
    data = saved(drawing(600, 400), "HEIF", quality=90)
    assert kind_of(data) is Kind.HEIC
    result = made(data)
    assert (result.ending, result.width, result.height) == ("jpg", 400, 267)
    assert corners(opened(result.data)) == UPRIGHT


def test_heic_without_the_library_that_reads_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(drawing(60, 40), "HEIF")
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    with pytest.raises(HeicUnknownError):
        making.looked_into(data, Kind.HEIC)


def bomb(kind: str) -> bytes:
    """Return a few bytes that claim to be a picture of ten thousand million pixels, or as many as the format has."""
    if kind == "PNG":
        data = saved(Image.new("1", (8, 8)), "PNG")
        header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
        return data[:12] + header + struct.pack(">I", __import__("zlib").crc32(header)) + data[33:]
    if kind == "GIF":
        data = saved(Image.new("L", (8, 8)), "GIF")
        large = struct.pack("<HH", 65535, 65535)
        return data[:6] + large + data[10:].replace(struct.pack("<HHHH", 0, 0, 8, 8), struct.pack("<HH", 0, 0) + large)
    data = saved(Image.new("L", (8, 8)), "JPEG")
    return data.replace(struct.pack(">HH", 8, 8), struct.pack(">HH", 65000, 65000))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_picture_that_would_fill_the_memory_is_refused_unopened(kind: str) -> None:
    data = bomb(kind)
    assert len(data) < 2000
    with pytest.raises(TooLargeError):
        making.looked_into(data, Kind(kind))


def test_largest_photograph_of_a_phone_is_taken() -> None:
    data = saved(Image.new("L", (12_000, 9_000), 128), "JPEG", quality=10)
    looked_into = making.looked_into(data, Kind.JPEG)
    assert (looked_into.width, looked_into.height) == (12_000, 9_000)
    assert opened(made(data, 1072).data).size == (1072, 804)
    larger = data.replace(struct.pack(">HH", 9_000, 12_000), struct.pack(">HH", 12_000, 12_000))
    with pytest.raises(TooLargeError):
        making.looked_into(larger, Kind.JPEG)


@pytest.mark.parametrize("size", [(20, 70_000), (70_000, 20)])
def test_picture_with_a_side_that_no_jpeg_has_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(TooLargeError):
        making.looked_into(saved(Image.new("RGB", size), "PNG"), Kind.PNG)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_damage_is_either_told_or_does_not_matter(kind: str, data: st.DataObject) -> None:
    whole = saved(drawing(90, 60), kind)
    cut = data.draw(st.integers(12, len(whole)))
    place = data.draw(st.integers(12, len(whole) - 1))
    byte = data.draw(st.integers(0, 255))
    damaged = (whole[:place] + bytes([byte]) + whole[place + 1 :])[:cut]
    known = kind_of(damaged)
    if known is None:
        return
    try:
        making.looked_into(damaged, known)
        result = making.made(damaged, known, 60)
    except (DamagedError, TooLargeError):
        return
    assert re.fullmatch("jpg|png|gif", result.ending)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_half_of_a_picture_is_told_as_damaged(kind: str) -> None:
    whole = saved(photograph(300, 200), kind)
    known = kind_of(whole)
    assert known is not None
    with pytest.raises(DamagedError):
        making.looked_into(whole[: len(whole) // 2], known)

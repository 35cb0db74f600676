"""What kind of picture a file is, by its first bytes: its name may say anything."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The formats that become a picture of a letter."""

    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    WEBP = "WebP"
    HEIC = "HEIC"


_STARTS = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
)
_OTHERS = (
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"PK\x03\x04", "ZIP or office"),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})  # ISO/IEC 23008-12


def kind_of(data: bytes) -> Kind | None:
    """Return the kind of a picture that can be used, or None."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS and not _is_avif(data):
        return Kind.HEIC
    return next((kind for start, kind in _STARTS if data.startswith(start)), None)


def other_format(data: bytes) -> str:
    """Name the format of a file that cannot be used; empty when nobody knows it."""
    if data[4:8] == b"ftyp":
        return "AVIF" if _is_avif(data) else "video"
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in data[:5000].lower():
        return "SVG"
    return next((name for start, name in _OTHERS if data.startswith(start)), "")


def _is_avif(data: bytes) -> bool:
    """Whether AVIF is among the brands of the file; it shares the container of HEIC, and sometimes its first brand."""
    brands = data[8 : min(int.from_bytes(data[:4]), 100)]
    return b"avif" in brands or b"avis" in brands

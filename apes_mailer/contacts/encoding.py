"""In which encoding a contacts file is written, found out by reading all of it once.

Spreadsheets do not say. The ladder: a byte order mark, else UTF-16 when every other byte is NUL, else UTF-8 when all
of the file is valid UTF-8, else Windows-1252. It never guesses from a sample, so one ``é`` in the last of a million
rows counts. The same pass finds out whether the file is text at all.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from apes_mailer.errors import ContactsError

LONGEST_LINE = 1 << 20  # bytes; a real row is a thousand times shorter

_BLOCK = 1 << 18
_HEAD = 8192
_ASK_AGAIN = "Ask for the list as Excel or CSV, or copy its table into a spreadsheet and save that."
_SAVE_AS_CSV = "Open it in your spreadsheet and save it with File > Save as > CSV UTF-8."

_FORMATS = (
    (b"PK\x03\x04", "a spreadsheet (Excel or LibreOffice) or a ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an Excel file of the old kind (.xls)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a word processor document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"SQLite format 3", "a database"),
    (b"\xff\xfe\x00\x00", "text in UTF-32"),
    (b"\x00\x00\xfe\xff", "text in UTF-32"),
)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

# How text that a spreadsheet would take for a formula is marked as text, here and by other programs.
_TEXT_MARKS = (b"'=", b"'+", b"'-", b"'@")
_TEXT = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F), *range(0x80, 0x100)])
_C1_IN_UTF8 = re.compile(rb"\xc2[\x80-\x9f]")
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# The letters é è ê ë à â ç î ï ô û ù É in UTF-8. Read as Windows-1252 they are "Ã©" and the like, which nobody
# writes, so a file that is not UTF-8 and yet holds one was put together from two.
_LETTER_IN_UTF8 = re.compile(rb"\xc3[\xa2\xa7-\xab\xae\xaf\xb4\xb9\xbb\x89]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How to decode a file (the name of a Python codec), and what it holds anywhere.

    ``has_controls``: control characters; ``has_text_marks``: an apostrophe before a sign that begins a formula.
    """

    name: str
    has_controls: bool
    has_text_marks: bool


def detect(file: BinaryIO, shown: str) -> Encoding:
    """Return the encoding of the whole file; ``shown`` names the file in messages.

    Raises ``ContactsError`` for an empty file, one that is not text, one cut short, one that mixes encodings,
    and one with a line longer than a mebibyte.
    """
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        raise ContactsError(f"{shown} is empty", hint="Was the export interrupted? Make it again.")
    _refuse_other_formats(head, shown)
    name = next((name for mark, name in _MARKS if head.startswith(mark)), "") or _unmarked_utf16(head)
    survey = _Survey(shown)
    if name.startswith("utf-16"):
        survey.read(_transcoded(file, name, shown))
        return survey.encoding(name)
    survey.read(_blocks(file))
    if survey.invalid_line is None:
        return survey.encoding(name or "utf-8")
    if name:
        raise ContactsError(
            f"{shown}:{survey.invalid_line}: the file calls itself UTF-8, but this line is not", hint=_SAVE_AS_CSV
        )
    _refuse_unless_cp1252(file, survey.invalid_line, shown)
    return survey.encoding("cp1252")


def _refuse_other_formats(head: bytes, shown: str) -> None:
    kind = next((kind for magic, kind in _FORMATS if head.startswith(magic)), "")
    if not kind and head.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        kind = "a web page or XML"
    if not kind and not _unmarked_utf16(head) and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        controls = len(head.translate(None, _TEXT))
        kind = "binary data" if controls * 10 > len(head) else ""
    if kind:
        is_table = kind.startswith(("a spreadsheet", "an Excel", "a web page", "text", "binary"))
        raise ContactsError(f"{shown} is {kind}, not a list", hint=_SAVE_AS_CSV if is_table else _ASK_AGAIN)


def _unmarked_utf16(head: bytes) -> str:
    """Return the kind of UTF-16 that the NULs of mostly Latin text give away, or nothing."""
    pairs = len(head) // 2
    first, second = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if second * 2 > pairs and first * 20 < pairs:
        return "utf-16-le"
    if first * 2 > pairs and second * 20 < pairs:
        return "utf-16-be"
    return ""


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(_BLOCK):
        yield block


def _transcoded(file: BinaryIO, name: str, shown: str) -> Iterator[bytes]:
    """Yield a UTF-16 file in UTF-8, so that one survey serves both."""
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for block in _blocks(file):
            yield decoder.decode(block).encode()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise ContactsError(
            f"{shown} is not valid UTF-16; it was probably cut short", hint="Make the export again."
        ) from error


class _LineCount:
    """On which line, counted from 1, a place in a file is. Lines end with LF, CR or both."""

    def __init__(self) -> None:
        self._feeds = self._returns = 0

    def at(self, before: bytes) -> int:
        """Return the line of what follows ``before``, which follows the blocks passed."""
        return 1 + max(self._feeds + before.count(b"\n"), self._returns + before.count(b"\r"))

    def pass_over(self, block: bytes) -> None:
        self._feeds += block.count(b"\n")
        self._returns += block.count(b"\r")


class _Survey:
    """What one pass over the bytes of a file tells."""

    def __init__(self, shown: str) -> None:
        self._has_controls = self._has_text_marks = False
        self.invalid_line: int | None = None
        """The first line that is not UTF-8."""
        self._shown = shown
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._lines = _LineCount()
        self._unended = 0  # bytes since the last line end

    def read(self, blocks: Iterator[bytes]) -> None:
        """Take in the blocks of a whole file; raises ``ContactsError`` for an endless line."""
        last = b""
        for block in blocks:
            if self.invalid_line is None:
                self._decode(block)
            self._look_for_oddities(last + block)
            self._measure(block)
            self._lines.pass_over(block)
            last = block[-1:]
        if self.invalid_line is None:
            self._decode(b"", final=True)

    def encoding(self, name: str) -> Encoding:
        """Return the encoding of a name with what was found."""
        return Encoding(name=name, has_controls=self._has_controls, has_text_marks=self._has_text_marks)

    def _look_for_oddities(self, data: bytes) -> None:
        if not self._has_controls:
            self._has_controls = bool(data.translate(None, _TEXT) or _C1_IN_UTF8.search(data))
        if not self._has_text_marks:
            self._has_text_marks = any(mark in data for mark in _TEXT_MARKS)

    def _decode(self, block: bytes, *, final: bool = False) -> None:
        pending, _ = self._decoder.getstate()
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            self.invalid_line = self._lines.at(block[: max(0, error.start - len(pending))])

    def _measure(self, block: bytes) -> None:
        ends = [end for end in (block.find(b"\n"), block.find(b"\r")) if end >= 0]
        if self._unended + min(ends, default=len(block)) > LONGEST_LINE:
            raise ContactsError(
                f"{self._shown}:{self._lines.at(b'')}: this line does not end within {LONGEST_LINE} bytes",
                hint="This is not a list with one contact a line. Make the export again, as CSV.",
            )
        after_last = len(block) - 1 - max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._unended = after_last if ends else self._unended + len(block)


def _refuse_unless_cp1252(file: BinaryIO, not_utf8: int, shown: str) -> None:
    lines, last = _LineCount(), b""
    for block in _blocks(file):
        data = last + block
        if found := _NOT_IN_CP1252.search(data):
            line = lines.at(data[: found.start()])
            raise ContactsError(f"{shown}:{line}: this line is neither UTF-8 nor Windows-1252", hint=_SAVE_AS_CSV)
        if found := _LETTER_IN_UTF8.search(data):
            line = lines.at(data[: found.start()])
            raise ContactsError(
                f"{shown}:{line}: this line is written in UTF-8, but line {not_utf8} in Windows-1252",
                hint=f"If the file was put together from two, import each by itself. {_SAVE_AS_CSV}",
            )
        lines.pass_over(data[:-1])
        last = data[-1:]

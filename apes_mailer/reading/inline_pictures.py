"""Pictures in Markdown, ``![words](address)``: letters show those of their images folder only, beside the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apes_mailer.model.spelling import plain
from apes_mailer.reading.remark import Remark
from apes_mailer.reading.yaml.entry import quoted

_PICTURE = re.compile(r"(?<!\\)!\[(?P<words>[^\[\]\n]*)\]\((?P<address>[^()\n]*)\)")
_ENDING = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|heic|bmp|tiff?)(?:[?#].*)?", re.IGNORECASE)
_NO_DESCRIPTION = frozenset({"", "image", "picture", "photo", "img", "alt", "alt_text", "illustration", "visuel"})


def without(text: str) -> str:
    """Return a text of as many lines without its pictures."""
    return _PICTURE.sub("", text)


def in_line(text: str) -> Iterator[Remark]:
    """Yield a remark for a picture in a text of one line."""
    if match := _PICTURE.search(text):
        message = f"{match.group()} is no picture: this field is shown as it is written"
        yield Remark.at(text, match.start(), match.group(), message, "Take it away. Pictures go into a field images:.")


def in_markdown(text: str, *, images_beside: bool) -> Iterator[Remark]:
    """Yield a remark for each picture; ``images_beside``: the block of the text has a field of pictures."""
    for match in _PICTURE.finditer(text):
        written = match.group()
        message = f"{written} is not shown as a picture: none can stand inside a text"
        cure = "Take it out of the text and put the picture into the images folder."
        if _ENDING.search(match["address"]) is None:
            cure = f"If ! ends a sentence before a link, write a space behind it. If not: {cure[:1].lower()}{cure[1:]}"
        if images_beside:
            cure = f"{cure} Then write, or add to the images: that are there:"
            yield Remark.at(text, match.start(), written, message, cure, beside=_field(match))
        else:
            cure = f"{cure} It can be shown in a block that has images:, such as an article or a gallery."
            yield Remark.at(text, match.start(), written, message, cure)


def _field(match: re.Match[str]) -> tuple[str, ...]:
    """Return the lines of the field; without words of the author the check asks for them."""
    address = re.sub(r"\s+[\"'].*", "", match["address"].strip())
    name = re.split(r"[?#]", address)[0].replace("\\", "/").rpartition("/")[2] or "picture.jpg"
    words = match["words"].strip()
    file = name if re.fullmatch(r"[\w.-]+", name) else quoted(name)
    told = plain(words) in _NO_DESCRIPTION or words == name
    return ("images:", f"  - file: {file}", *(() if told else (f"    alt: {quoted(words)}",)))

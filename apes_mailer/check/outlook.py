"""What only Outlook for Windows sees: shapes of its own language VML, in comments meant for it."""

from __future__ import annotations

from collections.abc import Iterator

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import document
from apes_mailer.check.whereabouts import field_of, quoted
from apes_mailer.model.finding import Finding

_SHAPES = ("v:rect", "v:roundrect", "v:oval", "v:shape", "v:image", "v:line", "v:polyline", "v:arc", "v:group")


def shapes(letter: CheckedLetter) -> Iterator[Finding]:
    """Shapes say what they show, and hold neither a link nor a heading, which screen readers would not find."""
    if "<v:" not in letter.html:
        return
    for shape in document.as_word_outlook(letter.html).all(*_SHAPES):
        words = quoted(shape.words())
        field = field_of(letter, words)
        if "alt" not in shape.attributes:
            yield finding("vml.alt", field, shape=shape.tag)
        if "href" in shape.attributes or any(True for _ in shape.all("a")):
            yield finding("vml.link", field, shape=shape.tag, words=words)
        if any(True for _ in shape.all(*document.HEADINGS)):
            yield finding("vml.heading", field, shape=shape.tag, words=words)

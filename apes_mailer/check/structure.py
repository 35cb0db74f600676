"""The structure of the page, which screen readers read aloud and mail programs rely on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import document
from apes_mailer.check.page.document import Element
from apes_mailer.check.whereabouts import field_of, quoted
from apes_mailer.model.finding import Finding

_LAYOUT = {"presentation", "none"}
_TITLE_PER_SUBJECT = 3.5  # SpamAssassin, HTML_TITLE_SUBJ_DIFF
_MJML_TAG = re.compile(r"</?mj-?[a-z-]*")


def language(letter: CheckedLetter) -> Iterator[Finding]:
    """The page and every part of it say their language and their direction.

    Web mails throw ``<html>`` and ``<body>`` away and keep what is inside, hence the parts.
    """
    page = document.read(letter.html)
    root = page.elements[0]
    if not _says_language(root) or root.attributes["dir"] == "auto":  # what the engine writes when nobody says it
        yield finding("language.page", lang=letter.issue.language)
    elif root.attributes["lang"].partition("-")[0] != letter.issue.language:
        yield finding("language.other", found=root.attributes["lang"], lang=letter.issue.language)
    for body in page.all("body"):
        for part in body.children:
            if not _says_language(part):
                words = quoted(part.words())
                yield finding("language.part", tag=part.tag, words=words, lang=letter.issue.language)


def _says_language(element: Element) -> bool:
    return bool(element.attributes.get("lang")) and element.attributes.get("dir") in {"ltr", "rtl", "auto"}


def tables(letter: CheckedLetter) -> Iterator[Finding]:
    """A table for layout says so, and a table of data says what its headers are for."""
    for table in document.read(letter.html).all("table"):
        headers = [cell for cell in table.all("th") if _table_of(cell) is table]
        presented = table.attributes.get("role") in _LAYOUT
        words = quoted(table.words())
        if headers and presented:
            yield finding("table-role.contradiction", field_of(letter, words), words=words)
        elif not headers and not presented:
            yield finding("table-role.layout", field_of(letter, words), words=words)
        elif any(cell.attributes.get("scope") not in {"col", "row", "colgroup", "rowgroup"} for cell in headers):
            yield finding("table-role.data", field_of(letter, words), words=words)


def _table_of(cell: Element) -> Element | None:
    return next((element for element in cell.up() if element.tag == "table"), None)


def title(letter: CheckedLetter) -> Iterator[Finding]:
    """The page has a title, not much longer than the subject."""
    titles = [words for element in document.read(letter.html).all("title") if (words := element.words())]
    if not titles:
        yield finding("page-title.missing")
    elif len(titles[0]) > _TITLE_PER_SUBJECT * len(letter.issue.subject):
        yield finding("page-title.long", words=quoted(titles[0]), limit=_TITLE_PER_SUBJECT)


def headings(letter: CheckedLetter) -> Iterator[Finding]:
    """There is one heading of the first level, and no level is skipped on the way down."""
    found = document.read(letter.html).all(*document.HEADINGS)
    first = [heading for heading in found if heading.tag == "h1"]
    if not first:
        yield finding("headings.none")
    for heading in first[1:]:
        words = quoted(heading.words())
        yield finding("headings.several", field_of(letter, words), words=words)
    for above, below in itertools.pairwise(found):
        if int(below.tag[1]) > int(above.tag[1]) + 1:
            words = quoted(below.words())
            yield finding("headings.skipped", field_of(letter, words), words=words, above=above.tag, tag=below.tag)


def silent(letter: CheckedLetter) -> Iterator[Finding]:
    """Every link that the theme writes has words, or a picture with some; every picture has its alternative text.

    What the author wrote is judged in the issue.
    """
    page = document.read(letter.html)
    written = " ".join(str(value) for _, value in letter.values if isinstance(value, str))
    published = {rendition.name for rendition in letter.renditions.values()}
    for link in page.all("a"):
        address = link.attributes.get("href", "")
        if address and address not in written and not link.words() and not _own(link, published):
            yield finding("link-silent", address=quoted(address))
    for picture in page.all("img"):
        if "alt" not in picture.attributes:
            yield finding("picture-alt.page", file=picture.attributes.get("src", "").rpartition("/")[2])


def _own(link: Element, published: set[str]) -> bool:
    return any(each.attributes.get("src", "").rpartition("/")[2] in published for each in link.all("img"))


def leftover_code(letter: CheckedLetter) -> Iterator[Finding]:
    """Nothing is left of what makes the page, and it begins with its doctype."""
    if not re.match(r"<!doctype html", letter.html, re.IGNORECASE):
        yield finding("leftover-code.doctype")
    for tag in dict.fromkeys(_MJML_TAG.findall(letter.html)):
        yield finding("leftover-code.mjml", tag=tag.lstrip("</"))
    if "data-premailer" in letter.html:
        yield finding("leftover-code.inliner")

"""What a page makes a mail program do: run, fetch, or give up on its styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import css, document
from apes_mailer.check.page.document import Page
from apes_mailer.model.finding import Finding

STYLES_AT_MOST = 16_000
"""Bytes of all ``<style>`` together; Gmail drops those beyond 16 kB (caniemail.com, html-style)."""

_REFUSED = (
    *("script", "form", "input", "textarea", "select", "button", "iframe", "frame"),
    *("object", "embed", "applet", "video", "audio", "canvas", "marquee", "base"),
)
_LOADING = {
    "img": ("src", "srcset"),
    "input": ("src",),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "link": ("href",),
    "v:fill": ("src",),
    "v:image": ("src",),
    "v:imagedata": ("src",),
}
_URL = re.compile(r"""url\(\s*["']?(?P<address>[^"')]*)""", re.IGNORECASE)
_IMPORT = re.compile(r"""@import\s+["'](?P<address>[^"']+)""", re.IGNORECASE)


def active_content(letter: CheckedLetter) -> Iterator[Finding]:
    """Nothing that mail programs refuse, or take for an attack: scripts, forms, frames, films, ``data:`` pictures."""
    page = document.read(letter.html)
    for tag in dict.fromkeys(element.tag for element in page.all(*_REFUSED)):
        yield finding("active-content.element", tag=tag)
    handlers = (name for element in page.elements for name in element.attributes if name.startswith("on"))
    for name in dict.fromkeys(handlers):
        yield finding("active-content.handler", attribute=name)
    if any(address.lower().startswith("data:") for address in _loaded(page)):
        yield finding("active-content.data")
    for value in dict.fromkeys(_positions(page)):
        yield finding("active-content.position", value=value)
    if any("@font-face" in sheet.at_rules for sheet in page.sheets):
        yield finding("active-content.font")
    if any("@import" in sheet.at_rules for sheet in page.sheets) or _linked_sheets(page):
        yield finding("active-content.sheet")


def _linked_sheets(page: Page) -> bool:
    return any("stylesheet" in link.attributes.get("rel", "").lower() for link in page.all("link"))


def _positions(page: Page) -> Iterator[str]:
    blocks = [css.declarations(element.style) for element in page.elements if element.style]
    for declared in [*blocks, *(rule.declarations for rule in page.rules())]:
        for each in declared:
            if each.name == "position" and each.value.lower() in {"absolute", "fixed", "sticky"}:
                yield each.value.lower()


def hosts(letter: CheckedLetter) -> Iterator[Finding]:
    """Nothing is loaded but from where the letter's own pictures are; any other host learns who reads, and when."""
    foreign = (name for each in addresses(letter.html) if (name := host(each)) and name not in letter.hosts)
    for name in dict.fromkeys(foreign):
        yield finding("foreign-host", host=name)


def addresses(html: str) -> list[str]:
    """Return the addresses of what is fetched when a page is shown, by Outlook too."""
    page = document.read(html)
    outlook = document.as_word_outlook(html) if "<v:" in html else page
    return [*_loaded(page), *_loaded(outlook)]


def host(address: str) -> str:
    """Return the host of an address, the whole of one that cannot be read, nothing when it has none."""
    try:
        return (urlsplit(address.strip()).hostname or "").lower()
    except ValueError:
        return address.strip()


def _loaded(page: Page) -> Iterator[str]:
    """Yield the addresses of what is fetched when the page is shown."""
    for element in page.elements:
        yield from _URL.findall(element.style)
        for name in ("background", *_LOADING.get(element.tag, ())):
            value = element.attributes.get(name, "")
            yield from (part.split()[0] for part in value.split(",") if part.strip()) if name == "srcset" else [value]
    yield from _URL.findall(page.styles)
    yield from _IMPORT.findall(page.styles)


def style_blocks(letter: CheckedLetter) -> Iterator[Finding]:
    """``<style>`` is of a size and a form that Gmail and Yahoo keep."""
    page = document.read(letter.html)
    weight = len(page.styles.encode())
    if weight > STYLES_AT_MOST:
        yield finding("style-block.size", weight=round(weight / 1000, 1), limit=STYLES_AT_MOST // 1000)
    for name in dict.fromkeys(name for sheet in page.sheets for name in sheet.nested):
        yield finding("style-block.nested", name=name)
    if any(sheet.commented for sheet in page.sheets):
        yield finding("style-block.comment")

"""Pages as parsers see them, to compare what a value does with what a harmless one does."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import lxml.html

Event = tuple[str, ...]


class Events(HTMLParser):
    """What a parser sees: tags with their attributes, texts, comments; conditional comments are opened up."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[Event] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(("start", tag))
        self.seen += [("attribute", name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(("end", tag))

    def handle_data(self, data: str) -> None:
        if self.seen and self.seen[-1][0] == "text":
            data = self.seen.pop()[1] + data
        self.seen.append(("text", data))

    def handle_comment(self, data: str) -> None:
        inside = re.fullmatch(r"(\[if [^]]*\]>)(.*)(<!\[endif\])", data, re.DOTALL)
        self.seen += [("comment", inside[1]), *Events(inside[2]).seen] if inside else [("comment", data)]

    def handle_decl(self, decl: str) -> None:
        self.seen.append(("declaration", decl))

    def unknown_decl(self, data: str) -> None:
        self.seen.append(("unknown", data))

    def handle_pi(self, data: str) -> None:
        self.seen.append(("instruction", data))


def joined(seen: list[Event]) -> list[Event]:
    """Events without empty texts, and texts that follow each other as one."""
    out: list[Event] = []
    for event in seen:
        if event[0] == "text" and out and out[-1][0] == "text":
            out[-1] = ("text", out[-1][1] + event[1])
        elif event != ("text", ""):
            out.append(event)
    return out


def structure_of(page: str) -> list[Event]:
    """Tags and the names of their attributes as a second, unrelated parser sees them."""
    library: Any = lxml.html
    return [(str(element.tag), *element.keys()) for element in library.document_fromstring(page).iter()]

"""Links that would not work in a mail, or that Markdown does not recognise and would show as brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic_core import PydanticCustomError

from apes_mailer.model.text import Link
from apes_mailer.reading import inline_pictures
from apes_mailer.reading.remark import WHOLE_ADDRESS, Remark, split_cure
from apes_mailer.render import markdown
from apes_mailer.render.tokens import Tokens

_LINK = re.compile(r"\[(?P<words>[^\[\]\n]*)\]\((?P<address>[^)\n]*)(?P<close>\)?)")
_GAP = re.compile(r"\[(?P<words>[^\[\]\n]+)\]\s+\((?P<address>(?:https?:|mailto:|tel:|www\.)[^)\s]*)\)")
_REVERSED = re.compile(r"\((?P<address>(?:https?:|mailto:|tel:|www\.)[^)\s]*)\)\[(?P<words>[^\[\]\n]+)\]")
_MARKUP = re.compile(r"\[[^\[\]\n]*\]\((?:https?:|mailto:|tel:|www\.|#)")
_MAIL_ADDRESS = re.compile(r"[^\s@:/?#<>{}]+@[^\s@:/?#<>{}]+\.[^\s@:/?#<>{}]+")
_WHOLE = re.compile(r"https?://|mailto:|tel:|#|<<|\{\{", re.IGNORECASE)


def in_line(text: str) -> Iterator[Remark]:
    """Yield a remark for a Markdown link in a text that is shown as it stands."""
    if match := _MARKUP.search(text):
        message = "cannot hold a link: this field is shown as it is written"
        yield Remark.at(text, match.start(), match.group(), message, "Write the words only; links go in a text field.")


def in_link(text: str) -> Iterator[Remark]:
    """Yield a remark for an address that leads nowhere from a mail; those that ``Link`` refuses are left to it."""
    try:
        address = Link.parse(text)
    except PydanticCustomError:
        return
    if fault := _incomplete(address):
        yield Remark(0, address, *fault)


def in_markdown(text: str) -> Iterator[Remark]:
    """Yield a remark for each link in a Markdown text that readers could not follow; pictures are left out."""
    if "[" not in text:
        return
    text = inline_pictures.without(text)
    tokens = Tokens([text])
    tagless = tokens.replace(text)
    for line, message, cure, written in (*_forgotten(tagless), *_turned_round(tagless), *_wrong(tagless, tokens)):
        yield Remark(line, tokens.restore(written), tokens.restore(message), tokens.restore(cure))


_Found = tuple[int, str, str, str]


def _forgotten(text: str) -> Iterator[_Found]:
    lines = text.split("\n")
    for number, written in dict(markdown.forgotten_links(text)).items():
        line = lines[number] if number < len(lines) else ""
        broken = [match for match in _LINK.finditer(line) if not markdown.links(match.group())]
        for match in broken:
            yield number, *_broken_link(match), match.group()
        if not broken:
            cure = "Write [words](https://…) on one line, without spaces in the address."
            yield number, f"{written} is not read as a link", cure, written


def _broken_link(match: re.Match[str]) -> tuple[str, str]:
    written, words, address = match.group(), match["words"], match["address"].strip()
    if not match["close"]:
        address = address.split(" ")[0]
        return f"{written} has no closing bracket", f"Write [{words}]({address})"
    try:
        Link.parse(address.replace(" ", "%20"))
    except PydanticCustomError as error:
        message, cure = split_cure(error.message())
        return f"{written}: {message}", cure
    corrected = f"[{words}]({address.replace(' ', '%20')})"
    cure = f"Write {corrected}" if markdown.links(corrected) else "Write [words](https://…)."
    return f"{written} is not read as a link: there is a space in the address", cure


def _turned_round(text: str) -> Iterator[_Found]:
    for number, line in enumerate(text.split("\n")):
        for pattern, what in ((_GAP, "a space between ] and ("), (_REVERSED, "the address before the words")):
            for match in pattern.finditer(line):
                message = f"{match.group()} is not read as a link: there is {what}"
                yield number, message, f"Write [{match['words']}]({match['address']})", match.group()


def _wrong(text: str, tokens: Tokens) -> Iterator[_Found]:
    for words, address in markdown.links(text):
        whole = tokens.restore(address)
        fault = _refused(whole) or _incomplete(whole)
        if fault is not None:
            written = f"[{words}]("
            line = text.count("\n", 0, max(0, text.find(written)))
            message, cure = fault
            yield line, f"the link of [{words}] {message}", cure, written


def _refused(address: str) -> tuple[str, str] | None:
    try:
        Link.parse(address)
    except PydanticCustomError as error:
        return split_cure(error.message())
    return None


def _incomplete(address: str) -> tuple[str, str] | None:
    """Return what is missing in an address that is not empty."""
    if not address or _WHOLE.match(address):
        return None
    if _MAIL_ADDRESS.fullmatch(address):
        return "is a mail address without mailto:", f"Write mailto:{address}"
    return "is no whole web address", WHOLE_ADDRESS

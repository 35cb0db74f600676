"""Markdown of the small kind that mail can carry: paragraphs, emphasis, links, lists, line breaks.

HTML written by the author is shown as text, never passed through. Headings inside a text become bold paragraphs, so
that the order of headings stays the theme's business.
"""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from apes_mailer.render import typography

_QUOTED = re.compile(r"\s*[«“„‹‘\"]|.*[»”›\"][\s.,;:!?…]*\Z", re.DOTALL)
_TO_FOLD = re.compile(r"[\t\n\v\f\r]")  # what textwrap changes in the shortest line
_NO_WORD = "\ufffc"  # object replacement character
_BREAKS = frozenset({"softbreak", "hardbreak"})
_FORGOTTEN_LINK = re.compile(r"\]\([^)\n]*\)?")


class _Renderer(RendererHTML):
    """Headings become bold paragraphs, and words between back-quotes plain text: neither has a place in a letter."""

    def heading_open(self, *_: object) -> str:
        return '<p class="strong">'

    def heading_close(self, *_: object) -> str:
        return "</p>\n"

    def code_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        return escapeHtml(tokens[idx].content)


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False, "xhtmlOut": True, "breaks": True}, renderer_cls=_Renderer)
    parser.enable(["emphasis", "link", "list", "newline", "escape", "backticks", "heading", "entity"])
    parser.validateLink = _is_safe_link  # the documented way to set it
    parser.core.ruler.push("typography", _set_words)
    return parser


@functools.lru_cache(maxsize=512)
def _tokens(text: str, language: str = "") -> Sequence[Token]:
    """Parse once what is rendered as HTML, as text, and checked; nobody changes the tokens afterwards."""
    return tuple(_parser().parse(text, {"language": language}))


def _set_words(state: StateCore) -> None:
    """Set the words of each paragraph as its language is set: a plugin for markdown-it's chain of core rules.

    A paragraph is set as a whole, since a sign may stand in bold and its space outside; this changes no length, so that
    each piece is found again. Dashes do, and are set first. Code is not set, and neither are addresses, which are no
    text.
    """
    language = str(state.env["language"])
    for token in state.tokens:
        children = token.children or []
        for child in children:
            if child.type == "text":
                child.content = typography.dashes(child.content, language)
        shown = [_shown(child) for child in children]
        words = typography.signs("".join(shown), language)
        for child, piece in zip(children, shown, strict=True):
            if child.type == "text":
                child.content = words[: len(piece)]
            words = words[len(piece) :]


def _shown(child: Token) -> str:
    """Return what stands for a piece of a paragraph while its words are set."""
    if child.type in _BREAKS:
        return "\n"
    return child.content if child.type == "text" else _NO_WORD * len(child.content)


def _is_safe_link(url: str) -> bool:
    scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", url, re.IGNORECASE)
    return scheme is None or scheme[1].lower() in {"http", "https", "mailto", "tel"}


def to_html(text: str, language: str = "") -> str:
    """Return the HTML of a Markdown text, set as its language is; void elements are self-closed, as MJML wants them."""
    return _parser().renderer.render(_tokens(text, language), _parser().options, {}).strip()


def address(url: str) -> str:
    """Return an address in ASCII, as Markdown writes those of its links: é in a path as %C3%A9, in a host as IDNA.

    Browsers would do it too (WHATWG URL); the inliner does only half of it, and not every mail program does.
    """
    return url if url.isascii() else normalizeLink(url)


def forgotten_links(text: str) -> list[tuple[int, str]]:
    """Return (line from 0, what is written) of links that Markdown did not recognise and would show as brackets."""
    found: list[tuple[int, str]] = []
    for token in _tokens(text):
        if token.type != "inline" or not token.children:
            continue
        line = token.map[0] if token.map else 0
        for child in token.children:
            if child.type in _BREAKS:
                line += 1
            elif child.type == "text" and (match := _FORGOTTEN_LINK.search(child.content)):
                found.append((line, child.content[: match.end()].strip()))
    return found


def links(text: str) -> list[tuple[str, str]]:
    """Return (text, address) of each link of a Markdown text, in order."""
    found: list[tuple[str, str]] = []
    for token in _tokens(text):
        address: str | None = None
        words: list[str] = []
        for child in token.children or []:
            if child.type == "link_open":
                address, words = str(child.attrGet("href") or ""), []
            elif child.type == "link_close" and address is not None:
                found.append(("".join(words), address))
                address = None
            elif address is not None:
                words.append(child.content)
    return found


def paragraphs(text: str, language: str = "") -> list[str]:
    """Return the words of each paragraph, heading and item of a Markdown text, on one line, without any markup."""
    return [
        " ".join("".join(" " if child.type in _BREAKS else child.content for child in token.children or []).split(" "))
        for token in _tokens(text, language)
        if token.type == "inline"
    ]


def in_quotation_marks(text: str, opening: str, closing: str) -> str:
    """Return a Markdown text between quotation marks.

    It stays as it is when it begins or ends with one, for then its author took care of them, or with a list.
    """
    tokens = _tokens(text)
    ends = [token.type for token in (*tokens[:1], *tokens[-1:])]
    words = "".join(child.content for token in tokens for child in token.children or [])
    if ends != ["paragraph_open", "paragraph_close"] or _QUOTED.match(words):
        return text
    return f"{opening}{text}{closing}"


class _PlainText:
    """Walks the tokens once and writes lines of at most ``width`` columns."""

    def __init__(self, width: int, link: Callable[[str, str], str]) -> None:
        self._width = width
        self._link = link
        self._blocks: list[str] = []
        self._bullets: list[tuple[str, int | None]] = []
        self._pending_bullet: str | None = None

    def render(self, tokens: Sequence[Token]) -> str:
        for token in tokens:
            self._token(token)
        return "\n".join(self._blocks).strip("\n")

    def _token(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._open_list(("-", None))
            case "ordered_list_open":
                self._open_list(("", int(token.attrGet("start") or 1)))
            case "bullet_list_close" | "ordered_list_close":
                self._bullets.pop()
                if not self._bullets:
                    self._blocks.append("")
            case "list_item_open":
                sign, number = self._bullets[-1]
                self._pending_bullet = f"{sign} " if number is None else f"{number}. "
                if number is not None:
                    self._bullets[-1] = (sign, number + 1)
            case "inline":
                self._paragraph(token)
            case _:
                pass

    def _open_list(self, kind: tuple[str, int | None]) -> None:
        self._bullets.append(kind)

    def _paragraph(self, token: Token) -> None:
        indent = "  " * len(self._bullets)
        first = indent
        if self._pending_bullet is not None:
            first = "  " * (len(self._bullets) - 1) + self._pending_bullet
            indent = " " * len(first)
            self._pending_bullet = None
        for line in self._inline(token.children or []).split("\n"):
            self._blocks.append(wrap(line, self._width, first, indent))
            first = indent
        if not self._bullets:
            self._blocks.append("")

    def _inline(self, children: Sequence[Token]) -> str:
        out: list[str] = []
        links: list[tuple[str, int]] = []
        for child in children:
            match child.type:
                case kind if kind in _BREAKS:
                    out.append("\n")
                case "link_open":
                    links.append((str(child.attrGet("href") or ""), len(out)))
                case "link_close":
                    address, start = links.pop()
                    out[start:] = [self._link("".join(out[start:]), address)]
                case _:
                    out.append(child.content)
        return "".join(out)


def wrap(text: str, width: int, first: str = "", rest: str = "") -> str:
    """Fold one paragraph at spaces; long words such as addresses stay whole."""
    if text and text == text.strip() and len(first) + len(text) <= width and not _TO_FOLD.search(text):
        return first + text  # most lines are short, and textwrap is slow
    return textwrap.fill(
        text,
        width=width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def to_text(text: str, language: str = "", *, width: int, link: Callable[[str, str], str]) -> str:
    """Return plain text; ``link(words, address)`` says how a link is written."""
    return _PlainText(width, link).render(_tokens(text, language))

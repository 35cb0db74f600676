"""MJML to HTML that mail programs understand."""

from __future__ import annotations

import functools
import logging
import re
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_OPEN_STYLE = re.compile(r"<style(?P<attributes>[^>]*)>")
_CONDITIONAL_COMMENT = re.compile(r"<!--\[if.*?<!\[endif\]-->", re.DOTALL)
_ADJACENT_CONDITIONALS = re.compile(r"<!\[endif\]-->\s*<!--\[if mso\]>")
_MARK = ' data-premailer="ignore"'
_CLUTTER = re.compile(r"""\s(?:data-premailer="ignore"|type="text/css"|height="auto"|(?:class|style|title|rel)="")""")
_CELL_ALIGNMENT = re.compile(r' vertical-align="[a-z]+"')
_STYLE = re.compile(r'(?<=\sstyle=")[^"]*')
_OUTLOOK_2003 = """<!--[if lte mso 11]>
<style type="text/css">
.mj-outlook-group-fix { width:100% !important; }
</style>
<![endif]-->
"""
_FOR_NO_MAIL_PROGRAM = (
    '<!--[if !mso]><!--><meta http-equiv="X-UA-Compatible" content="IE=edge"><!--<![endif]-->',  # Internet Explorer
    _OUTLOOK_2003,
    "<tbody>",  # parsers put it in by themselves
    "</tbody>",
)
_OUTLOOK_2003_CLASS = '<div class="mj-outlook-group-fix '
_NAMES_OF_DRAWINGS = ' xmlns:v="urn:schemas-microsoft-com:vml"'
_OUTLOOK_CLASS = re.compile(r'(<t[^>]*) class="[^"]*-outlook"')
_SAME_BACKGROUND_TWICE = re.compile(
    r'(<div[^>]* style=")background:(#[0-9a-f]+);(background-color:\2;[^>]*><table[^>]* style=")'
    r"background:\2;background-color:\2;"
)
_STARTS_A_LINE = ("<p", "<h", "<li", "<table", "<style", "<meta", "<body")
_OPENING_TAG = re.compile(r"<[a-zA-Z][^\"'<>]*(?:\"[^\"]*\"[^\"'<>]*|'[^']*'[^\"'<>]*)*>")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TITLE = re.compile(r"(?<=<mj-title>)[^<]*")
_TO_ESCAPE = re.compile(r"[^ -~]|\\")
_ESCAPED = re.compile(r"&#x([0-9a-f]{6});")


class MjmlParseError(ValueError):
    """The MJML engine could not read its input; ``offset`` is in bytes of the UTF-8 input, when it told."""

    def __init__(self, message: str, offset: int | None) -> None:
        super().__init__(message)
        self.offset = offset


def _escape_attributes(mjml: str) -> str:
    """Write what is not plain ASCII in attributes, and in the title that becomes one, as character references.

    The engine writes attribute values as its programming language would: a no-break space in an alternative text came
    out as ``\\u{a0}``, a backslash doubled.
    """

    def escape(value: re.Match[str]) -> str:
        return _TO_ESCAPE.sub(lambda sign: f"&#x{ord(sign.group()):06x};", value.group())

    def escape_values(tag: re.Match[str]) -> str:
        return _QUOTED.sub(escape, tag.group()) if _TO_ESCAPE.search(tag.group()) else tag.group()

    return _OPENING_TAG.sub(escape_values, _TITLE.sub(escape, mjml))


def _offset_before_escaping(escaped: str, offset: int) -> int:
    before = escaped.encode()[:offset].decode(errors="ignore")
    return len(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), before).encode())


def compile_mjml(mjml: str) -> str:
    """Return the HTML of an MJML document, without any reference to a foreign host.

    Raises ``MjmlParseError``.
    """
    from mjml import mjml2html

    escaped = _escape_attributes(mjml.replace("\r\n", "\n"))
    try:
        # No fonts: the engine's default would make every reader's mail program call a font host.
        return mjml2html(escaped, fonts={})
    except ValueError as error:
        offset = re.search(r"position (\d+)", str(error))
        place = _offset_before_escaping(escaped, int(offset[1])) if offset else None
        raise MjmlParseError(str(error), place) from error


def _mark_styles(html: str) -> str:
    """Keep the inliner's hands off MJML's own style blocks; those inside conditional comments it does not see."""
    comments = [match.span() for match in _CONDITIONAL_COMMENT.finditer(html)]

    def mark(match: re.Match[str]) -> str:
        if any(start <= match.start() < end for start, end in comments):
            return match.group()
        attributes = match["attributes"].replace(' type="text/css"', "")
        return f"<style{attributes}{_MARK}>"

    return _OPEN_STYLE.sub(mark, html)


@functools.cache
def _quiet_cssutils() -> None:
    import cssutils

    log: Any = cssutils.log
    log.setLevel(logging.CRITICAL)


@contextmanager
def _without(module: str) -> Generator[None, None, None]:
    """Let what is imported meanwhile find an empty module in the place of another one.

    premailer imports a client for the network, which it may not use here: 5 MB and 60 ms in each command that renders.
    """
    there = sys.modules.get(module)
    sys.modules[module] = there or ModuleType(module)
    try:
        yield
    finally:
        if there is None:
            del sys.modules[module]


@functools.cache
def _inliner() -> Any:
    """Return premailer's class, made to read a theme's CSS once instead of at each letter."""
    with warnings.catch_warnings(), _without("requests"):
        warnings.simplefilter("ignore", DeprecationWarning)  # of cssutils' own imports
        from premailer.premailer import Premailer

    _quiet_cssutils()

    @functools.lru_cache(maxsize=16)
    def parse(css: str, index: int) -> Any:
        fresh: Any = Premailer(css_text=[css], **_OPTIONS)
        return fresh._parse_style_rules(css, index)  # noqa: SLF001 - the step that the inliner repeats for nothing

    class Inliner(Premailer):
        def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Any:
            rules, leftover = parse(css_body, ruleset_index)
            return list(rules), list(leftover)

    return Inliner


_OPTIONS: dict[str, Any] = {
    "keep_style_tags": False,
    "disable_validation": True,
    "cache_css_parsing": True,
    "allow_network": False,
    "allow_loading_external_files": False,
    "strip_important": False,
    "remove_classes": False,
    "disable_basic_attributes": ["width", "height", "align", "valign", "bgcolor"],
    "align_floating_images": False,
    "disable_link_rewrites": True,
    "include_star_selectors": False,
    "cssutils_logging_level": logging.CRITICAL,
}
"""What keeps the inliner from damaging a letter: the doctype stays, so do the ``width`` attributes that Outlook obeys
and ``!important`` in media queries; nothing is fetched."""


def inline_css(html: str, css: str) -> str:
    """Return the HTML with the author's CSS moved into ``style`` attributes.

    This is the only place that knows the inliner.
    """
    html = re.sub(r"^\s*<!doctype html>", "<!DOCTYPE html>", html, count=1, flags=re.IGNORECASE)
    premailer = _inliner()(_mark_styles(html), css_text=[css] if css.strip() else None, **_OPTIONS)
    return str(premailer.transform(pretty_print=False))


def _tidy_tag(tag: re.Match[str]) -> str:
    text = _CLUTTER.sub("", tag.group())
    if text.startswith("<td"):
        text = _CELL_ALIGNMENT.sub("", text)
    text = _STYLE.sub(lambda style: style.group().replace("; ", ";").rstrip("; "), text)
    return f"\n{text}" if text.startswith(_STARTS_A_LINE) else text


def trim(html: str) -> str:
    """Drop what the engine writes for nobody.

    A section's background stays on one element, so that dark mode has one to change and not a table that some web
    mails leave light.
    """
    for needless in _FOR_NO_MAIL_PROGRAM:
        html = html.replace(needless, "")
    html = html.replace(_OUTLOOK_2003_CLASS, '<div class="').replace(_NAMES_OF_DRAWINGS, "", 1)
    html = html.replace("<!--[if mso | IE]>", "<!--[if mso]>")
    html = _ADJACENT_CONDITIONALS.sub("", html)
    html = _OUTLOOK_CLASS.sub(r"\1", html)
    return _SAME_BACKGROUND_TWICE.sub(r"\1\3", html)


def tidy(html: str) -> str:
    """Drop clutter inside tags, and put each paragraph, heading and table on a line of its own.

    Lines that people can read and compare cost less than one percent; white space before a block is never shown.
    """
    return re.sub(r"\n[ \t\n]+", "\n", _OPENING_TAG.sub(_tidy_tag, html))


def from_mjml(mjml: str, css: str) -> str:
    """Return email-safe HTML. Raises ``MjmlParseError``."""
    return tidy(inline_css(trim(compile_mjml(mjml)), css))

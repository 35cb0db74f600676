"""Another inliner, css-inline, gives each element of each golden letter the styles that ours gives it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import css_inline
import pytest

from apes_mailer.render import html
from apes_mailer.render.theme import compile_theme
from apes_mailer.workspace import Workspace
from tests.support.goldens import GOLDENS, Golden


class _Styles(HTMLParser):
    """Each element with what its style says in the end: what comes later overrides what came before."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tbody":  # an HTML parser adds it
            return
        last: dict[str, str] = {}
        for name, value in re.findall(r"([\w-]+)\s*:\s*([^;]+)", dict(attrs).get("style") or ""):
            overridden = {"line-height"} if name == "font" else set[str]()
            overridden |= {part for part in last if part.startswith(f"{name}-")}
            last = {part: last[part] for part in last.keys() - overridden} | {name: _plain(value)}
        self.found.append((tag, last))


def _plain(value: str) -> str:
    """Write a value as both inliners could: ``#fff`` in full, zeros without units."""
    value = re.sub(r"#([0-9a-f])([0-9a-f])([0-9a-f])\b", r"#\1\1\2\2\3\3", value.strip().lower())
    return re.sub(r"\b0px\b", "0", re.sub(r"\s*,\s*", ",", value)).replace('"', "'")


@pytest.mark.parametrize("golden", GOLDENS.values(), ids=list(GOLDENS))
def test_both_inliners_give_every_element_the_same_styles(golden: Golden) -> None:
    mjml = re.sub("<<.*?>>", "tag", golden.rendered()["mjml"])
    page = html.trim(html.compile_mjml(mjml))
    css = compile_theme(Workspace(Path("no-workspace")).theme(golden.theme), golden.issue.language).css
    ours = _Styles(html.inline_css(page, css)).found
    theirs = _Styles(css_inline.inline(page, inline_style_tags=False, keep_style_tags=True, extra_css=css)).found
    assert all("margin" in style for tag, style in ours if tag in {"h1", "h2", "p"} and style.get("font-size") != "1px")
    assert [tag for tag, _ in ours] == [tag for tag, _ in theirs]
    assert [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]] == []

"""A second implementation of MJML, written by others in another language, builds the same letters from our themes.

It follows MJML 5 and is installed apart, for both call themselves ``mjml``. What the two are known to do differently
is written down here, a function each; nothing else may differ: no tag, attribute, declaration, word or condition.
"""

from __future__ import annotations

import difflib
import functools
import json
import re
import subprocess
from html.parser import HTMLParser

import pytest

from apes_mailer.render import html
from tests.support import external
from tests.support.goldens import GOLDENS, Golden

pytestmark = pytest.mark.slow

_OTHER = "mjml==1.0.0a1"
_PROGRAM = """
import io, json, sys
from mjml import mjml_to_html
results = [mjml_to_html(io.BytesIO(source.encode())) for source in json.load(sys.stdin)]
json.dump([(result.html, [str(error) for error in result.errors]) for result in results], sys.stdout)
"""


def _source(golden: Golden) -> str:
    return re.sub("<<.*?>>", "tag", golden.rendered()["mjml"])  # neither engine takes merge tags as they are written


@functools.cache
def _others() -> dict[str, tuple[str, list[str]]]:
    """What the other implementation makes of each golden letter, and the faults that it finds."""
    done = subprocess.run(
        [external.python_with(_OTHER), "-c", _PROGRAM],
        input=json.dumps([_source(golden) for golden in GOLDENS.values()]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(GOLDENS, json.loads(done.stdout), strict=True))


class _Structure(HTMLParser):
    """A page as lines: tags with sorted attributes and declarations, words, conditions with what is inside them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: " ".join((value or "").split()) for name, value in attrs}
        style = re.findall(r"([\w-]+)\s*:\s*([^;]+)", attributes.pop("style", ""))
        declarations = "; ".join(sorted(f"{name}: {value.strip()}" for name, value in style))
        named = " ".join(f"{name}={_sorted(name, value)!r}" for name, value in sorted(attributes.items()))
        self.lines.append(f"<{tag} {named} {{{declarations}}}>")

    def handle_endtag(self, tag: str) -> None:
        self.lines.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if words := data.split():
            self.lines.append(f'"{" ".join(words)}"')

    def handle_comment(self, data: str) -> None:
        condition = re.fullmatch(r"\[if ([^\]]*)\]>(.*)<!\[endif\]", data, re.DOTALL)
        if condition is None:
            self.lines.append(f"comment {data.strip()}")
        else:
            self.lines += [f"if {condition[1]}", *_Structure(condition[2]).lines, "end"]


def _sorted(name: str, value: str) -> str:
    return " ".join(sorted(value.split())) if name == "class" else value


def _fonts(page: str) -> str:
    """MJML 5 loads fonts that it knows the names of; our engine is told to load none."""
    linked = re.compile(r"<!--\[if !mso\]><!-->\s*<link href=\"https://fonts\..*?<!--<!\[endif\]-->", re.DOTALL)
    return linked.sub("", page)


def _joined_conditions(page: str) -> str:
    """MJML 5 joins conditional comments that follow each other."""
    return re.sub(r"<!\[endif\]-->\s*<!--\[if mso \| IE\]>", "", page)


def _joined_styles(page: str) -> str:
    """MJML 5 writes the ``mj-style`` of a theme into one element."""
    return re.sub(r'(?<=[}\]])</style>\s*<style type="text/css">(?=[@:\[])', "", page)


def _spaces_in_styles(page: str) -> str:
    """The two set their style sheets with different white space."""

    def squeeze(style: re.Match[str]) -> str:
        return re.sub(r"\s*([{}:;])\s*", r"\1", " ".join(style.group().split()))

    return re.sub(r"(?<=>)[^<]*(?=</style>)", squeeze, page)


def _class_of_body(page: str) -> str:
    """MJML 5 puts the class of ``mj-body`` on ``body``, ours on the element inside it; MJML 5 repeats a style there."""
    page = re.sub(r'(<body) class="[^"]*"', r"\1", page)
    page = re.sub(r'(<div aria-label=[^>]*?) class="page"', r"\1", page)
    return re.sub(r"(<div aria-label=[^>]*?)word-spacing:normal;", r"\1", page)


def _classes_for_outlook(page: str) -> str:
    """Of two classes of a section, MJML 5 gives Outlook's table both, ours the second; letters keep neither."""
    return re.sub(r' class="[^"]*-outlook"', "", page)


def _round_corners(page: str) -> str:
    """MJML 5 rounds the table of a section, ours cuts off what stands out and rounds the cell."""
    page = re.sub(r'(<div[^>]*? style="[^"]*?)overflow:hidden;?', r"\1", page)
    page = re.sub(r'(<table[^>]*? style="[^"]*?)(?:border-collapse:separate|border-radius:[^;"]*);?', r"\1", page)
    return re.sub(r'(<td[^>]*? style="[^"]*?)border-radius:[^;"]*;?', r"\1", page)


EXPLAINED = (
    _fonts,
    _joined_conditions,
    _joined_styles,
    _spaces_in_styles,
    _class_of_body,
    _classes_for_outlook,
    _round_corners,
)


def _lines(page: str, but: object = None) -> list[str]:
    for explained in EXPLAINED:
        page = page if explained is but else explained(page)
    return _Structure(page).lines


@pytest.mark.parametrize("golden", GOLDENS.values(), ids=list(GOLDENS))
def test_other_implementation_builds_the_same_letter(golden: Golden) -> None:
    theirs, faults = _others()[golden.id]
    assert faults == []
    ours = html.compile_mjml(_source(golden))
    assert len(_lines(ours)) > 100
    assert list(difflib.unified_diff(_lines(theirs), _lines(ours), "theirs", "ours", n=1, lineterm="")) == []


@pytest.mark.parametrize("explained", EXPLAINED, ids=lambda explained: explained.__name__.strip("_"))
def test_each_explained_difference_is_still_there(explained: object) -> None:
    """A release of either implementation that does away with one should do away with its line here."""
    theirs, _ = _others()["apes-everything"]
    ours = html.compile_mjml(_source(GOLDENS["apes-everything"]))
    assert _lines(theirs, but=explained) != _lines(ours, but=explained)

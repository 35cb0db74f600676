"""Letters in programs that show text only: w3m shows the text part as it is, w3m and lynx read the HTML part."""

from __future__ import annotations

import os
import re
import subprocess
import unicodedata

import pytest

from apes_mailer.model import walk
from apes_mailer.model.issue import Article, Issue, Section
from tests.support import external
from tests.support.goldens import GOLDENS

pytestmark = pytest.mark.slow

COLUMNS = "72"
LETTERS = ("apes-everything", "sobre-everything", "apes-hostile", "sobre-long")


def run(*command: str, given: str) -> str:
    """What a program prints."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    done = subprocess.run(
        command, input=given, env=environment, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return done.stdout


def w3m(given: str, kind: str) -> str:
    """A part of a letter as w3m shows it, with the addresses of its links below."""
    program = external.program("w3m", "w3m")
    utf8 = ("-I", "UTF-8", "-O", "UTF-8")
    return run(program, "-dump", "-T", kind, "-cols", COLUMNS, *utf8, "-o", "display_link_number=1", given=given)


def lynx(given: str) -> str:
    """The HTML of a letter as lynx shows it."""
    program = external.program("lynx", "lynx")
    utf8 = ("-display_charset=utf-8", "-assume_charset=utf-8")
    return run(program, "-dump", "-stdin", "-nolist", f"-width={COLUMNS}", *utf8, given=given)


def packed(text: str) -> str:
    """A text without its white space, and the numbers of links: programs break lines where they like."""
    return re.sub(r"\s+", "", re.sub(r"\[\d+\]", "", text))


def titles(issue: Issue) -> list[str]:
    """The titles of sections and articles; those that are all tags and signs are not for comparing words."""
    found = [value.title for _, value in walk.walk(issue) if isinstance(value, (Article, Section))]
    return [title for title in found if "<<" not in title]


@pytest.mark.parametrize("name", GOLDENS)
def test_text_part_is_shown_line_by_line(name: str) -> None:
    text = unicodedata.normalize("NFC", GOLDENS[name].sent().text)  # w3m composes letters and their accents
    assert w3m(text, "text/plain").split("\n") == text.split("\n")


@pytest.mark.parametrize("name", LETTERS)
def test_html_part_is_read_with_its_titles_and_links(name: str) -> None:
    golden = GOLDENS[name]
    sent = golden.sent()
    for shown in (w3m(sent.html, "text/html"), lynx(sent.html)):
        missing = [title for title in titles(golden.issue) if packed(title) not in packed(shown)]
        assert missing == []
    links = {link["href"] for link in sent.page.all("a") if link.get("href", "").startswith(("http", "mailto:"))}
    shown = w3m(sent.html, "text/html")
    assert links
    assert {link for link in links if link not in shown} == set()


@pytest.mark.parametrize("name", LETTERS)
def test_nothing_of_the_markup_is_shown(name: str) -> None:
    shown = w3m(GOLDENS[name].sent().html, "text/html") + lynx(GOLDENS[name].sent().html)
    assert not re.search(r"\{[a-z-]+:|!important|\[if |endif", shown)

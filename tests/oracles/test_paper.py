"""Whoever prints a letter from a browser gets all of it, on pages of A4."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.support.browsing import shown
from tests.support.goldens import GOLDENS
from tests.support.letters import THEMES

pytestmark = pytest.mark.slow


def pages_of(browser: Browser, html: str) -> list[str]:
    """What is printed on each page, without white space: a line may end anywhere."""
    with shown(browser, html) as page:
        printed = PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True)))
    return ["".join(leaf.extract_text().split()) for leaf in printed.pages]


@pytest.mark.parametrize("theme", THEMES)
def test_no_word_is_lost_between_two_pages(browser: Browser, theme: str) -> None:
    sent = GOLDENS[f"{theme}-long"].sent()
    pages = pages_of(browser, sent.html)
    assert len(pages) > 3
    printed = "".join(pages)
    assert [words for words, _, _ in sent.page.texts if "".join(words.split()) not in printed] == []

"""What a preview is searched for where a finding stands."""

from __future__ import annotations

import re
from collections.abc import Generator
from html import unescape
from pathlib import Path

import pytest

from tests.integration.web.previewing import FAULTY, Browser, make_workspace, previewing

pytestmark = pytest.mark.slow

EXPECTED = {
    "link-insecure": "http://adherer.exemple.fr",
    "link-words-generic": "ici",
    "date-weekday": "mardi 14 juillet 2027",
    "event-past": "La fournée d’hiver",
}


@pytest.fixture
def browser(tmp_path: Path) -> Generator[Browser]:
    with previewing(make_workspace(tmp_path / "workspace", FAULTY)) as opened:
        yield opened


def test_finding_is_sought_by_what_it_quotes_or_by_what_stands_there(browser: Browser) -> None:
    summary = browser.get("/summary.html").text
    sought = [unescape(words) for words in re.findall(r'data-seek="([^"]*)"', summary)]
    assert set(EXPECTED.values()) <= set(sought)
    (picture,) = {words for words in sought if words.endswith("carre.png")}
    assert browser.get(f"/pictures/{picture}").status == 200


def test_each_finding_with_a_place_leads_to_its_mark(browser: Browser) -> None:
    summary = browser.get("/summary.html").text
    items = re.findall(r'<li class="\w+" id="finding-(\d+)"(.*?)</li>', summary, re.DOTALL)
    assert [int(number) for number, _ in items] == list(range(1, len(items) + 1))
    for number, item in items:
        assert ("data-seek" in item) == (f'href="#mark-{number}"' in item)
    (shouting,) = [item for _, item in items if "all in capitals" in item]
    assert "data-seek" not in shouting


def test_what_is_sought_stands_in_the_letter(browser: Browser) -> None:
    summary, letter = browser.get("/summary.html").text, unescape(browser.get("/letter.html").text)
    sought = [unescape(words) for words in re.findall(r'data-seek="([^"]*)"', summary)]
    plain = re.sub(r"[\W_]+", "", letter).lower()
    assert sought
    assert [words for words in sought if re.sub(r"[\W_]+", "", words).lower() not in plain] == []

"""What is published is a page like any other: the checker of the W3C finds no error in it, and axe no barrier."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from apes_mailer.render import archive, letter, web
from apes_mailer.render.archive import Archive
from apes_mailer.workspace import Workspace
from tests.support.browsing import shown
from tests.support.goldens import GOLDENS
from tests.support.letters import IDENTITY, PICTURES
from tests.support.publishing import BASE, NOW, publication
from tests.support.verdicts import axe, w3c

pytestmark = pytest.mark.slow

ARCHIVES = ("archive-fr", "archive-en", "archive-empty")
NAMES = [*GOLDENS, *ARCHIVES]


@functools.cache
def _pages() -> dict[str, str]:
    return {name: _letter(name) for name in GOLDENS} | {name: _archive(name) for name in ARCHIVES}


def _letter(name: str) -> str:
    golden = GOLDENS[name]
    theme = Workspace(Path("no-workspace")).theme(golden.theme)
    rendered = letter.render(golden.issue, theme, IDENTITY, PICTURES, for_web=True)
    about = web.WebPage(
        url=f"{BASE}/letters/{name}.html",
        title=golden.issue.subject,
        summary=golden.issue.preheader or "",
        language=golden.issue.language,
        letter="La lettre des semis",
        picture="wide.jpg",
        noindex=True,
    )
    return web.page(rendered.template.html, about)


def _archive(name: str) -> str:
    letters = [publication(each, title=f"Semer & récolter <{each}>", summary="Du pain") for each in ("mars", "avril")]
    return archive.page(
        Archive(
            id="urn:uuid:feed",
            base=BASE,
            title="La lettre des semis",
            sender="Les Semis d’Artois",
            tagline="Des nouvelles de la terre",
            website="https://www.semis.fr/",
            language="en" if name == "archive-en" else "fr",
            noindex=True,
            updated=NOW,
            letters=() if name == "archive-empty" else letters,
        )
    )


@functools.cache
def _errors() -> dict[str, list[str]]:
    return w3c(_pages())


@pytest.mark.parametrize("name", NAMES)
def test_checker_of_the_w3c_finds_no_error(name: str) -> None:
    assert _errors()[name] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_barrier_by_any_of_its_rules(browser: Browser, name: str, dark: bool) -> None:
    found = axe(browser, _pages()[name], dark=dark)
    assert found["faults"] == []
    assert {"color-contrast", "document-title", "html-has-lang", "landmark-one-main", "link-name"} <= set(
        found["passed"]
    )


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_nobody_has_to_scroll_sideways(browser: Browser, name: str, width: int) -> None:
    with shown(browser, _pages()[name]) as page:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_stop_of_the_keyboard_leads_to_the_letter(browser: Browser) -> None:
    with shown(browser, _pages()["apes-everything"]) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#letter"
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "letter"

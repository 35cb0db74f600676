"""A report is a page like any other: the checker of the W3C finds no error in it, axe no barrier, and it prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from apes_mailer.campaign import report
from apes_mailer.render.report.page import page
from tests.support.browsing import shown
from tests.support.reported import LAST, NAME, rich
from tests.support.verdicts import axe, w3c

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    ledger = rich(tmp_path_factory.mktemp("rich"))
    found = report.report(ledger.database, NAME, at=LAST)
    first = report.report(ledger.database, "2026-12", at=LAST)
    ledger.database.close()
    return {"fr": page(found, "fr"), "en": page(found, "en"), "without-feedback": page(first, "fr")}


NAMES = ("fr", "en", "without-feedback")


def test_checker_of_the_w3c_finds_no_error(pages: dict[str, str]) -> None:
    found = w3c(pages)
    assert found == {name: [] for name in NAMES}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_barrier_by_any_of_its_rules(
    browser: Browser, pages: dict[str, str], name: str, dark: bool
) -> None:
    found = axe(browser, pages[name], dark=dark)
    assert found["faults"] == []
    assert {"color-contrast", "svg-img-alt", "scope-attr-valid", "landmark-one-main"} <= set(found["passed"])


@pytest.mark.parametrize("width", [320, 375, 1024])
@pytest.mark.parametrize("name", NAMES)
def test_nobody_has_to_scroll_sideways(browser: Browser, pages: dict[str, str], name: str, width: int) -> None:
    with shown(browser, pages[name]) as opened:
        opened.set_viewport_size({"width": width, "height": 800})
        assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_printed_it_fits_the_width_of_the_paper(browser: Browser, pages: dict[str, str]) -> None:
    with shown(browser, pages["fr"], dark=True) as opened:
        opened.emulate_media(media="print", color_scheme="dark")
        opened.set_viewport_size({"width": 672, "height": 900})  # A4 without its margins, at 96 dots an inch
        assert opened.evaluate("document.documentElement.scrollWidth") <= 672
        colours = opened.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_report_asks_nothing_of_the_network(browser: Browser, pages: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "rapport.html"
    file.write_text(pages["fr"], encoding="utf-8")
    asked: list[str] = []
    opened = browser.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(file.as_uri())
    opened.close()
    assert asked == [file.as_uri()]

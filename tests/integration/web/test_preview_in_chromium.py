"""The preview in a real browser: marks stand where findings are."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from apes_mailer.web import gate
from tests.integration.web.previewing import FAULTY, TOKEN, make_workspace, previewing

pytestmark = pytest.mark.slow


def test_mark_stands_beside_its_place_and_leads_to_its_finding_and_back(browser: Browser, tmp_path: Path) -> None:
    with previewing(make_workspace(tmp_path / "workspace", FAULTY)) as opened:
        page = browser.new_page(viewport={"width": 1200, "height": 900}, locale="en-GB")
        page.goto(gate.address(opened.url, TOKEN))
        page.wait_for_selector(".mark")
        finding = page.locator("li", has_text="does not say where it leads")
        number = (finding.get_attribute("id") or "").removeprefix("finding-")
        mark = page.locator(f"#mark-{number}")
        beside, place = mark.bounding_box(), page.frame_locator("iframe").get_by_text("ici", exact=True).bounding_box()
        assert beside is not None
        assert place is not None
        assert abs(beside["y"] - place["y"]) < 5
        mark.click()
        assert page.evaluate("location.hash") == f"#finding-{number}"
        finding.get_by_role("link", name="Show in the letter").click()
        assert page.evaluate("location.hash") == f"#mark-{number}"
        page.close()


@pytest.mark.parametrize(("window", "width"), [(375, "640"), (1200, "375")])
def test_marks_leave_the_text_free_on_a_narrow_screen(
    browser: Browser, tmp_path: Path, window: int, width: str
) -> None:
    with previewing(make_workspace(tmp_path / "workspace", FAULTY)) as opened:
        page = browser.new_page(viewport={"width": window, "height": 900}, locale="en-GB")
        page.goto(gate.address(opened.url, TOKEN))
        page.wait_for_selector(".mark")
        page.locator(f"input[name=width][value='{width}']").check(force=True)
        letter = page.locator("iframe").bounding_box()
        marks = [mark.bounding_box() for mark in page.locator(".mark").all()]
        assert letter is not None
        assert all(mark is not None for mark in marks)
        # The letters of both themes begin 20 pixels from the edge there.
        edges = [(letter["x"] + 20, letter["x"] + letter["width"] - 20)] * len(marks)
        assert all(
            mark is not None and (mark["x"] + mark["width"] <= left or mark["x"] >= right)
            for mark, (left, right) in zip(marks, edges, strict=True)
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= window
        page.close()

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
